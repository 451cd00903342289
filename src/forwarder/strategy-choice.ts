import { Name } from '../packet/index.ts'
import { NONE } from './hash-table.ts'
import type { NameHashes } from './name-hashes.ts'
import { PrefixTable } from './prefix-table.ts'
import type { Strategy } from './strategies/index.ts'

/** Most prefixes with a strategy of their own. */
export const DEFAULT_MAX_STRATEGY_CHOICES = 4096

const ROOT = Name.of()

/** Which strategy serves which names: that of the longest prefix. The root always has one. */
export class StrategyChoice {
  readonly #table: PrefixTable<Strategy>
  #root: Strategy

  constructor(root: Strategy, max = DEFAULT_MAX_STRATEGY_CHOICES) {
    this.#table = new PrefixTable(max)
    this.#root = root
    this.#table.add(ROOT, root)
  }

  get size(): number {
    return this.#table.size
  }

  /** False if there is no room. */
  set(prefix: Name, strategy: Strategy): boolean {
    const entry = this.#table.find(prefix)
    if (entry !== NONE) this.#table.setValue(entry, strategy)
    else if (this.#table.add(prefix, strategy) === NONE) return false
    if (prefix.length === 0) this.#root = strategy
    return true
  }

  /** Takes back what was set; the root's stays. False if there was nothing to take back. */
  unset(prefix: Name): boolean {
    const entry = prefix.length === 0 ? NONE : this.#table.find(prefix)
    if (entry === NONE) return false
    this.#table.remove(entry)
    return true
  }

  /** Whether exactly this prefix has a strategy of its own. */
  has(prefix: Name): boolean {
    return this.#table.find(prefix) !== NONE
  }

  of(name: NameHashes): Strategy {
    return this.#table.size === 1 ? this.#root : this.#table.value(this.#table.longestPrefix(name))
  }

  /** All choices, in the order of their prefixes. */
  entries(): { readonly prefix: Name; readonly strategy: Strategy }[] {
    return this.#table
      .entries()
      .map((entry) => ({ prefix: this.#table.prefixOf(entry), strategy: this.#table.value(entry) }))
      .sort((a, b) => Buffer.compare(a.prefix.value, b.prefix.value))
  }
}
