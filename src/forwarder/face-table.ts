import type { InterestForm } from '../packet/index.ts'

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
  /** A function answered under another name than its own, or asked to be handed work for another. */
  'foreign-name',
  /** A Nack for an Interest that was not sent to that face. */
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
  /** Interests that were already pending for another face. */
  aggregated: number
  /** Pending Interests of this face that nobody answered in time. */
  expired: number
  readonly drops: Readonly<Record<DropReason, number>>
}

/** What the forwarder must know of a face. */
export interface FaceOptions {
  /** Takes a frame; may hold on to it. */
  send(frame: Uint8Array): void
  /** Whether the peer is on this host and may use `/localhost`. @defaultValue false */
  readonly isLocal?: boolean
  /** How Interests leave; a face without it starts flat and becomes extended when its peer has sent such an Interest. */
  readonly form?: Exclude<InterestForm, 'dispatched'>
  /** Whether Interests carry the id of the face that they came from (NDNLPv2 IncomingFaceId). @defaultValue false */
  readonly wantsIncomingFace?: boolean
  /** Name of the function behind this face. Interests leave dispatched, and only its own names are taken from it. */
  readonly function?: string
}

/** A face as the forwarder sees it. */
export interface ForwarderFace {
  readonly id: number
  readonly isLocal: boolean
  readonly function: string | undefined
  form: InterestForm
  readonly isFormFixed: boolean
  readonly wantsIncomingFace: boolean
  readonly counters: ForwarderCounters & { drops: Record<DropReason, number> }
  send(frame: Uint8Array): void
}

export function newFace(id: number, options: FaceOptions): ForwarderFace {
  return {
    id,
    isLocal: options.isLocal ?? false,
    function: options.function,
    form: options.function !== undefined ? 'dispatched' : (options.form ?? 'flat'),
    isFormFixed: options.function !== undefined || options.form !== undefined,
    wantsIncomingFace: options.wantsIncomingFace ?? false,
    counters: {
      interestsIn: 0,
      interestsOut: 0,
      dataIn: 0,
      dataOut: 0,
      nacksIn: 0,
      nacksOut: 0,
      aggregated: 0,
      expired: 0,
      drops: Object.fromEntries(DROP_REASONS.map((reason) => [reason, 0])) as Record<DropReason, number>,
    },
    send: (frame) => options.send(frame),
  }
}
