/** Most buffers that are kept to be used again. */
const MAX_SPARE_SLOTS = 64

/** Hands a datagram to the system; `onDone` is called once, in a later turn at the earliest. */
export type Transmit = (buffer: Uint8Array, size: number, onDone: (error: Error | null) => void) => void

/** A datagram that the system has and may not have read yet. */
export interface Slot {
  readonly buffer: Uint8Array
  size: number
  readonly onDone: (error: Error | null) => void
}

/**
 * The memory in which datagrams wait until the system has taken them: as a rule it does so at once and one buffer serves
 * all. What waits beyond {@link MAX_SPARE_SLOTS} datagrams gets memory of its own, of its size.
 */
export class DatagramSlots {
  readonly #mtu: number
  readonly #transmit: Transmit
  readonly #onDone: (error: Error | null) => void
  readonly #spare: Slot[] = []
  #reusable = 0
  /** Octets that the system has not taken yet. */
  bytes = 0

  /** @param onDone told of each datagram that the system took or refused */
  constructor(mtu: number, transmit: Transmit, onDone: (error: Error | null) => void) {
    this.#mtu = mtu
    this.#transmit = transmit
    this.#onDone = onDone
  }

  /** @param size of the datagram, or more */
  take(size: number): Slot {
    const spare = this.#spare.pop()
    if (spare !== undefined) return spare
    if (this.#reusable === MAX_SPARE_SLOTS) return this.#slot(size, false)
    this.#reusable++
    return this.#slot(this.#mtu, true)
  }

  send(slot: Slot, size: number): void {
    slot.size = size
    this.bytes += size
    this.#transmit(slot.buffer, size, slot.onDone)
  }

  #slot(size: number, isReusable: boolean): Slot {
    const slot: Slot = {
      buffer: Buffer.allocUnsafeSlow(size),
      size: 0,
      onDone: (error) => {
        this.bytes -= slot.size
        if (isReusable) this.#spare.push(slot)
        this.#onDone(error)
      },
    }
    return slot
  }
}
