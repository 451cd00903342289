import { type CloseReason, connect, type Face, type Listener, listen } from '../face/index.ts'
import type { Forwarder } from '../forwarder/index.ts'
import type { NodeConfig } from './config.ts'
import type { Supervision } from './supervision.ts'

type StaticRoute = NodeConfig['routes'][number]

export interface LinksOptions {
  readonly forwarder: Forwarder
  readonly maxFaces: number
  readonly maxQueue: number
  readonly supervision: Supervision
  /** Called after each packet that came in. */
  readonly onActivity: () => void
  /** Called when a face has closed and the forwarder has forgotten it. */
  readonly onClosed: (face: number) => void
  readonly log: (level: 'info' | 'warn' | 'error' | 'debug', message: string) => void
}

/** The links of a node: those that others make to it, and those that its configuration asks for. */
export class Links {
  readonly #options: LinksOptions
  readonly #faces = new Map<number, Face>()
  readonly #listeners: Listener[] = []
  readonly #retries = new Set<NodeJS.Timeout>()
  readonly #disconnects = new Map<CloseReason | 'too-many-faces', number>()
  #isEnding = false

  constructor(options: LinksOptions) {
    this.#options = options
  }

  get addresses(): string[] {
    return this.#listeners.map(({ address }) => address)
  }

  /** Disconnected peers by reason. */
  get disconnects(): Record<string, number> {
    return Object.fromEntries(this.#disconnects)
  }

  faces(): ReadonlyMap<number, Face> {
    return this.#faces
  }

  /** Whether the peer of a face is known by the file system's leave: it came in through a Unix socket. */
  isUnix(id: number): boolean {
    return this.#faces.get(id)?.local.startsWith('unix:') ?? false
  }

  /** @throws FaceError */
  async listen(address: string): Promise<void> {
    const { maxQueue, maxFaces, log } = this.#options
    const onFace = (face: Face): void => {
      if (this.#faces.size < maxFaces && !this.#isEnding) {
        this.#add(face)
        return
      }
      if (!this.#isEnding) {
        log(
          'warn',
          `${face.remote} refused: there are ${maxFaces} faces already; limits.faces allows no more`,
        )
        this.#countDisconnect('too-many-faces')
      }
      face.close()
    }
    // The bound is over all listeners, and one more than that is let in to be told of.
    this.#listeners.push(await listen(address, onFace, { maxQueue, maxPeers: maxFaces + 1 }))
  }

  /** Takes a face into the forwarder until it closes. Returns its id. */
  #add(face: Face, form?: StaticRoute['form'], onClose?: () => void): number {
    const { forwarder, onActivity, onClosed, log } = this.#options
    const id = forwarder.addFace({
      send: (buffer, start, end) => face.send(buffer, start, end),
      isLocal: face.isLocal,
      isMultiAccess: face.linkType === 'multi-access',
      ...(form === undefined ? {} : { form }),
    })
    this.#faces.set(id, face)
    log('debug', `face ${id} ${face.remote} opened`)
    face.start({
      onPacket: (buffer, start, end) => {
        forwarder.receive(id, buffer, start, end)
        onActivity()
      },
      onClose: (reason, detail) => {
        this.#faces.delete(id)
        forwarder.removeFace(id)
        onClosed(id)
        this.#countDisconnect(reason)
        const isFault = reason === 'oversized' || reason === 'garbage'
        log(
          isFault ? 'warn' : 'debug',
          `face ${id} ${face.remote} closed: ${reason}${detail && ` (${detail})`}`,
        )
        onClose?.()
      },
    })
    return id
  }

  #countDisconnect(reason: CloseReason | 'too-many-faces'): void {
    this.#disconnects.set(reason, (this.#disconnects.get(reason) ?? 0) + 1)
  }

  /** Connects to other routers, and keeps the routes to them for as long as the node runs. */
  async connectRoutes(routes: readonly StaticRoute[]): Promise<void> {
    const { firstRetry } = this.#options.supervision
    if (!this.#isEnding) await Promise.all(routes.map((route) => this.#connectRoute(route, firstRetry)))
  }

  async #connectRoute(route: StaticRoute, retry: number): Promise<void> {
    const { forwarder, maxQueue, supervision, log } = this.#options
    const { firstRetry, maxRetry } = supervision
    const again = (wait: number): void => {
      if (this.#isEnding) return
      const timer = setTimeout(() => {
        this.#retries.delete(timer)
        void this.#connectRoute(route, Math.min(maxRetry, 2 * wait))
      }, wait)
      this.#retries.add(timer)
    }
    try {
      const face = await connect(route.to, { maxQueue })
      if (this.#isEnding) {
        face.close()
        return
      }
      const id = this.#add(face, route.form, () => again(firstRetry))
      const hasRoom = forwarder.fib.add(route.prefix, id, route.cost)
      if (hasRoom) log('info', `route ${route.prefix} to ${route.to}`)
      else log('error', `no route ${route.prefix} to ${route.to}: the FIB is full, raise limits.routes`)
    } catch (error) {
      log('warn', `route ${route.prefix}: ${(error as Error).message}; tried again in ${retry} ms`)
      again(retry)
    }
  }

  /** Takes no new peers, and connects to none; those that there are go on. */
  refuseNew(): void {
    this.#isEnding = true
    for (const timer of this.#retries) clearTimeout(timer)
  }

  async close(): Promise<void> {
    this.refuseNew()
    const closing = this.#listeners.map((listener) => listener.close())
    for (const face of this.#faces.values()) face.close()
    await Promise.all(closing)
  }
}
