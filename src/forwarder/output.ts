import { type Interest, MAX_PACKET_SIZE, TT, writeNack, writer } from '../packet/index.ts'
import type { DropReason, ForwarderFace } from './face-table.ts'

/** Part of a buffer; nothing, if its end is 0. */
export interface Range {
  buffer: Uint8Array
  start: number
  end: number
}

export const NOTHING: Range = { buffer: new Uint8Array(), start: 0, end: 0 }

/** What leaves by a face: the packet as its bytes lie, or in another form or with a link header. Makes no object. */
export class Output {
  /** CongestionMark of the packet at hand, which goes on with it; -1 for none. */
  congestionMark = -1
  readonly #onDrop: ((face: number, reason: DropReason, detail: string) => void) | undefined

  constructor(onDrop: ((face: number, reason: DropReason, detail: string) => void) | undefined) {
    this.#onDrop = onDrop
  }

  /**
   * Sends a flat Interest in the form of a face, with HopLimit one less.
   * @param incomingFace where it came from
   * @returns false if it is too large to be sent
   */
  sendInterest(face: ForwarderFace, interest: Interest, incomingFace: number): boolean {
    const { buffer, start, end, hopLimitAt } = interest
    const hopLimit = hopLimitAt < 0 ? 0 : (buffer[hopLimitAt] as number)
    if (hopLimitAt >= 0) buffer[hopLimitAt] = hopLimit - 1
    const isFlat = face.form === 'flat' || buffer[interest.nameStart] !== TT.FunctionComponent
    let fits = true
    if (isFlat && !face.hasLocalFields && this.congestionMark < 0) face.send(buffer, start, end)
    else {
      writer.reset()
      if (isFlat) writer.range(buffer, start, end)
      else interest.write(face.form, undefined, undefined)
      fits = this.#send(face, face.hasLocalFields ? incomingFace : -1, -1, NOTHING)
    }
    if (hopLimitAt >= 0) buffer[hopLimitAt] = hopLimit
    if (fits) face.counters.interestsOut++
    return fits
  }

  sendData(face: ForwarderFace, data: Range, pitToken: Range): void {
    const { buffer, start, end } = data
    if (pitToken.end === 0 && this.congestionMark < 0) face.send(buffer, start, end)
    else {
      writer.reset()
      writer.range(buffer, start, end)
      if (!this.#send(face, -1, -1, pitToken)) {
        this.drop(face, 'oversized', () => `an answer of ${end - start} octets with its PIT token`)
        return
      }
    }
    face.counters.dataOut++
  }

  /** @param interest flat */
  sendNack(face: ForwarderFace, interest: Interest, reason: number, pitToken: Range): void {
    if (face.isMultiAccess) return
    writer.reset()
    interest.write(face.form === 'flat' ? 'flat' : 'extended', undefined, undefined)
    if (this.#send(face, -1, reason, pitToken)) face.counters.nacksOut++
    else this.drop(face, 'oversized', () => `a Nack for ${interest.name}`)
  }

  /** Sends what the writer holds, in an LpPacket if there is anything to say about it. False if it is too large. */
  #send(face: ForwarderFace, incomingFace: number, nackReason: number, pitToken: Range): boolean {
    if (pitToken.end > 0 || nackReason >= 0 || incomingFace >= 0 || this.congestionMark >= 0) {
      writer.header(TT.LpFragment, 0)
      if (this.congestionMark >= 0) writer.nni(TT.LpCongestionMark, this.congestionMark)
      if (incomingFace >= 0) writer.nni(TT.LpIncomingFaceId, incomingFace)
      if (nackReason >= 0) writeNack(nackReason)
      if (pitToken.end > 0) {
        const before = writer.size
        writer.range(pitToken.buffer, pitToken.start, pitToken.end)
        writer.header(TT.LpPitToken, before)
      }
      writer.header(TT.LpPacket, 0)
    }
    if (writer.size > MAX_PACKET_SIZE) return false
    const { buffer, start } = writer
    face.send(buffer, start, buffer.length)
    return true
  }

  /** @param detail for the log; not made where there is none */
  drop(face: ForwarderFace, reason: DropReason, detail: () => string): void {
    face.counters.drops[reason]++
    this.#onDrop?.(face.id, reason, detail())
  }
}
