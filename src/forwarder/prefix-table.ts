import { copyBytes, MAX_PACKET_SIZE, Name } from '../packet/index.ts'
import { ByteStore } from './byte-store.ts'
import { grown, HashTable, NONE } from './hash-table.ts'
import { MAX_NAME_COMPONENTS, NameHashes } from './name-hashes.ts'

/** Values by name prefix, looked up by the longest prefix of a name. Entries are known by number; numbers are used again. */
export class PrefixTable<T> {
  readonly #table: HashTable
  readonly #store = new ByteStore()
  /** By entry: the cell with the prefix's octets, and how many octets and components it has. */
  #cells = new Int32Array(0)
  #octets = new Uint16Array(0)
  #components = new Uint8Array(0)
  readonly #values: (T | undefined)[] = []
  /** How many entries there are of each length, so that a look-up tries no length in vain. */
  readonly #lengths = new Int32Array(MAX_NAME_COMPONENTS + 1)
  #longest = 0
  readonly #name = new NameHashes()

  constructor(max: number) {
    this.#table = new HashTable(max)
    this.#growColumns()
  }

  get size(): number {
    return this.#table.size
  }

  /** The entry of exactly this prefix, or NONE. */
  find(prefix: Name): number {
    const name = this.#name.read(prefix.value, 0, prefix.value.length)
    return name.length > MAX_NAME_COMPONENTS ? NONE : this.#find(name, name.length)
  }

  value(entry: number): T {
    return this.#values[entry] as T
  }

  setValue(entry: number, value: T): void {
    this.#values[entry] = value
  }

  /** A new entry for a prefix that has none; NONE if there is no room, or the prefix is longer than any name that is looked at. */
  add(prefix: Name, value: T): number {
    const { value: octets } = prefix
    const name = this.#name.read(octets, 0, octets.length)
    if (name.length > MAX_NAME_COMPONENTS || octets.length > MAX_PACKET_SIZE) return NONE
    const entry = this.#table.add(name.hash)
    if (entry === NONE) return NONE
    if (this.#table.capacity > this.#cells.length) this.#growColumns()
    const cell = this.#store.allocate(octets.length)
    copyBytes(octets, 0, octets.length, this.#store.buffer(cell), this.#store.offset(cell))
    this.#cells[entry] = cell
    this.#octets[entry] = octets.length
    this.#components[entry] = name.length
    this.#values[entry] = value
    this.#lengths[name.length] = (this.#lengths[name.length] as number) + 1
    this.#longest = Math.max(this.#longest, name.length)
    return entry
  }

  remove(entry: number): void {
    const length = this.#components[entry] as number
    this.#lengths[length] = (this.#lengths[length] as number) - 1
    while (this.#longest > 0 && this.#lengths[this.#longest] === 0) this.#longest--
    this.#store.free(this.#cells[entry] as number)
    this.#values[entry] = undefined
    this.#table.remove(entry)
  }

  /** The entry of the longest prefix of a name, or NONE. */
  longestPrefix(name: NameHashes): number {
    for (let length = Math.min(name.length, this.#longest); length >= 0; length--) {
      if (this.#lengths[length] === 0) continue
      const entry = this.#find(name, length)
      if (entry !== NONE) return entry
    }
    return NONE
  }

  #find(name: NameHashes, length: number): number {
    const hash = name.hashes[length] as number
    const end = name.ends[length] as number
    const octets = end - name.start
    for (let entry = this.#table.first(hash); entry !== NONE; entry = this.#table.next(entry)) {
      if (this.#table.hashOf(entry) !== hash || this.#octets[entry] !== octets) continue
      const cell = this.#cells[entry] as number
      if (name.startsLike(end, this.#store.buffer(cell), this.#store.offset(cell))) return entry
    }
    return NONE
  }

  prefixOf(entry: number): Name {
    const cell = this.#cells[entry] as number
    const start = this.#store.offset(cell)
    return new Name(
      Buffer.from(this.#store.buffer(cell).subarray(start, start + (this.#octets[entry] as number))),
    )
  }

  entries(): number[] {
    return this.#table.all()
  }

  #growColumns(): void {
    const { capacity } = this.#table
    this.#cells = grown(this.#cells, capacity)
    this.#octets = grown(this.#octets, capacity)
    this.#components = grown(this.#components, capacity)
  }
}
