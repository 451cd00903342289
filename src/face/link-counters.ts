import { type FaceCounters, newCounters } from './face.ts'

/**
 * What a face over datagrams or messages counts. `packetsIn` and `packetsOut` are whole packets; `bytesIn` and `bytesOut`
 * are what was on the link, fragments with their headers and those that never became a packet among them.
 */
export interface LinkCounters extends FaceCounters {
  /** Datagrams or messages that are not one TLV element from their first octet to their last. */
  malformed: number
  /** Packets dropped because the owner had not started the face and too much was kept for it already. */
  earlyDrops: number
  /** Packets that cannot be cut into fragments for this MTU. */
  unfragmentable: number
  /** Datagrams that the system did not send, and failures that it reported of earlier ones. */
  linkErrors: number
  fragmentsOut: number
  fragmentsIn: number
  /** Fragments that came twice. */
  duplicateFragments: number
  /** Fragments that contradict themselves or others of their packet, or a bound. */
  badFragments: number
  /** Packets of which the missing fragments did not come in time. */
  reassemblyTimeouts: number
  /** Packets given up, half put together, because newer ones needed the room. */
  reassemblyEvictions: number
}

export function newLinkCounters(): LinkCounters {
  return {
    ...newCounters(),
    malformed: 0,
    earlyDrops: 0,
    unfragmentable: 0,
    linkErrors: 0,
    fragmentsOut: 0,
    fragmentsIn: 0,
    duplicateFragments: 0,
    badFragments: 0,
    reassemblyTimeouts: 0,
    reassemblyEvictions: 0,
  }
}
