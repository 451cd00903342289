import { type Frame, Interest } from '../packet/index.ts'
import type { ForwarderFace } from './face-table.ts'
import { NONE } from './hash-table.ts'
import { NameHashes } from './name-hashes.ts'
import type { Tables } from './outgoing.ts'
import type { Pending } from './pending.ts'

/** The way of a Nack that came in. */
export class IncomingNack {
  readonly #tables: Tables
  readonly #pending: Pending
  readonly #interest = new Interest()
  readonly #name = new NameHashes()

  constructor(tables: Tables, pending: Pending) {
    this.#tables = tables
    this.#pending = pending
  }

  /** @throws PacketError */
  receive(face: ForwarderFace, frame: Frame, now: number): void {
    const { pit, output } = this.#tables
    const interest = this.#interest.read(frame.buffer, frame.start, frame.end)
    face.counters.nacksIn++
    const entry = this.#find(interest)
    const record = entry === NONE ? NONE : pit.outRecords.find(pit.firstOut(entry), face.id)
    const isExpected =
      record !== NONE &&
      !face.isMultiAccess &&
      pit.outRecords.nonces[record] === ((interest.nonce ?? 0) | 0) &&
      pit.outRecords.nacks[record] === NONE
    if (!isExpected) {
      output.drop(face, 'unexpected-nack', () => String(interest.name))
      return
    }
    pit.outRecords.nacks[record] = frame.nackReason
    if (pit.isSatisfied(entry)) return
    const pending = this.#pending.recall(entry, now)
    this.#tables.strategies.of(pending.nameHashes).afterReceiveNack(pending, face.id, frame.nackReason)
  }

  #find(interest: Interest): number {
    // An Interest comes back in the form in which it was sent.
    const { value } = interest.name
    const name = this.#name.read(value, 0, value.length)
    return this.#tables.pit.find(name, interest.canBePrefix, interest.mustBeFresh)
  }
}
