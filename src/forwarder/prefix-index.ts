import { grown, HashTable, NONE } from './hash-table.ts'

/** For each prefix of a name in the Content Store, one packet below it. The prefix itself is not kept: it is in the packet. */
export class PrefixIndex {
  readonly #table: HashTable
  /** By place: octets of the prefix, and the packet, by number. */
  #lengths = new Uint16Array(0)
  #packets = new Int32Array(0)

  constructor(max: number) {
    this.#table = new HashTable(max)
    this.#growColumns()
  }

  get size(): number {
    return this.#table.size
  }

  /** The first place at which a prefix with a hash may be, and the one after another; NONE at the end. */
  first(hash: number): number {
    return this.#table.first(hash)
  }

  next(place: number): number {
    return this.#table.next(place)
  }

  /** Whether a place is that of a prefix with this hash and so many octets, as far as can be told here. */
  mayBe(place: number, hash: number, octets: number): boolean {
    return this.#table.hashOf(place) === hash && this.#lengths[place] === octets
  }

  packetAt(place: number): number {
    return this.#packets[place] as number
  }

  setPacket(place: number, packet: number): void {
    this.#packets[place] = packet
  }

  add(hash: number, octets: number, packet: number): void {
    const place = this.#table.add(hash)
    if (place === NONE) return
    if (this.#table.capacity > this.#packets.length) this.#growColumns()
    this.#lengths[place] = octets
    this.#packets[place] = packet
  }

  /** Forgets a prefix, if this is the packet that it leads to. */
  forget(hash: number, packet: number, octets: number): void {
    for (let place = this.first(hash); place !== NONE; place = this.next(place)) {
      if (this.#packets[place] !== packet || !this.mayBe(place, hash, octets)) continue
      this.#table.remove(place)
      return
    }
  }

  #growColumns(): void {
    this.#lengths = grown(this.#lengths, this.#table.capacity)
    this.#packets = grown(this.#packets, this.#table.capacity)
  }
}
