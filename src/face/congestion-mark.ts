import { encodeLp, MAX_PACKET_SIZE, TlvReader, TlvWriter, TT } from '../packet/index.ts'

/** Value of the field in a packet that meets congestion (NDNLPv2, "Congestion Mark"; 0 says that there is none). */
const CONGESTED = 1

/** Its own: the one that encoders share may be half-way through a packet. */
const writer = new TlvWriter()

/**
 * A frame with the header field CongestionMark: the LpPacket with the field in its place among the others (NDNLPv2 wants
 * them in the order of their types, the fragment last), or one around a bare Interest or Data. A frame that is marked
 * already, that would be too large with the mark, or that is no packet is given back as it is: whether a frame is to be
 * marked must not decide whether it arrives.
 */
export function markCongestion(frame: Uint8Array): Uint8Array {
  const type = frame[0]
  if (type !== TT.LpPacket && type !== TT.Interest && type !== TT.Data) return frame
  const marked = type === TT.LpPacket ? markLpPacket(frame) : encodeLp(frame, { congestionMark: CONGESTED })
  return marked.length > MAX_PACKET_SIZE ? frame : marked
}

function markLpPacket(frame: Uint8Array): Uint8Array {
  try {
    const lp = new TlvReader(frame)
    lp.next()
    const place = findPlace(lp)
    if (place === undefined || lp.valueEnd !== frame.length) return frame
    writer.range(frame, place.end, lp.valueEnd)
    writer.nni(TT.LpCongestionMark, CONGESTED)
    writer.range(frame, lp.valueStart, place.start)
    writer.header(TT.LpPacket, 0)
    return writer.finish()
  } catch {
    // Broken, and not by us: what is to be done about it is the receiver's business.
    writer.reset()
    return frame
  }
}

/**
 * Where the field belongs: between two others, or in the place of one that says that there is no congestion. Undefined
 * if there is one that says that there is.
 */
function findPlace(lp: TlvReader): { start: number; end: number } | undefined {
  const fields = lp.inside()
  while (fields.next()) {
    const { type, start, valueEnd } = fields
    if (type === TT.LpCongestionMark) return fields.nni() > 0 ? undefined : { start, end: valueEnd }
    if (type === TT.LpFragment || type > TT.LpCongestionMark) return { start, end: start }
  }
  return { start: lp.valueEnd, end: lp.valueEnd }
}
