import { type Component, Data, type Interest, TT } from '../packet/index.ts'
import { MAX_NAME_COMPONENTS } from './name-rules.ts'
import { ownCopy } from './own-copy.ts'
import { type Linked, RecencyList } from './recency-list.ts'

/** Most Data packets in a Content Store, and the most octets of them. */
export const DEFAULT_MAX_CACHED_PACKETS = 65_536
export const DEFAULT_MAX_CACHED_BYTES = 128 * 1024 * 1024

/** Prefixes indexed for each packet that there is room for; packets with long names make it room for fewer packets. */
const PREFIXES_PER_PACKET = 16

/** Most prefixes indexed: a Map has room for 2^24 entries. */
const MAX_PREFIXES = 2 ** 23

export interface ContentStoreLimits {
  /** @defaultValue {@link DEFAULT_MAX_CACHED_PACKETS} */
  readonly maxPackets?: number | undefined
  /** Octets of packets, without the table's own needs. @defaultValue {@link DEFAULT_MAX_CACHED_BYTES} */
  readonly maxBytes?: number | undefined
}

interface Entry extends Linked<Entry> {
  readonly key: string
  /** Where each of its proper prefixes ends in `key`. */
  readonly prefixEnds: readonly number[]
  readonly wire: Uint8Array
  /** SHA-256 of `wire`, once it was asked for. */
  digest: Uint8Array | undefined
  /** Whether it is a segment, and not the first. */
  readonly isLaterSegment: boolean
  /** Until when it is fresh, in milliseconds on the forwarder's clock. */
  readonly staleAt: number
}

/** Content Store: bounded in packets and octets; what was used longest ago goes first (LRU). */
export class ContentStore {
  readonly maxPackets: number
  readonly maxBytes: number
  hits = 0
  misses = 0
  insertions = 0
  evictions = 0
  /** By whole name. */
  readonly #entries = new Map<string, Entry>()
  readonly #recency = new RecencyList<Entry>()
  /**
   * For Interests with CanBePrefix: for each proper prefix one entry below it, the first that was inserted while no
   * other was fresh, but a later segment only where there is nothing else. So of a segmented object it is the first
   * segment, which a consumer wants. When that one is evicted the prefix is forgotten, which costs a miss and never
   * gives a wrong answer.
   */
  readonly #prefixes = new Map<string, Entry>()
  readonly #maxPrefixes: number
  #bytes = 0

  constructor(limits: ContentStoreLimits = {}) {
    this.maxPackets = limits.maxPackets ?? DEFAULT_MAX_CACHED_PACKETS
    this.maxBytes = limits.maxBytes ?? DEFAULT_MAX_CACHED_BYTES
    this.#maxPrefixes = Math.min(
      Math.max(this.maxPackets * PREFIXES_PER_PACKET, MAX_NAME_COMPONENTS),
      MAX_PREFIXES,
    )
  }

  get packets(): number {
    return this.#entries.size
  }

  get bytes(): number {
    return this.#bytes
  }

  /** The Data that answers an Interest at the time `now`, as it was received; counts a hit or a miss. */
  find(interest: Interest, now: number): Uint8Array | undefined {
    const entry = this.#match(interest, now)
    if (entry === undefined) {
      this.misses++
      return undefined
    }
    this.hits++
    this.#recency.touch(entry)
    return entry.wire
  }

  #match(interest: Interest, now: number): Entry | undefined {
    const { key } = interest.name
    const usable = (entry: Entry | undefined): entry is Entry =>
      entry !== undefined && (!interest.mustBeFresh || entry.staleAt > now)
    const exact = this.#entries.get(key)
    if (usable(exact)) return exact
    const below = interest.canBePrefix ? this.#prefixes.get(key) : undefined
    if (usable(below)) return below
    return this.#matchDigest(interest, usable)
  }

  /** An Interest whose last component is the implicit digest of the Data that it wants. */
  #matchDigest(interest: Interest, usable: (entry: Entry | undefined) => entry is Entry): Entry | undefined {
    const { name } = interest
    if (name.typeAt(-1) !== TT.ImplicitSha256DigestComponent) return undefined
    const { value } = name.at(-1) as Component
    const entry = this.#entries.get(name.key.slice(0, name.ends.at(-2) ?? 0))
    if (!usable(entry)) return undefined
    entry.digest ??= Data.decode(entry.wire).implicitDigest
    return Buffer.compare(entry.digest, value) === 0 ? entry : undefined
  }

  /** Keeps a copy of a Data; one of the same name is replaced. */
  insert(data: Data, now: number): void {
    if (data.wire.length > this.maxBytes || this.maxPackets < 1) return
    const { name } = data
    const { key, ends } = name
    const old = this.#entries.get(key)
    if (old !== undefined) this.#remove(old)
    const last = name.at(-1)
    const entry: Entry = {
      key,
      prefixEnds: ends.slice(0, Math.min(ends.length - 1, MAX_NAME_COMPONENTS)),
      wire: ownCopy(data.wire),
      digest: undefined,
      isLaterSegment: last?.type === TT.SegmentNameComponent && last.number !== 0,
      staleAt: now + data.freshnessPeriod,
      older: undefined,
      newer: undefined,
    }
    this.#entries.set(key, entry)
    this.#recency.add(entry)
    this.#bytes += entry.wire.length
    this.insertions++
    for (let length = 1; length <= entry.prefixEnds.length; length++) {
      const prefix = name.prefixKey(length)
      const first = this.#prefixes.get(prefix)
      const isBetter =
        first === undefined || (!entry.isLaterSegment && (first.isLaterSegment || first.staleAt <= now))
      if (isBetter) this.#prefixes.set(prefix, entry)
    }
    this.#shrink()
  }

  /** Removes every Data under a prefix; returns how many. */
  erase(prefixKey: string): number {
    let count = 0
    for (const entry of [...this.#entries.values()]) {
      if (!entry.key.startsWith(prefixKey)) continue
      this.#remove(entry)
      count++
    }
    return count
  }

  #shrink(): void {
    for (let entry = this.#recency.oldest; entry !== undefined; entry = this.#recency.oldest) {
      const isSmallEnough =
        this.#entries.size <= this.maxPackets &&
        this.#bytes <= this.maxBytes &&
        this.#prefixes.size <= this.#maxPrefixes
      if (isSmallEnough) return
      this.#remove(entry)
      this.evictions++
    }
  }

  #remove(entry: Entry): void {
    this.#entries.delete(entry.key)
    this.#recency.remove(entry)
    this.#bytes -= entry.wire.length
    for (const end of entry.prefixEnds) {
      const prefix = entry.key.slice(0, end)
      if (this.#prefixes.get(prefix) === entry) this.#prefixes.delete(prefix)
    }
  }
}
