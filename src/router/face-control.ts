import { FaceError, isMulticast, parseAddress } from '../face/index.ts'
import type { Forwarder } from '../forwarder/index.ts'
import {
  type FaceControl,
  type FaceCreation,
  FaceFlag,
  type FaceOptions,
  type FaceStatus,
} from '../management/index.ts'
import { judgeFaceUri } from './face-uri.ts'
import { type Link, type Links, TooManyFacesError } from './links.ts'
import type { OwnFaces } from './own-faces.ts'

const NANOSECONDS = 1_000_000

export interface FaceControlOptions {
  readonly forwarder: Forwarder
  readonly links: Links
  readonly ownFaces: OwnFaces
  /** A face is about to be closed because a command says so. */
  readonly onDestroy: (link: Link) => void
}

/** What `faces` commands do: the faces of the node, as NFD's management sees them. */
export class NodeFaceControl implements FaceControl {
  readonly #options: FaceControlOptions

  constructor(options: FaceControlOptions) {
    this.#options = options
  }

  status(face: number): FaceStatus | undefined {
    const { links, ownFaces } = this.#options
    const link = links.get(face)
    if (link !== undefined) return this.ofLink(link)
    const own = ownFaces.get(face)
    if (own === undefined) return undefined
    const { counters } = own.face ?? {}
    return {
      faceId: face,
      uri: own.uri,
      localUri: 'internal://',
      faceScope: 'local',
      facePersistency: 'permanent',
      linkType: 'point-to-point',
      ...this.#packets(face),
      nInBytes: counters?.bytesIn ?? 0,
      nOutBytes: counters?.bytesOut ?? 0,
      flags: own.hasLocalFields ? FaceFlag.LocalFields : 0,
    }
  }

  /** Of a face that is there, or has just closed. */
  ofLink({ id, face, settings }: Link): FaceStatus {
    const { congestion = {} } = settings
    const isMarking = congestion !== false
    const { threshold, baseInterval } = congestion || {}
    return {
      faceId: id,
      uri: face.remote,
      localUri: face.local,
      faceScope: face.isLocal ? 'local' : 'non-local',
      facePersistency: face.persistency,
      linkType: face.linkType,
      ...(isMarking && {
        baseCongestionMarkingInterval:
          baseInterval === undefined ? undefined : Math.round(baseInterval * NANOSECONDS),
        defaultCongestionThreshold: threshold,
      }),
      ...(Number.isFinite(face.mtu) && { mtu: face.mtu }),
      ...this.#packets(id),
      nInBytes: face.counters.bytesIn,
      nOutBytes: face.counters.bytesOut,
      flags: (settings.localFields ? FaceFlag.LocalFields : 0) | (isMarking ? FaceFlag.CongestionMarking : 0),
    }
  }

  #packets(
    id: number,
  ): Pick<FaceStatus, 'nInInterests' | 'nInData' | 'nInNacks' | 'nOutInterests' | 'nOutData' | 'nOutNacks'> {
    const counters = this.#options.forwarder.counters(id)
    return {
      nInInterests: counters?.interestsIn ?? 0,
      nInData: counters?.dataIn ?? 0,
      nInNacks: counters?.nacksIn ?? 0,
      nOutInterests: counters?.interestsOut ?? 0,
      nOutData: counters?.dataOut ?? 0,
      nOutNacks: counters?.nacksOut ?? 0,
    }
  }

  *list(): Generator<FaceStatus> {
    const { links, ownFaces } = this.#options
    for (const id of [...ownFaces.ids(), ...links.all().keys()]) {
      const status = this.status(id)
      if (status !== undefined) yield status
    }
  }

  channels(): Iterable<string> {
    return this.#options.links.addresses
  }

  async create(uri: string, localUri: string | undefined, options: FaceOptions): Promise<FaceCreation> {
    const { links } = this.#options
    const refused = refusal(uri, localUri, options)
    if (refused !== undefined) return refused
    const known = links.find(uri)
    if (known !== undefined) return { kind: 'exists', face: known.id }
    const { persistency, mtu, localFields } = options
    try {
      const { link, isNew } = await links.dial(uri, {
        persistency: persistency === 'permanent' ? 'permanent' : 'persistent',
        mtu: isUnbounded(mtu) ? undefined : mtu,
        congestion: congestionOf(options),
        localFields,
      })
      return { kind: isNew ? 'created' : 'exists', face: link.id }
    } catch (error) {
      const detail = (error as Error).message
      if (error instanceof TooManyFacesError) return { kind: 'full', detail }
      if (error instanceof RangeError) return { kind: 'unsupported', detail }
      if (!(error instanceof FaceError)) throw error
      return { kind: error.code === 'unreachable' ? 'unreachable' : 'unsupported', detail }
    }
  }

  update(face: number, options: FaceOptions): readonly (keyof FaceOptions)[] {
    const { links } = this.#options
    const link = links.get(face)
    const status = this.status(face)
    if (status === undefined) return []
    const refused = changes(status, options).filter(
      (option) => option !== 'localFields' || link === undefined,
    )
    if (refused.length > 0) return refused
    const { localFields } = options
    if (link !== undefined && localFields !== undefined) links.setLocalFields(link, localFields)
    return []
  }

  destroy(face: number): 'own' | undefined {
    const { links, ownFaces, onDestroy } = this.#options
    const link = links.get(face)
    if (link === undefined) return ownFaces.get(face) === undefined ? undefined : 'own'
    onDestroy(link)
    link.face.close()
    return undefined
  }
}

/** Why no face is made to a URI, or none with these options. */
function refusal(
  uri: string,
  localUri: string | undefined,
  options: FaceOptions,
): Exclude<FaceCreation, { readonly face: number }> | undefined {
  const refuse = (detail: string) => ({ kind: 'unsupported', detail }) as const
  switch (judgeFaceUri(uri)) {
    case 'bad-uri':
      return { kind: 'bad-uri', detail: `'${uri}' is not a FaceUri` }
    case 'unsupported':
      return refuse(`no faces are made to ${uri}: only to udp4, udp6, tcp4 and tcp6`)
    case 'not-canonical':
      return {
        kind: 'not-canonical',
        detail: `${uri} is not a canonical FaceUri, such as udp4://192.0.2.1:6363`,
      }
  }
  const address = parseAddress(uri)
  if (address.kind === 'udp' && isMulticast(address.host))
    return refuse(`${uri} is a multicast group: its faces are a matter of the configuration`)
  if (localUri !== undefined) return refuse('the address to go out from cannot be chosen')
  if (options.persistency === 'on-demand') return refuse('only faces that a peer made are on-demand')
  if (options.lpReliability === true) return refuse('NDNLPv2 reliability is not supported')
  if (address.kind === 'tcp' && !isUnbounded(options.mtu)) return refuse('a TCP connection has no MTU')
  const isLocal = address.kind === 'tcp' && /^(?:127\.|::1$)/.test(address.host)
  if (options.localFields === true && !isLocal)
    return refuse('only a face on this host can have local fields')
  return undefined
}

/** The options that are asked for and are not as they should be. */
function changes(status: FaceStatus, options: FaceOptions): (keyof FaceOptions)[] {
  const has = (flag: number): boolean => (status.flags & flag) !== 0
  const { mtu = Number.POSITIVE_INFINITY } = status
  const now: Record<keyof FaceOptions, unknown> = {
    persistency: status.facePersistency,
    baseCongestionMarkingInterval: status.baseCongestionMarkingInterval,
    defaultCongestionThreshold: status.defaultCongestionThreshold,
    mtu: isUnbounded(options.mtu) ? options.mtu : mtu,
    localFields: has(FaceFlag.LocalFields),
    lpReliability: false,
    congestionMarking: has(FaceFlag.CongestionMarking),
  }
  const asked = Object.entries(options) as [keyof FaceOptions, unknown][]
  return asked
    .filter(([option, value]) => value !== undefined && value !== now[option])
    .map(([option]) => option)
}

function congestionOf(options: FaceOptions): Link['settings']['congestion'] {
  const { congestionMarking, baseCongestionMarkingInterval, defaultCongestionThreshold } = options
  if (congestionMarking === false) return false
  if (baseCongestionMarkingInterval === undefined && defaultCongestionThreshold === undefined)
    return undefined
  return {
    ...(defaultCongestionThreshold !== undefined && { threshold: defaultCongestionThreshold }),
    ...(baseCongestionMarkingInterval !== undefined && {
      baseInterval: baseCongestionMarkingInterval / NANOSECONDS,
    }),
  }
}

/** As large as the link permits. */
function isUnbounded(mtu: number | undefined): boolean {
  return mtu === undefined || mtu >= Number.MAX_SAFE_INTEGER
}
