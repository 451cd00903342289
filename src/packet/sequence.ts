import { PacketError } from './errors.ts'
import { isCritical } from './tlv-types.ts'

/**
 * The elements that another one holds, each at most once, in this order (NDN Packet Format 0.3 §1.3): an element that is
 * unknown, out of order or repeated is ignored if its type is not critical.
 */
export class Sequence {
  readonly #what: string
  readonly #places: ReadonlyMap<number, number>
  /** The same for types of one octet, -1 where there is none: a packet has few others. */
  readonly #shortPlaces = new Int8Array(253).fill(-1)

  /** @param what name of the element that holds them, for messages */
  constructor(what: string, types: readonly number[]) {
    this.#what = what
    this.#places = new Map(types.map((type, place) => [type, place]))
    for (const [type, place] of this.#places)
      if (type < this.#shortPlaces.length) this.#shortPlaces[type] = place
  }

  /**
   * The place of an element that follows the one at place `last` (-1 at the beginning); undefined if it is to be ignored.
   * @throws PacketError unknown-critical | out-of-order
   */
  place(type: number, last: number): number | undefined {
    const known =
      type < this.#shortPlaces.length ? (this.#shortPlaces[type] as number) : this.#places.get(type)
    const place = known === -1 ? undefined : known
    if (place !== undefined && place > last) return place
    if (!isCritical(type)) return undefined
    if (place === undefined)
      throw new PacketError('unknown-critical', `unknown element ${type} in ${this.#what}`)
    throw new PacketError('out-of-order', `element ${type} in ${this.#what} out of order or repeated`)
  }
}
