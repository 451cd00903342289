import { type Endpoint, newVersion, SegmentedObject, splitSegment } from '../endpoint/index.ts'
import {
  Component,
  encodeData,
  type Interest,
  NackReason,
  Name,
  PacketError,
  type Signer,
} from '../packet/index.ts'
import { VerificationError, type Verifier } from '../trust/index.ts'
import type { Certificates } from './certificates.ts'
import type { ClientRoutes } from './client-routes.ts'
import {
  type ControlParameters,
  type ControlResponse,
  ControlStatus,
  decodeControlParameters,
  encodeControlResponse,
} from './control.ts'

/** Where the datasets of this node are: `/localhost/ndn-sfc/<dataset>`, each a JSON object. */
export const STATUS_PREFIX = Name.parse('/localhost/ndn-sfc')

/** Where NFD's management protocol is spoken. */
export const RIB_PREFIX = Name.parse('/localhost/nfd/rib')

/** Versions of datasets that are kept for those who still fetch them. */
export const MAX_DATASETS_KEPT = 32

export interface ManagementOptions {
  /** Of the node. */
  readonly signer: () => Signer
  readonly verifier: Verifier
  /** Under whose name all keys are that count here. */
  readonly operator: Name
  readonly certificates: Certificates
  /** By name; nothing while it cannot be told yet. */
  readonly datasets: Readonly<Record<string, () => unknown>>
  /** Whether the peer of a face is known by other means than a key: one on a Unix socket. */
  readonly isTrustedLink: (face: number) => boolean
  readonly hasFace: (face: number) => boolean
  readonly routes: ClientRoutes
  readonly log: (message: string) => void
}

const OK: ControlResponse = { statusCode: ControlStatus.Ok, statusText: 'OK' }

/** The node's own producer. See the README of this folder. */
export class Management {
  readonly #options: ManagementOptions
  readonly #datasets = new Map<string, SegmentedObject>()

  constructor(options: ManagementOptions) {
    this.#options = options
  }

  async onInterest(
    endpoint: Endpoint,
    interest: Interest,
    pitToken: Uint8Array | undefined,
    face: number | undefined,
  ): Promise<void> {
    const { name } = interest
    const answer = RIB_PREFIX.isPrefixOf(name)
      ? await this.#onCommand(interest, face)
      : STATUS_PREFIX.isPrefixOf(name)
        ? await this.#onStatus(name)
        : this.#options.certificates.find(interest)
    if (answer === undefined) endpoint.nack(interest, NackReason.NoRoute, pitToken)
    else endpoint.answer(answer, pitToken)
  }

  async #onStatus(name: Name): Promise<Uint8Array | undefined> {
    const asked = splitSegment(name)
    if (asked !== undefined) return this.#datasets.get(name.slice(0, -1).key)?.segment(asked.segment)
    if (name.length !== STATUS_PREFIX.length + 1) return undefined
    const { datasets } = this.#options
    const dataset = name.at(-1)?.text ?? ''
    const value = Object.hasOwn(datasets, dataset) ? await datasets[dataset]?.() : undefined
    if (value === undefined) return undefined
    const object = new SegmentedObject({
      name,
      version: newVersion(),
      content: Buffer.from(JSON.stringify(value)),
      mediaType: 'application/json',
      signer: this.#options.signer(),
    })
    this.#datasets.set(object.name.key, object)
    for (const key of this.#datasets.keys()) {
      if (this.#datasets.size <= MAX_DATASETS_KEPT) break
      this.#datasets.delete(key)
    }
    return object.segment(0)
  }

  /** `/localhost/nfd/rib/<verb>/<ControlParameters>`, a signed Interest. */
  async #onCommand(interest: Interest, face: number | undefined): Promise<Uint8Array> {
    const verb = interest.name.at(RIB_PREFIX.length)?.text ?? ''
    let parameters: ControlParameters = {}
    let response: ControlResponse
    try {
      parameters = decodeControlParameters(interest.name.at(RIB_PREFIX.length + 1)?.value ?? new Uint8Array())
      const target = parameters.faceId || face
      if (target === undefined) throw new PacketError('bad-value', 'for which face?')
      parameters = {
        ...parameters,
        faceId: target,
        cost: parameters.cost ?? 0,
        origin: parameters.origin ?? 0,
      }
      const allowDigest = face !== undefined && this.#options.isTrustedLink(face)
      const withdraw = this.#leadToCertificate(interest, face)
      try {
        await this.#options.verifier.verifyCommand(interest, { allowDigest })
      } finally {
        withdraw()
      }
      response = this.#execute(verb, parameters, target)
    } catch (error) {
      if (error instanceof VerificationError)
        response = { statusCode: ControlStatus.Unauthorised, statusText: error.message }
      else if (error instanceof PacketError)
        response = { statusCode: ControlStatus.BadParameters, statusText: error.message }
      else throw error
    }
    this.#options.log(
      `rib/${verb} ${parameters.name ?? ''} for face ${face}: ${response.statusCode} ${response.statusText}`,
    )
    const content = encodeControlResponse(response, parameters)
    return encodeData({ name: interest.name, content, freshnessPeriod: 1 }, this.#options.signer())
  }

  /**
   * A producer's first command comes before any route leads to its certificate, which it serves itself: so that name, and
   * no other, is asked of the face that the command came from, while the command is looked at.
   * @returns takes the route back
   */
  #leadToCertificate({ signatureInfo }: Interest, face: number | undefined): () => void {
    const { operator, routes } = this.#options
    const name = signatureInfo?.keyLocator
    const isKey = name?.components.some(({ text }) => text === 'KEY') === true && operator.isPrefixOf(name)
    if (!isKey || face === undefined || routes.has(name, face)) return () => {}
    routes.add(name, face, 0, undefined)
    return () => routes.remove(name, face)
  }

  #execute(verb: string, parameters: ControlParameters, face: number): ControlResponse {
    const { name, cost = 0, expirationPeriod } = parameters
    const { hasFace, routes } = this.#options
    if (verb !== 'register' && verb !== 'unregister')
      return { statusCode: ControlStatus.Unsupported, statusText: `rib/${verb} is not supported` }
    if (name === undefined) return { statusCode: ControlStatus.BadParameters, statusText: 'Name is missing' }
    if (verb === 'unregister') {
      // As in NFD: what is not there is as good as taken away.
      routes.remove(name, face)
      return OK
    }
    if (!hasFace(face)) return { statusCode: ControlStatus.NotFound, statusText: `there is no face ${face}` }
    if (routes.add(name, face, cost, expirationPeriod)) return OK
    return { statusCode: ControlStatus.Full, statusText: 'the FIB is full' }
  }
}

/** Name of a dataset. */
export function datasetName(dataset: string): Name {
  return STATUS_PREFIX.append(Component.generic(dataset))
}
