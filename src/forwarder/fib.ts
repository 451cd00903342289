import type { Name } from '../packet/index.ts'
import { NONE } from './hash-table.ts'
import { NameHashes } from './name-hashes.ts'
import { PrefixTable } from './prefix-table.ts'

export interface NextHop {
  readonly face: number
  readonly cost: number
}

/** Most prefixes in a FIB. */
export const DEFAULT_MAX_ROUTES = 1_000_000

const NO_HOPS: readonly NextHop[] = []

/** Forwarding Information Base: for each prefix the faces that lead there, cheapest first. */
export class Fib {
  readonly #table: PrefixTable<readonly NextHop[]>
  /** In which entries each face is, so that a face goes without a search. */
  readonly #ofFace = new Map<number, Set<number>>()
  /** Lists of next hops by what they say: many prefixes lead to the same faces, and a list for each would fill the heap. */
  readonly #shared = new Map<string, SharedHops>()
  readonly #name = new NameHashes()

  constructor(max = DEFAULT_MAX_ROUTES) {
    this.#table = new PrefixTable(max)
  }

  get size(): number {
    return this.#table.size
  }

  /** Adds a next hop or changes its cost. False if the FIB is full. */
  add(prefix: Name, face: number, cost: number): boolean {
    return this.setNextHops(prefix, [...this.#others(prefix, face), { face, cost }])
  }

  /** False if there was no such next hop. */
  remove(prefix: Name, face: number): boolean {
    const others = this.#others(prefix, face)
    if (others.length === this.get(prefix).length) return false
    return this.setNextHops(prefix, others)
  }

  #others(prefix: Name, face: number): NextHop[] {
    return this.get(prefix).filter((hop) => hop.face !== face)
  }

  /** Sets all next hops of a prefix; with none it is removed. False if the FIB is full. */
  setNextHops(prefix: Name, hops: readonly NextHop[]): boolean {
    let entry = this.#table.find(prefix)
    const before = entry === NONE ? NO_HOPS : this.#table.value(entry)
    if (hops.length === 0) {
      if (entry !== NONE) this.#table.remove(entry)
    } else {
      const shared = this.#share(hops)
      if (entry !== NONE) this.#table.setValue(entry, shared)
      else entry = this.#table.add(prefix, shared)
      if (entry === NONE) {
        this.#unshare(shared)
        return false
      }
      for (const { face } of hops) this.#entriesOf(face).add(entry)
    }
    if (before === NO_HOPS) return true
    for (const { face } of before) if (hops.every((hop) => hop.face !== face)) this.#forget(face, entry)
    this.#unshare(before)
    return true
  }

  #entriesOf(face: number): Set<number> {
    const entries = this.#ofFace.get(face) ?? new Set()
    this.#ofFace.set(face, entries)
    return entries
  }

  #forget(face: number, entry: number): void {
    const entries = this.#entriesOf(face)
    entries.delete(entry)
    if (entries.size === 0) this.#ofFace.delete(face)
  }

  #share(hops: readonly NextHop[]): readonly NextHop[] {
    const sorted = hops.toSorted((a, b) => a.cost - b.cost || a.face - b.face)
    const key = keyOf(sorted)
    const shared = this.#shared.get(key) ?? { hops: sorted, users: 0 }
    shared.users++
    this.#shared.set(key, shared)
    return shared.hops
  }

  #unshare(hops: readonly NextHop[]): void {
    const key = keyOf(hops)
    const shared = this.#shared.get(key) as SharedHops
    if (--shared.users === 0) this.#shared.delete(key)
  }

  removeFace(face: number): void {
    for (const entry of [...(this.#ofFace.get(face) ?? [])]) this.remove(this.#table.prefixOf(entry), face)
  }

  /** Next hops of exactly this prefix. */
  get(prefix: Name): readonly NextHop[] {
    const entry = this.#table.find(prefix)
    return entry === NONE ? NO_HOPS : this.#table.value(entry)
  }

  /** Next hops of the longest prefix of a name; none if no prefix of it has any. */
  lookup(name: Name): readonly NextHop[] {
    const entry = this.longestPrefix(this.#name.read(name.value, 0, name.value.length))
    return entry === NONE ? NO_HOPS : this.nextHops(entry)
  }

  /** The entry of the longest prefix of a name, or NONE. */
  longestPrefix(name: NameHashes): number {
    return this.#table.longestPrefix(name)
  }

  nextHops(entry: number): readonly NextHop[] {
    return this.#table.value(entry)
  }

  prefixOf(entry: number): Name {
    return this.#table.prefixOf(entry)
  }

  /** All entries, in the order of their names (NDN Packet Format 0.3 §2.1). */
  entries(): { readonly prefix: Name; readonly hops: readonly NextHop[] }[] {
    return this.#table
      .entries()
      .map((entry) => ({ prefix: this.#table.prefixOf(entry), hops: this.#table.value(entry) }))
      .sort((a, b) => Buffer.compare(a.prefix.value, b.prefix.value))
  }
}

interface SharedHops {
  readonly hops: readonly NextHop[]
  users: number
}

function keyOf(hops: readonly NextHop[]): string {
  return hops.map(({ face, cost }) => `${face}:${cost}`).join()
}
