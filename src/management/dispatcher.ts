import { splitSegment } from '../endpoint/index.ts'
import {
  Component,
  ContentType,
  type Interest,
  NackReason,
  Name,
  PacketError,
  type Signer,
  TT,
} from '../packet/index.ts'
import { VerificationError } from '../trust/index.ts'
import { type CommandSpec, checkParameters } from './command-spec.ts'
import { type ControlParameters, type ControlResponse, controlParameters } from './control-parameters.ts'
import { DatasetStore } from './dataset-store.ts'
import { NotificationStream } from './notification-stream.ts'
import type { Responder } from './responder.ts'
import { encodeResponse, hasRoomForResponse } from './response.ts'
import { CommandError, ControlStatus } from './status-codes.ts'

/** Where NFD's management protocol is spoken. */
export const MANAGEMENT_PREFIX = Name.parse('/localhost/nfd')

/** Most commands and datasets that are worked on at a time: the key of one may have to be fetched first. */
export const MAX_REQUESTS_IN_HAND = 1024

/** Who asks. */
export interface ManagementRequest {
  readonly interest: Interest
  /** The face that the Interest came from, where that is known. */
  readonly incomingFace: number | undefined
}

/** @throws CommandError, PacketError (400) */
type CommandHandler = (
  parameters: ControlParameters,
  request: ManagementRequest,
) => ControlResponse | Promise<ControlResponse>

/**
 * Gives the items of a dataset, one after the other, which may take several turns of the event loop.
 * @param query the component after the dataset's name, where it takes one
 * @throws CommandError, PacketError (400)
 */
type DatasetHandler = (query: Uint8Array) => Iterable<Uint8Array>

export interface DispatcherOptions {
  /** Where it is spoken, and which modules there; all at {@link MANAGEMENT_PREFIX} by default. */
  readonly places?: readonly { readonly prefix: Name; readonly modules?: readonly string[] }[] | undefined
  readonly signer: () => Signer
  readonly responder: Responder
  /** Rejects if a command of a module is not to be trusted; a `VerificationError`'s message is told to who sent it. */
  readonly authorize: (module: string, interest: Interest, incomingFace: number | undefined) => Promise<void>
  /** `debug`: a command was carried out; `warn`: it was refused; `error`: something is wrong in the node. */
  readonly log: (message: string, level: 'debug' | 'warn' | 'error') => void
  /** Milliseconds that never go back; `performance.now` by default. */
  readonly now?: (() => number) | undefined
  /** @defaultValue {@link MAX_REQUESTS_IN_HAND} */
  readonly maxRequestsInHand?: number | undefined
  /** @defaultValue `MAX_DATASETS_KEPT` */
  readonly maxDatasetsKept?: number | undefined
  /** @defaultValue `MAX_DATASET_BYTES_KEPT` */
  readonly maxDatasetBytes?: number | undefined
  /** Of each stream. @defaultValue `MAX_NOTIFICATIONS_KEPT` */
  readonly maxNotificationsKept?: number | undefined
  /** At each stream. @defaultValue `MAX_INTERESTS_WAITING` */
  readonly maxInterestsWaiting?: number | undefined
}

type Served =
  | { readonly kind: 'command'; readonly spec: CommandSpec; readonly handler: CommandHandler }
  | { readonly kind: 'dataset'; readonly takesQuery: boolean; readonly handler: DatasetHandler }
  | { readonly kind: 'stream'; readonly streams: readonly NotificationStream[] }

/** What an Interest asks for: `<place>/<module>/<name>/…`. */
interface Target {
  readonly module: string
  readonly name: string
  /** Components up to and with `name`. */
  readonly length: number
}

/** Answers Interests of NFD's management protocol by what has been added to it. See the README of this folder. */
export class Dispatcher {
  readonly #options: DispatcherOptions
  readonly #places: NonNullable<DispatcherOptions['places']>
  readonly #served = new Map<string, Served>()
  readonly #datasets: DatasetStore
  #inHand = 0

  constructor(options: DispatcherOptions) {
    this.#options = options
    this.#places = options.places ?? [{ prefix: MANAGEMENT_PREFIX }]
    const { signer, maxDatasetsKept: maxKept, maxDatasetBytes: maxBytes } = options
    this.#datasets = new DatasetStore({ signer, maxKept, maxBytes })
  }

  /** Where it is spoken: Interests for these are for `onInterest`. */
  get prefixes(): readonly Name[] {
    return this.#places.map(({ prefix }) => prefix)
  }

  addCommand(module: string, verb: string, spec: CommandSpec, handler: CommandHandler): void {
    this.#add(module, verb, { kind: 'command', spec, handler })
  }

  /** @param takesQuery whether one component follows its name */
  addDataset(module: string, name: string, handler: DatasetHandler, takesQuery = false): void {
    this.#add(module, name, { kind: 'dataset', handler, takesQuery })
  }

  /** @returns what tells of an event */
  addStream(module: string, name: string): (content: Uint8Array) => void {
    const { signer, responder, now = () => performance.now() } = this.#options
    const { maxNotificationsKept: maxKept, maxInterestsWaiting: maxWaiting } = this.#options
    const streams = this.#places.map(({ prefix }) => {
      const place = prefix.append(Component.generic(module), Component.generic(name))
      return new NotificationStream({ name: place, signer, responder, now, maxKept, maxWaiting })
    })
    this.#add(module, name, { kind: 'stream', streams })
    return (content) => {
      for (const stream of streams) stream.post(content)
    }
  }

  #add(module: string, name: string, served: Served): void {
    const key = `${module}/${name}`
    if (this.#served.has(key)) throw new Error(`${key} is served already`)
    this.#served.set(key, served)
  }

  /**
   * Answers an Interest under one of `prefixes`, now or later, or nacks it. The Interest must stay as it is until then.
   * The promise says when that is done, or the Interest waits in a stream; it does not reject.
   */
  async onInterest(
    interest: Interest,
    incomingFace: number | undefined,
    pitToken: Uint8Array | undefined,
  ): Promise<void> {
    const { responder, log, maxRequestsInHand = MAX_REQUESTS_IN_HAND } = this.#options
    const place = this.#places.findIndex(({ prefix }) => prefix.isPrefixOf(interest.name))
    const target = this.#target(place, interest.name)
    const served = target && this.#served.get(`${target.module}/${target.name}`)
    if (served?.kind === 'stream') {
      served.streams[place]?.onInterest(interest, pitToken)
      return
    }
    if (this.#inHand >= maxRequestsInHand) {
      responder.nack(interest, NackReason.Congestion, pitToken)
      return
    }
    // Good only until this returns for the first time.
    const token = pitToken && Uint8Array.from(pitToken)
    this.#inHand++
    let answer: Uint8Array | undefined
    let reason: number = NackReason.NoRoute
    try {
      if (target !== undefined) answer = await this.#answer(target, served, { interest, incomingFace })
    } catch (error) {
      log(`${interest.name}: ${error}`, 'error')
      reason = NackReason.None
    } finally {
      this.#inHand--
    }
    if (answer === undefined) responder.nack(interest, reason, token)
    else responder.answer(answer, token)
  }

  #target(place: number, name: Name): Target | undefined {
    const { prefix, modules } = this.#places[place] ?? {}
    if (prefix === undefined || name.length < prefix.length + 2) return undefined
    const module = name.at(prefix.length)
    const verb = name.at(prefix.length + 1)
    if (module?.type !== TT.GenericNameComponent || verb?.type !== TT.GenericNameComponent) return undefined
    if (modules !== undefined && !modules.includes(module.text)) return undefined
    return { module: module.text, name: verb.text, length: prefix.length + 2 }
  }

  async #answer(
    target: Target,
    served: Exclude<Served, { kind: 'stream' }> | undefined,
    request: ManagementRequest,
  ): Promise<Uint8Array | undefined> {
    const { interest } = request
    const { signer } = this.#options
    if (served?.kind === 'dataset') return await this.#onDataset(target, served, interest)
    // An unknown command is told so; what is not even signed may be meant for anything.
    if (served === undefined && interest.signatureInfo === undefined) return undefined
    if (!hasRoomForResponse(interest.name, signer()))
      throw new PacketError('oversized', 'its name leaves no room for a response')
    const response = await this.#onCommand(target, served, request)
    return encodeResponse(interest.name, response, signer())
  }

  async #onCommand(
    target: Target,
    served: Extract<Served, { kind: 'command' }> | undefined,
    request: ManagementRequest,
  ): Promise<ControlResponse> {
    const { interest, incomingFace } = request
    const { authorize, log } = this.#options
    const command = `${target.module}/${target.name}`
    let response: ControlResponse
    let parameters: ControlParameters = {}
    try {
      if (served === undefined)
        throw new CommandError(ControlStatus.Unsupported, `${command} is not supported`)
      if (served.spec.isInApplicationParameters !== true)
        parameters = readParameters(interest.name, target.length)
      await authorize(target.module, interest, incomingFace).catch((error: unknown) => {
        throw refusal(error)
      })
      checkParameters(parameters, served.spec)
      response = await served.handler(parameters, request)
    } catch (error) {
      response = responseTo(error)
      if (response.statusCode === ControlStatus.InternalError) log(`${command}: ${error}`, 'error')
    }
    const { name, uri, faceId } = { ...parameters, ...response.parameters }
    const about = [name, uri, faceId === undefined ? undefined : `face ${faceId}`]
    log(
      `${[command, ...about.filter((part) => part !== undefined)].join(' ')} from face ${incomingFace}: ${response.statusCode} ${response.statusText}`,
      response.statusCode === ControlStatus.Ok ? 'debug' : 'warn',
    )
    return response
  }

  async #onDataset(
    target: Target,
    { handler, takesQuery }: Extract<Served, { kind: 'dataset' }>,
    { name, canBePrefix }: Interest,
  ): Promise<Uint8Array | undefined> {
    const asked = splitSegment(name)
    if (asked !== undefined) return this.#datasets.segment(name.slice(0, -1), asked.segment)
    // Without version it can only be asked for as a prefix: the answer has one.
    if (name.length !== target.length + (takesQuery ? 1 : 0) || !canBePrefix) return undefined
    const query = takesQuery ? (name.at(-1)?.value ?? new Uint8Array()) : new Uint8Array()
    try {
      return await this.#datasets.make(name, () => handler(query))
    } catch (error) {
      if (!(error instanceof CommandError || error instanceof PacketError)) throw error
      return encodeResponse(name, responseTo(error), this.#options.signer(), ContentType.Nack)
    }
  }
}

/** @throws CommandError, PacketError */
function readParameters(name: Name, index: number): ControlParameters {
  const component = name.at(index)
  if (component?.type !== TT.GenericNameComponent)
    throw new CommandError(ControlStatus.BadParameters, 'ControlParameters is missing')
  return controlParameters.decode(component.value)
}

/** Whatever goes wrong, the command is refused; but only what is known to be meant for who sent it is told. */
function refusal(error: unknown): CommandError {
  // The command's name, which it begins with, would leave no room for the reason.
  const reason = error instanceof Error && error.cause instanceof VerificationError ? error.cause : error
  const text = reason instanceof VerificationError ? reason.message : 'authorization rejected'
  return new CommandError(ControlStatus.Unauthorized, text)
}

function responseTo(error: unknown): ControlResponse {
  if (error instanceof CommandError) return error.response
  if (error instanceof PacketError)
    return { statusCode: ControlStatus.BadParameters, statusText: error.message }
  return { statusCode: ControlStatus.InternalError, statusText: 'internal error' }
}
