import { copyBytes, Data, type Name, TT } from '../packet/index.ts'
import { ByteStore, cellSize } from './byte-store.ts'
import { type EvictionPolicy, Lru, S3Fifo } from './eviction.ts'
import { grown, HashTable, NONE } from './hash-table.ts'
import { MAX_NAME_COMPONENTS, NameHashes } from './name-hashes.ts'
import { PrefixIndex } from './prefix-index.ts'

/** Most Data packets in a Content Store, and the most octets of them. */
export const DEFAULT_MAX_CACHED_PACKETS = 65_536
export const DEFAULT_MAX_CACHED_BYTES = 128 * 1024 * 1024

/** Prefixes indexed for each packet that there is room for; packets with long names make it room for fewer packets. */
const PREFIXES_PER_PACKET = 16

/** Most entries of a table that are ever made room for: a number of 2^30 packets is no bound. */
const MAX_ENTRIES = 2 ** 26

export type EvictionPolicyName = 'lru' | 's3-fifo'

export interface ContentStoreOptions {
  /** @defaultValue {@link DEFAULT_MAX_CACHED_PACKETS} */
  readonly maxPackets?: number | undefined
  /** Octets of packets, each in a cell that may be up to a fifth larger. @defaultValue {@link DEFAULT_MAX_CACHED_BYTES} */
  readonly maxBytes?: number | undefined
  /** @defaultValue lru */
  readonly policy?: EvictionPolicyName | undefined
}

/** Content Store: bounded in packets and octets. Entries by number, what they are in columns, packets in a store of bytes. */
export class ContentStore {
  readonly policy: EvictionPolicyName
  /** Whether Data is taken in. */
  isAdmitting = true
  /** Whether Interests are answered. */
  isServing = true
  hits = 0
  misses = 0
  insertions = 0
  evictions = 0
  /** Where the packet that `find` found lies: good until the store is next changed. */
  buffer: Uint8Array = new Uint8Array()
  start = 0
  end = 0
  #maxPackets: number
  #maxBytes: number
  /** By whole name. */
  readonly #table: HashTable
  readonly #prefixes: PrefixIndex
  readonly #store = new ByteStore()
  readonly #eviction: EvictionPolicy
  /** The name of an entry that is being removed. */
  readonly #removed = new NameHashes()
  /** By entry: the cell with the packet, its length, where in it the name's value is, and until when it is fresh. */
  #cells = new Int32Array(0)
  #lengths = new Uint16Array(0)
  #nameAts = new Uint16Array(0)
  #nameLengths = new Uint16Array(0)
  #staleAts = new Float64Array(0)
  /** By entry: whether it is a segment, and not the first. */
  #laterSegments = new Uint8Array(0)

  constructor(options: ContentStoreOptions = {}) {
    this.policy = options.policy ?? 'lru'
    this.#maxPackets = options.maxPackets ?? DEFAULT_MAX_CACHED_PACKETS
    this.#maxBytes = options.maxBytes ?? DEFAULT_MAX_CACHED_BYTES
    this.#eviction = this.policy === 'lru' ? new Lru() : new S3Fifo()
    this.#table = new HashTable(MAX_ENTRIES)
    this.#prefixes = new PrefixIndex(MAX_ENTRIES)
    this.#growColumns()
  }

  get packets(): number {
    return this.#table.size
  }

  /** Octets of the cells in use. */
  get bytes(): number {
    return this.#store.bytes
  }

  get maxBytes(): number {
    return this.#maxBytes
  }

  /** Sets how many octets there may be, and evicts what is too much. */
  set maxBytes(max: number) {
    this.#maxBytes = max
    this.#shrink()
  }

  get maxPackets(): number {
    return this.#maxPackets
  }

  /** Sets how many packets there may be, and evicts what is too much. */
  set maxPackets(max: number) {
    this.#maxPackets = max
    this.#shrink()
  }

  /** Most prefixes that are indexed. */
  get #maxPrefixes(): number {
    return Math.max(this.#maxPackets * PREFIXES_PER_PACKET, MAX_NAME_COMPONENTS)
  }

  /**
   * Looks for a Data that answers an Interest at the time `now`; counts a hit or a miss.
   * @returns whether there is one: it is then at `buffer`, `start`, `end`, as it was received
   */
  find(name: NameHashes, canBePrefix: boolean, mustBeFresh: boolean, now: number): boolean {
    const entry = this.isServing && this.packets > 0 ? this.#match(name, canBePrefix, mustBeFresh, now) : NONE
    if (entry === NONE) {
      this.misses++
      return false
    }
    this.hits++
    this.#eviction.touch(entry)
    const cell = this.#cells[entry] as number
    this.buffer = this.#store.buffer(cell)
    this.start = this.#store.offset(cell)
    this.end = this.start + (this.#lengths[entry] as number)
    return true
  }

  #match(name: NameHashes, canBePrefix: boolean, mustBeFresh: boolean, now: number): number {
    const exact = this.#findExact(name, name.hash, name.end)
    if (this.#isUsable(exact, mustBeFresh, now)) return exact
    if (canBePrefix) {
      for (let at = this.#prefixes.first(name.hash); at !== NONE; at = this.#prefixes.next(at)) {
        const entry = this.#prefixes.packetAt(at)
        const isBelow =
          this.#prefixes.mayBe(at, name.hash, name.end - name.start) && this.#hasPrefix(entry, name, name.end)
        if (isBelow && this.#isUsable(entry, mustBeFresh, now)) return entry
      }
    }
    return name.endsInDigest ? this.#matchDigest(name, mustBeFresh, now) : NONE
  }

  #isUsable(entry: number, mustBeFresh: boolean, now: number): boolean {
    return entry !== NONE && (!mustBeFresh || (this.#staleAts[entry] as number) > now)
  }

  #findExact(name: NameHashes, hash: number, end: number): number {
    for (let entry = this.#table.first(hash); entry !== NONE; entry = this.#table.next(entry)) {
      const isSame = this.#table.hashOf(entry) === hash && this.#nameLengths[entry] === end - name.start
      if (isSame && this.#hasPrefix(entry, name, end)) return entry
    }
    return NONE
  }

  /** Whether an entry's name begins with the octets of another up to `end`; the caller knows that it is as long at least. */
  #hasPrefix(entry: number, name: NameHashes, end: number): boolean {
    const cell = this.#cells[entry] as number
    return name.startsLike(
      end,
      this.#store.buffer(cell),
      this.#store.offset(cell) + (this.#nameAts[entry] as number),
    )
  }

  /** An Interest whose last component is the implicit digest of the Data that it wants. */
  #matchDigest(name: NameHashes, mustBeFresh: boolean, now: number): number {
    const parent = name.length - 1
    if (parent > MAX_NAME_COMPONENTS) return NONE
    const end = name.ends[parent] as number
    const entry = this.#findExact(name, name.hashes[parent] as number, end)
    if (!this.#isUsable(entry, mustBeFresh, now)) return NONE
    const { implicitDigest } = this.#readData(entry)
    return Buffer.compare(
      implicitDigest,
      name.buffer.subarray(name.end - implicitDigest.length, name.end),
    ) === 0
      ? entry
      : NONE
  }

  #readData(entry: number): Data {
    const cell = this.#cells[entry] as number
    const start = this.#store.offset(cell)
    return new Data().read(this.#store.buffer(cell), start, start + (this.#lengths[entry] as number))
  }

  /** Keeps a copy of a Data; one of the same name is replaced. @param name the Data's */
  insert(data: Data, name: NameHashes, now: number): void {
    const length = data.end - data.start
    const size = cellSize(length)
    if (!this.isAdmitting || size > this.#maxBytes || this.#maxPackets < 1) return
    const old = this.#findExact(name, name.hash, name.end)
    if (old !== NONE) this.#remove(old)
    const entry = this.#table.add(name.hash)
    if (this.#table.capacity > this.#cells.length) this.#growColumns()
    const cell = this.#store.allocate(length)
    copyBytes(data.buffer, data.start, data.end, this.#store.buffer(cell), this.#store.offset(cell))
    this.#cells[entry] = cell
    this.#lengths[entry] = length
    this.#nameAts[entry] = data.nameStart - data.start
    this.#nameLengths[entry] = data.nameEnd - data.nameStart
    this.#staleAts[entry] = now + data.freshnessPeriod
    this.#laterSegments[entry] = isLaterSegment(name) ? 1 : 0
    this.#eviction.add(entry, name.hash)
    this.insertions++
    this.#index(entry, name, now)
    this.#shrink()
  }

  /**
   * For Interests with CanBePrefix: for each proper prefix one entry below it, the first that was inserted while no other was
   * fresh, but a later segment only where there is nothing else. So of a segmented object it is the first segment, which a consumer
   * wants. When that one is evicted the prefix is forgotten, which costs a miss and never gives a wrong answer.
   */
  #index(entry: number, name: NameHashes, now: number): void {
    const longest = Math.min(name.length - 1, MAX_NAME_COMPONENTS)
    for (let length = 1; length <= longest; length++) {
      const hash = name.hashes[length] as number
      const end = name.ends[length] as number
      const at = this.#findPrefix(name, hash, end)
      if (at === NONE) this.#prefixes.add(hash, end - name.start, entry)
      else if (this.#isBetter(entry, this.#prefixes.packetAt(at), now)) this.#prefixes.setPacket(at, entry)
    }
  }

  #isBetter(entry: number, first: number, now: number): boolean {
    const isFirstStale = (this.#staleAts[first] as number) <= now
    return this.#laterSegments[entry] === 0 && (this.#laterSegments[first] === 1 || isFirstStale)
  }

  #findPrefix(name: NameHashes, hash: number, end: number): number {
    let at = this.#prefixes.first(hash)
    while (at !== NONE) {
      const isSame = this.#prefixes.mayBe(at, hash, end - name.start)
      if (isSame && this.#hasPrefix(this.#prefixes.packetAt(at), name, end)) return at
      at = this.#prefixes.next(at)
    }
    return NONE
  }

  /**
   * Removes Data under a prefix.
   * @param max most that are removed
   * @returns how many were
   */
  erase(prefix: Name, max = Number.POSITIVE_INFINITY): number {
    let count = 0
    for (const entry of this.#table.all()) {
      if (count >= max) break
      if (!prefix.isPrefixOf(this.#readData(entry).name)) continue
      this.#remove(entry)
      count++
    }
    return count
  }

  #shrink(): void {
    while (
      this.packets > this.#maxPackets ||
      this.bytes > this.#maxBytes ||
      this.#prefixes.size > this.#maxPrefixes
    ) {
      const victim = this.#eviction.victim()
      if (victim === NONE) return
      this.#eviction.evicted(victim, this.#maxPackets)
      this.#remove(victim)
      this.evictions++
    }
  }

  #remove(entry: number): void {
    this.#forgetPrefixes(entry)
    this.#eviction.remove(entry)
    this.#store.free(this.#cells[entry] as number)
    this.#table.remove(entry)
  }

  #forgetPrefixes(entry: number): void {
    const cell = this.#cells[entry] as number
    const start = this.#store.offset(cell) + (this.#nameAts[entry] as number)
    const end = start + (this.#nameLengths[entry] as number)
    const name = this.#removed.read(this.#store.buffer(cell), start, end)
    const longest = Math.min(name.length - 1, MAX_NAME_COMPONENTS)
    for (let length = 1; length <= longest; length++)
      this.#prefixes.forget(name.hashes[length] as number, entry, (name.ends[length] as number) - start)
  }

  #growColumns(): void {
    const { capacity } = this.#table
    this.#cells = grown(this.#cells, capacity)
    this.#lengths = grown(this.#lengths, capacity)
    this.#nameAts = grown(this.#nameAts, capacity)
    this.#nameLengths = grown(this.#nameLengths, capacity)
    this.#staleAts = grown(this.#staleAts, capacity)
    this.#laterSegments = grown(this.#laterSegments, capacity)
    this.#eviction.grow(capacity)
  }
}

/** Whether a name ends in a Segment component, and not in that of the first. */
function isLaterSegment({ buffer, end, ends, lastType, length }: NameHashes): boolean {
  if (lastType !== TT.SegmentNameComponent || length > MAX_NAME_COMPONENTS) return false
  const valueStart = (ends[length - 1] as number) + 2
  for (let i = valueStart; i < end; i++) if (buffer[i] !== 0) return true
  return end === valueStart
}
