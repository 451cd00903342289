import type { Clock } from '../endpoint/index.ts'
import { Data, Name } from '../packet/index.ts'
import { VerificationError } from '../trust/index.ts'
import { type ControlParameters, type ControlResponse, RouteFlag, RouteOrigin } from './control-parameters.ts'
import type { Dispatcher, ManagementRequest } from './dispatcher.ts'
import { type PrefixAnnouncement, readPrefixAnnouncement } from './prefix-announcement.ts'
import { checkPrefix, targetFace } from './prefix-rules.ts'
import type { Rib, RibPrefix } from './rib.ts'
import type { Route } from './route.ts'
import { CommandError, ControlStatus, ok } from './status-codes.ts'
import { ribEntry } from './table-datasets.ts'

/** Cost of a route that a prefix announcement makes, as in NFD: dearer than what is configured. */
export const PREFIX_ANNOUNCEMENT_COST = 2048

/** Most routes whose end is carried out in one turn of the event loop, so that packets are not kept waiting. */
export const MAX_EXPIRED_PER_TURN = 1000

export interface RibModuleOptions {
  readonly rib: Rib
  readonly hasFace: (face: number) => boolean
  /** Rejects if a prefix announcement is not to be trusted; a `VerificationError`'s message is told to who sent it. */
  readonly verifyAnnouncement: (data: Data, face: number) => Promise<void>
  /** Origins of routes that are the node's own: no command adds any of these, or takes one away. None by default. */
  readonly reservedOrigins?: readonly number[] | undefined
  /** The time by which routes end. */
  readonly clock: Clock
  /** Milliseconds since the epoch; `Date.now` by default. */
  readonly wallClock?: (() => number) | undefined
}

/** A route in the terms of ControlParameters. */
interface NewRoute {
  readonly faceId: number
  readonly origin: number
  readonly cost: number
  readonly flags: number
  readonly expirationPeriod: number | undefined
}

/** Module `rib` (NFD wiki, RibMgmt). It also ends the routes whose time is over. */
export class RibModule {
  readonly #options: RibModuleOptions
  #armedFor: number | undefined
  #disarm: () => void = () => {}
  #isClosed = false

  constructor(dispatcher: Dispatcher, options: RibModuleOptions) {
    this.#options = options
    dispatcher.addCommand(
      'rib',
      'register',
      { required: ['name'], optional: ['faceId', 'origin', 'cost', 'flags', 'expirationPeriod'] },
      (parameters, request) => this.#register(parameters, request),
    )
    dispatcher.addCommand(
      'rib',
      'unregister',
      { required: ['name'], optional: ['faceId', 'origin'] },
      (parameters, request) => this.#unregister(parameters, request),
    )
    dispatcher.addCommand('rib', 'announce', { isInApplicationParameters: true }, (_, request) =>
      this.#onAnnounce(request),
    )
    dispatcher.addDataset('rib', 'list', () => this.#list())
  }

  /** Ends no more routes. */
  close(): void {
    this.#isClosed = true
    this.#disarm()
  }

  /**
   * Makes a route over the face from which a prefix announcement came, in a command or with a Data (self-learning).
   * @param maxLifetime milliseconds
   * @returns the route
   * @throws CommandError, PacketError
   */
  async announce(
    data: Data,
    face: number,
    maxLifetime = Number.POSITIVE_INFINITY,
  ): Promise<ControlParameters> {
    const { hasFace, verifyAnnouncement } = this.#options
    const announcement = readPrefixAnnouncement(data)
    checkPrefix(announcement.prefix)
    await verifyAnnouncement(data, face).catch((error: unknown) => {
      const text = error instanceof VerificationError ? error.message : 'prefix announcement rejected'
      throw new CommandError(ControlStatus.Unauthorized, text)
    })
    if (!hasFace(face)) throw new CommandError(ControlStatus.Gone, `there is no face ${face}`)
    const expirationPeriod = Math.min(this.#validFor(announcement), maxLifetime)
    if (expirationPeriod <= 0)
      throw new CommandError(ControlStatus.Expired, 'the prefix announcement is not valid now')
    return this.#add(announcement.prefix, {
      faceId: face,
      origin: RouteOrigin.PrefixAnn,
      cost: PREFIX_ANNOUNCEMENT_COST,
      flags: RouteFlag.ChildInherit,
      expirationPeriod,
    })
  }

  /** Milliseconds from now. */
  #validFor({ expirationPeriod, validity }: PrefixAnnouncement): number {
    if (validity === undefined) return expirationPeriod
    const now = (this.#options.wallClock ?? Date.now)()
    if (now < validity.notBefore) return 0
    return Math.min(expirationPeriod, validity.notAfter - now)
  }

  #register(parameters: ControlParameters, request: ManagementRequest): ControlResponse {
    const {
      name = Name.of(),
      origin = RouteOrigin.App,
      cost = 0,
      flags = RouteFlag.ChildInherit,
    } = parameters
    const { expirationPeriod } = parameters
    checkPrefix(name)
    this.#checkOrigin(origin)
    const faceId = targetFace(parameters.faceId, request)
    if (!this.#options.hasFace(faceId))
      throw new CommandError(ControlStatus.Gone, `there is no face ${faceId}`)
    return ok(this.#add(name, { faceId, origin, cost, flags, expirationPeriod }))
  }

  #checkOrigin(origin: number): void {
    if (this.#options.reservedOrigins?.includes(origin) === true)
      throw new CommandError(ControlStatus.Unauthorized, `routes of origin ${origin} are the node's own`)
  }

  #add(name: Name, route: NewRoute): ControlParameters {
    const { rib, clock } = this.#options
    const { faceId: face, origin, cost, flags, expirationPeriod } = route
    // The largest number that is read stands for "without end".
    const isTimed = expirationPeriod !== undefined && expirationPeriod < Number.MAX_SAFE_INTEGER
    const expiresAt = isTimed ? clock.now() + expirationPeriod : undefined
    if (rib.register(name, { face, origin, cost, flags, expiresAt }) === 'full')
      throw new CommandError(
        ControlStatus.Full,
        'there is no room for another route: the RIB or the FIB is full',
      )
    this.#arm()
    return { name, ...route }
  }

  #unregister(parameters: ControlParameters, request: ManagementRequest): ControlResponse {
    const { name = Name.of(), origin = RouteOrigin.App } = parameters
    this.#checkOrigin(origin)
    const faceId = targetFace(parameters.faceId, request)
    // As in NFD: what is not there is as good as taken away.
    this.#options.rib.unregister(name, faceId, origin)
    return ok({ name, faceId, origin })
  }

  async #onAnnounce(request: ManagementRequest): Promise<ControlResponse> {
    const octets = request.interest.applicationParameters ?? new Uint8Array()
    return ok(await this.announce(Data.decode(Uint8Array.from(octets)), targetFace(undefined, request)))
  }

  /** Sets the timer for the route that ends first. */
  #arm(): void {
    const { rib, clock } = this.#options
    const next = rib.nextExpiry
    if (next === this.#armedFor || this.#isClosed) return
    this.#disarm()
    this.#armedFor = next
    if (next === undefined) return
    this.#disarm = clock.after(Math.max(0, Math.ceil(next - clock.now())), () => {
      this.#armedFor = undefined
      rib.expire(clock.now(), MAX_EXPIRED_PER_TURN)
      this.#arm()
    })
  }

  *#list(): Generator<Uint8Array> {
    for (const { prefix, routes } of this.#options.rib.entries()) yield this.#encode({ prefix, routes })
  }

  #encode({ prefix, routes }: RibPrefix): Uint8Array {
    const now = this.#options.clock.now()
    const left = ({ expiresAt = Number.POSITIVE_INFINITY }: Route): { expirationPeriod?: number } =>
      expiresAt === Number.POSITIVE_INFINITY
        ? {}
        : { expirationPeriod: Math.max(0, Math.round(expiresAt - now)) }
    return ribEntry.encode({
      name: prefix,
      routes: routes.map((route) => {
        const { face: faceId, origin, cost, flags } = route
        return { faceId, origin, cost, flags, ...left(route) }
      }),
    })
  }
}
