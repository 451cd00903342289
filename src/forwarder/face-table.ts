import { encodeTlv, type InterestForm, TT } from '../packet/index.ts'

/** Why a packet went no further. Each is counted at the face that it came from. */
export const DROP_REASONS = [
  /** Not a packet, or one that breaks a rule of the format. */
  'malformed',
  /** `/localhost` from or to a face that leaves this host. */
  'scope',
  /** An Interest whose HopLimit is used up. */
  'hop-limit',
  /** An Interest that has been here before: it loops. */
  'duplicate-nonce',
  /** An Interest whose name has more components than are looked at. */
  'name-too-long',
  /** No more Interests can be pending. */
  'pit-full',
  /** No FIB entry leads on. */
  'no-route',
  /**
   * What would be sent is larger than a packet may be: an Interest near that size that needs a Nonce or takes another
   * form on its way out, or an answer with a PIT token. A peer would end the connection over it.
   */
  'oversized',
  /** A Data that nobody here asked for. */
  'unsolicited',
  /** A Data that came after another had answered its Interest; it is used to measure the way that it came. */
  'straggler',
  /** A function answered under another name than its own, or asked to be handed work for another. */
  'foreign-name',
  /** A Nack for an Interest that was not sent to that face, or on a link with more than one peer. */
  'unexpected-nack',
] as const

export type DropReason = (typeof DROP_REASONS)[number]

export interface ForwarderCounters {
  interestsIn: number
  interestsOut: number
  dataIn: number
  dataOut: number
  nacksIn: number
  nacksOut: number
  /** Frames with nothing in them for the network layer. */
  idleIn: number
  /** Interests that were already pending for another face. */
  aggregated: number
  /** Interests sent again so soon that they went no further. */
  suppressed: number
  /** Pending Interests of this face that nobody answered in time. */
  expired: number
  readonly drops: Readonly<Record<DropReason, number>>
}

/** What the forwarder must know of a face. */
export interface FaceOptions {
  /** Takes a copy of a frame, from `start` up to `end`. False if there was no room for it. Must not call the forwarder back. */
  send(buffer: Uint8Array, start: number, end: number): boolean
  /** Whether the peer is on this host and may use `/localhost`. @defaultValue false */
  readonly isLocal?: boolean
  /** How Interests leave; a face without it starts flat and becomes extended when its peer has sent such an Interest. */
  readonly form?: Exclude<InterestForm, 'dispatched'>
  /** Whether the peer is told IncomingFaceId, and heard on NextHopFaceId and CachePolicy (NDNLPv2). @defaultValue false */
  readonly hasLocalFields?: boolean
  /** Whether more than one peer may be at the other end: Nacks mean nothing there. @defaultValue false */
  readonly isMultiAccess?: boolean
  /** Name of the function behind this face. Interests leave dispatched, and only its own names are taken from it. */
  readonly function?: string
}

/** A face as the forwarder sees it. */
export interface ForwarderFace {
  readonly id: number
  readonly isLocal: boolean
  readonly isMultiAccess: boolean
  readonly function: string | undefined
  /** The function's name as a component of a name, encoded. */
  readonly functionComponent: Uint8Array | undefined
  form: InterestForm
  readonly isFormFixed: boolean
  hasLocalFields: boolean
  readonly counters: ForwarderCounters & { drops: Record<DropReason, number> }
  /** Pending Interests that it asked for, and the octets that they take. */
  pending: number
  pendingBytes: number
  readonly send: FaceOptions['send']
}

export function newFace(id: number, options: FaceOptions): ForwarderFace {
  return {
    id,
    isLocal: options.isLocal ?? false,
    isMultiAccess: options.isMultiAccess ?? false,
    function: options.function,
    functionComponent:
      options.function === undefined
        ? undefined
        : encodeTlv(TT.FunctionComponent, Buffer.from(options.function)),
    form: options.function !== undefined ? 'dispatched' : (options.form ?? 'flat'),
    isFormFixed: options.function !== undefined || options.form !== undefined,
    hasLocalFields: options.hasLocalFields ?? false,
    counters: {
      interestsIn: 0,
      interestsOut: 0,
      dataIn: 0,
      dataOut: 0,
      nacksIn: 0,
      nacksOut: 0,
      idleIn: 0,
      aggregated: 0,
      suppressed: 0,
      expired: 0,
      drops: Object.fromEntries(DROP_REASONS.map((reason) => [reason, 0])) as Record<DropReason, number>,
    },
    pending: 0,
    pendingBytes: 0,
    send: (buffer, start, end) => options.send(buffer, start, end),
  }
}
