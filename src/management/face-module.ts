import { maskedFlag, type ParameterName } from './command-spec.ts'
import type { FaceControl, FaceFailure, FaceOptions } from './control-interfaces.ts'
import { type ControlParameters, type ControlResponse, FaceFlag } from './control-parameters.ts'
import type { Dispatcher, ManagementRequest } from './dispatcher.ts'
import {
  channelStatus,
  type FaceEventKind,
  type FaceQueryFilter,
  type FaceStatus,
  faceEventNotification,
  faceQueryFilter,
  faceStatus,
} from './face-datasets.ts'
import { CommandError, ControlStatus, ok } from './status-codes.ts'

const OPTIONS: readonly ParameterName[] = [
  'facePersistency',
  'baseCongestionMarkingInterval',
  'defaultCongestionThreshold',
  'mtu',
  'flags',
  'mask',
]

const FAILURES: Readonly<Record<FaceFailure, number>> = {
  'bad-uri': ControlStatus.BadParameters,
  'not-canonical': ControlStatus.BadParameters,
  unsupported: ControlStatus.NotAcceptable,
  'timed-out': ControlStatus.TimedOut,
  unreachable: ControlStatus.Unreachable,
  full: ControlStatus.Full,
}

/** Module `faces` (NFD wiki, FaceMgmt). */
export class FaceModule {
  readonly #faces: FaceControl
  readonly #post: (content: Uint8Array) => void

  constructor(dispatcher: Dispatcher, faces: FaceControl) {
    this.#faces = faces
    dispatcher.addCommand(
      'faces',
      'create',
      { required: ['uri'], optional: ['localUri', ...OPTIONS] },
      (parameters) => this.#create(parameters),
    )
    dispatcher.addCommand('faces', 'update', { optional: ['faceId', ...OPTIONS] }, (parameters, request) =>
      this.#update(parameters, request),
    )
    dispatcher.addCommand('faces', 'destroy', { required: ['faceId'] }, (parameters) =>
      this.#destroy(parameters),
    )
    dispatcher.addDataset('faces', 'list', () => this.#list({}))
    dispatcher.addDataset('faces', 'query', (query) => this.#list(faceQueryFilter.decode(query)), true)
    dispatcher.addDataset('faces', 'channels', () => this.#channels())
    this.#post = dispatcher.addStream('faces', 'events')
  }

  /** Tells who listens what has become of a face. */
  notify(kind: FaceEventKind, status: FaceStatus): void {
    this.#post(faceEventNotification.encode({ ...status, kind }))
  }

  async #create(parameters: ControlParameters): Promise<ControlResponse> {
    const { uri = '', localUri } = parameters
    const creation = await this.#faces.create(uri, localUri, {
      persistency: 'persistent',
      ...optionsOf(parameters),
    })
    switch (creation.kind) {
      case 'created':
      case 'exists': {
        const status = this.#faces.status(creation.face)
        if (status === undefined)
          throw new CommandError(ControlStatus.Unreachable, `the face to ${uri} closed at once`)
        const described = { ...describe(status), uri: status.uri, localUri: status.localUri }
        if (creation.kind === 'created') return ok(described)
        throw new CommandError(ControlStatus.Conflict, 'Face with remote URI already exists', described)
      }
      default:
        throw new CommandError(FAILURES[creation.kind], creation.detail)
    }
  }

  #update(parameters: ControlParameters, { incomingFace }: ManagementRequest): ControlResponse {
    const face = parameters.faceId || incomingFace
    if (face === undefined)
      throw new CommandError(
        ControlStatus.NotFound,
        'FaceId is missing, and the face that the command came from is not known',
      )
    const before = this.#faces.status(face)
    if (before === undefined) throw new CommandError(ControlStatus.NotFound, `there is no face ${face}`)
    const options = optionsOf(parameters)
    const isForbidden = options.localFields === true && before.faceScope !== 'local'
    const refused = isForbidden ? (['localFields'] as const) : this.#faces.update(face, options)
    if (refused.length > 0)
      throw new CommandError(
        ControlStatus.Conflict,
        `face ${face} cannot have: ${refused.join(', ')}`,
        refusedParameters(parameters, refused),
      )
    return ok(describe(this.#faces.status(face) ?? before))
  }

  #destroy({ faceId = 0 }: ControlParameters): ControlResponse {
    if (faceId === 0) throw new CommandError(ControlStatus.BadParameters, 'FaceId must be that of a face')
    // As in NFD: what is not there is as good as destroyed.
    if (this.#faces.destroy(faceId) === 'own')
      throw new CommandError(ControlStatus.Conflict, `face ${faceId} is the node's own`)
    return ok({ faceId })
  }

  *#list(filter: FaceQueryFilter): Generator<Uint8Array> {
    for (const status of this.#faces.list()) if (isMatch(filter, status)) yield faceStatus.encode(status)
  }

  *#channels(): Generator<Uint8Array> {
    for (const localUri of this.#faces.channels()) yield channelStatus.encode({ localUri })
  }
}

function optionsOf(parameters: ControlParameters): FaceOptions {
  const options: FaceOptions = {
    persistency: parameters.facePersistency,
    baseCongestionMarkingInterval: parameters.baseCongestionMarkingInterval,
    defaultCongestionThreshold: parameters.defaultCongestionThreshold,
    mtu: parameters.mtu,
    localFields: maskedFlag(parameters, FaceFlag.LocalFields),
    lpReliability: maskedFlag(parameters, FaceFlag.LpReliability),
    congestionMarking: maskedFlag(parameters, FaceFlag.CongestionMarking),
  }
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
}

/** The part of a face's status that commands answer with. */
function describe(status: FaceStatus): ControlParameters {
  const { faceId, facePersistency, baseCongestionMarkingInterval, defaultCongestionThreshold, mtu, flags } =
    status
  return { faceId, facePersistency, baseCongestionMarkingInterval, defaultCongestionThreshold, mtu, flags }
}

const FLAG_BITS: ReadonlyMap<keyof FaceOptions, number> = new Map([
  ['localFields', FaceFlag.LocalFields],
  ['lpReliability', FaceFlag.LpReliability],
  ['congestionMarking', FaceFlag.CongestionMarking],
])

/** As in NFD, the response to a refused update has those parameters that were the reason. */
function refusedParameters(
  asked: ControlParameters,
  refused: readonly (keyof FaceOptions)[],
): ControlParameters {
  const mask = refused.reduce((bits, option) => bits | (FLAG_BITS.get(option) ?? 0), 0)
  const has = (option: keyof FaceOptions): boolean => refused.includes(option)
  return {
    ...(mask > 0 && { mask, flags: (asked.flags ?? 0) & mask }),
    ...(has('persistency') && { facePersistency: asked.facePersistency }),
    ...(has('baseCongestionMarkingInterval') && {
      baseCongestionMarkingInterval: asked.baseCongestionMarkingInterval,
    }),
    ...(has('defaultCongestionThreshold') && {
      defaultCongestionThreshold: asked.defaultCongestionThreshold,
    }),
    ...(has('mtu') && { mtu: asked.mtu }),
  }
}

function isMatch(filter: FaceQueryFilter, status: FaceStatus): boolean {
  const { uriScheme, ...exact } = filter
  const isOfScheme =
    uriScheme === undefined || [status.uri, status.localUri].some((uri) => uri.startsWith(`${uriScheme}://`))
  const entries = Object.entries(exact) as [keyof typeof exact, unknown][]
  return isOfScheme && entries.every(([key, value]) => value === undefined || status[key] === value)
}
