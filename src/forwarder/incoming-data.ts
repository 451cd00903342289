import { createHash } from 'node:crypto'
import { copyBytes, Data, type Frame, MAX_PACKET_SIZE, TT } from '../packet/index.ts'
import type { ContentStore } from './content-store.ts'
import type { ForwarderFace } from './face-table.ts'
import { NONE } from './hash-table.ts'
import { NameHashes } from './name-hashes.ts'
import { isNameOf, scopeOf } from './name-rules.ts'
import type { Outgoing, Tables } from './outgoing.ts'
import type { Pending } from './pending.ts'

const DIGEST_SIZE = 32

/** Which Data that nobody asked for is kept (NFD, "Unsolicited Data Policy"). */
export type UnsolicitedDataPolicy = 'drop-all' | 'admit-local' | 'admit-network' | 'admit-all'

/** The way of a Data that came in. */
export class IncomingData {
  unsolicited: UnsolicitedDataPolicy
  readonly #tables: Tables
  readonly #contentStore: ContentStore
  readonly #outgoing: Outgoing
  readonly #pending: Pending
  readonly #data = new Data()
  readonly #name = new NameHashes()
  readonly #fullName = new NameHashes()
  readonly #scratch = Buffer.allocUnsafeSlow(MAX_PACKET_SIZE + 2 + DIGEST_SIZE)
  readonly #matches: number[] = []
  readonly #makeFullName = (): NameHashes => this.#readFullName()

  constructor(
    tables: Tables,
    contentStore: ContentStore,
    outgoing: Outgoing,
    pending: Pending,
    unsolicited: UnsolicitedDataPolicy = 'drop-all',
  ) {
    this.#tables = tables
    this.#contentStore = contentStore
    this.#outgoing = outgoing
    this.#pending = pending
    this.unsolicited = unsolicited
  }

  /** @throws PacketError */
  receive(face: ForwarderFace, frame: Frame, now: number): void {
    const { pit, output } = this.#tables
    const data = this.#data.read(frame.buffer, frame.start, frame.end)
    face.counters.dataIn++
    const name = this.#name.read(data.buffer, data.nameStart, data.nameEnd)
    if (!face.isLocal && scopeOf(name) === 'localhost') {
      output.drop(face, 'scope', () => String(data.name))
      return
    }
    if (face.functionComponent !== undefined && !isNameOf(face.functionComponent, name)) {
      output.drop(face, 'foreign-name', () => `function ${face.function} may not answer for ${data.name}`)
      return
    }
    const matches = this.#matches
    pit.match(name, this.#makeFullName, matches)
    let answered = 0
    let stragglers = 0
    for (let i = 0; i < matches.length; i++) {
      const entry = matches[i] as number
      if ((pit.expiries[entry] as number) < now) continue
      if (pit.isSatisfied(entry)) stragglers++
      else answered++
    }
    const isKept = !(face.hasLocalFields && frame.isNotToBeCached)
    if (answered > 0) {
      if (isKept) this.#contentStore.insert(data, name, now)
    } else if (stragglers > 0) output.drop(face, 'straggler', () => String(data.name))
    else {
      if (isKept && this.#admits(face)) this.#contentStore.insert(data, name, now)
      output.drop(face, 'unsolicited', () => String(data.name))
      return
    }
    for (let i = 0; i < matches.length; i++) {
      const entry = matches[i] as number
      if ((pit.expiries[entry] as number) < now) continue
      this.#measure(face, entry, now)
      if (!pit.isSatisfied(entry)) this.#outgoing.satisfy(entry, data, face.id, now)
    }
  }

  #admits(face: ForwarderFace): boolean {
    if (this.unsolicited === 'admit-all') return true
    return this.unsolicited === (face.isLocal ? 'admit-local' : 'admit-network')
  }

  /** Tells the strategy how long the face took. */
  #measure(face: ForwarderFace, entry: number, now: number): void {
    const { pit } = this.#tables
    const { outRecords } = pit
    const record = outRecords.find(pit.firstOut(entry), face.id)
    if (record === NONE) return
    if (pit.isMeasured(entry)) this.#pending.measure(entry, face.id, now)
    if (pit.isSatisfied(entry)) pit.removeOut(entry, record)
  }

  /** The Data's name with its implicit digest. */
  #readFullName(): NameHashes {
    const { buffer, start, end, nameStart, nameEnd } = this.#data
    const length = nameEnd - nameStart
    copyBytes(buffer, nameStart, nameEnd, this.#scratch, 0)
    this.#scratch[length] = TT.ImplicitSha256DigestComponent
    this.#scratch[length + 1] = DIGEST_SIZE
    const digest = createHash('sha256').update(buffer.subarray(start, end)).digest()
    copyBytes(digest, 0, DIGEST_SIZE, this.#scratch, length + 2)
    return this.#fullName.read(this.#scratch, 0, length + 2 + DIGEST_SIZE)
  }
}
