import { PacketError } from './errors.ts'
import { isCritical } from './tlv-types.ts'

/**
 * The elements that another one holds, each at most once, in this order (NDN Packet Format 0.3 §1.3): an element that is
 * unknown, out of order or repeated is ignored if its type is not critical.
 */
export class Sequence {
  readonly #what: string
  readonly #places: ReadonlyMap<number, number>

  /** @param what name of the element that holds them, for messages */
  constructor(what: string, types: readonly number[]) {
    this.#what = what
    this.#places = new Map(types.map((type, place) => [type, place]))
  }

  /**
   * The place of an element that follows the one at place `last` (-1 at the beginning); undefined if it is to be ignored.
   * @throws PacketError unknown-critical | out-of-order
   */
  place(type: number, last: number): number | undefined {
    const place = this.#places.get(type)
    if (place !== undefined && place > last) return place
    if (!isCritical(type)) return undefined
    if (place === undefined)
      throw new PacketError('unknown-critical', `unknown element ${type} in ${this.#what}`)
    throw new PacketError('out-of-order', `element ${type} in ${this.#what} out of order or repeated`)
  }
}
