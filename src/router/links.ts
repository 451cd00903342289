import {
  type CloseReason,
  type ConnectOptions,
  connect,
  type Face,
  type Listener,
  listen,
  parseAddress,
  type SocketOptions,
} from '../face/index.ts'
import type { FaceOptions, Forwarder } from '../forwarder/index.ts'
import { closeWhenDone } from './close-when-done.ts'
import type { ListenerConfig } from './config.ts'

export type LinkForm = FaceOptions['form']

/** What was asked of a face when it was made, and can be asked of it again. */
export interface LinkSettings {
  /** NDNLPv2 fields for programs on this host. */
  readonly localFields: boolean
  /** When packets are marked; false: never. Undefined: as it is by default. */
  readonly congestion: ConnectOptions['congestion']
}

/** A face with what its node knows of it. */
export interface Link {
  readonly id: number
  readonly face: Face
  /** The form that was asked for; undefined where it is to be found out. */
  readonly form: LinkForm
  /** Whether this node made it. */
  readonly isDialled: boolean
  /** Whether its peer is known by the file system's leave: it came in through a Unix socket of the node. */
  readonly isTrusted: boolean
  settings: LinkSettings
}

export type LinkEvent = 'created' | 'destroyed' | 'up' | 'down'

export interface DialOptions extends ConnectOptions {
  readonly form?: LinkForm
  readonly localFields?: boolean | undefined
  /** Whether it counts that there are `maxFaces` already. @defaultValue true */
  readonly isLimited?: boolean | undefined
}

export interface LinksOptions {
  readonly forwarder: Forwarder
  readonly maxFaces: number
  /** Of each face, where nothing else is said of it. */
  readonly faceOptions: LinkDefaults
  /** Called after each packet that came in. */
  readonly onActivity: () => void
  /** Called when a face has come, and before the forwarder forgets one that has closed. */
  readonly onEvent: (event: LinkEvent, link: Link) => void
  readonly log: (level: 'info' | 'warn' | 'error' | 'debug', message: string) => void
}

/** What holds for all faces of a node. */
export type LinkDefaults = SocketOptions & Pick<ConnectOptions, 'timeout'>

/** There are as many faces as there may be. */
export class TooManyFacesError extends Error {
  override readonly name = 'TooManyFacesError'
}

/** The faces of a node that lead out of it: those that others make to it, and those that it makes. */
export class Links {
  readonly #options: LinksOptions
  readonly #links = new Map<number, Link>()
  /** By the address that was asked for. */
  readonly #listeners = new Map<string, Listener>()
  /** Faces that are being made, by address and form. */
  readonly #dialling = new Map<string, Promise<Link>>()
  readonly #disconnects = new Map<CloseReason | 'too-many-faces', number>()
  #maxFaces: number
  #faceOptions: LinkDefaults
  #isEnding = false

  constructor(options: LinksOptions) {
    this.#options = options
    this.#maxFaces = options.maxFaces
    this.#faceOptions = options.faceOptions
  }

  /** Where it listens, as FaceUris. */
  get addresses(): string[] {
    return [...this.#listeners.values()].map(({ address }) => address)
  }

  /** Disconnected peers by reason. */
  get disconnects(): Record<string, number> {
    return Object.fromEntries(this.#disconnects)
  }

  get isEnding(): boolean {
    return this.#isEnding
  }

  all(): ReadonlyMap<number, Link> {
    return this.#links
  }

  faces(): ReadonlyMap<number, Face> {
    return new Map([...this.#links.values()].map(({ id, face }) => [id, face]))
  }

  get(id: number): Link | undefined {
    return this.#links.get(id)
  }

  /**
   * The face to a peer.
   * @param uri whatever spelling of its FaceUri
   * @param form which one, where there are several; any by default
   */
  find(uri: string, form: LinkForm | 'any' = 'any'): Link | undefined {
    const key = addressKey(uri)
    for (const link of this.#links.values()) {
      // All who came in through one Unix socket have the FaceUri of that socket.
      const isMeant = !link.isTrusted && (form === 'any' || link.form === form)
      if (isMeant && addressKey(link.face.remote) === key) return link
    }
    return undefined
  }

  /** Changes what holds for faces that come. Those that are there stay as they are. */
  setLimits({ maxFaces, faceOptions }: Pick<LinksOptions, 'maxFaces' | 'faceOptions'>): void {
    this.#maxFaces = maxFaces
    this.#faceOptions = faceOptions
  }

  /** @throws FaceError */
  async listen(address: string, { maxPeers, ...own }: Omit<ListenerConfig, 'address'> = {}): Promise<void> {
    const isTrusted = parseAddress(address).kind === 'unix'
    const onFace = (face: Face): void => {
      if (this.#links.size < this.#maxFaces && !this.#isEnding) {
        const settings = { localFields: false, congestion: this.#faceOptions.congestion }
        this.#add(face, { isDialled: false, isTrusted, form: undefined, settings })
        return
      }
      if (!this.#isEnding) {
        this.#options.log('warn', `${face.remote} refused: ${this.#whyFull}`)
        this.#count('too-many-faces')
      }
      face.close()
    }
    // The bound is over all listeners, and one more than that is let in to be told of.
    const options = { ...this.#faceOptions, ...defined(own), maxPeers: maxPeers ?? this.#maxFaces + 1 }
    this.#listeners.set(address, await listen(address, onFace, options))
  }

  /** Takes no new peers at an address that `listen` was given; those that came there stay. */
  async unlisten(address: string): Promise<void> {
    const listener = this.#listeners.get(address)
    this.#listeners.delete(address)
    await listener?.close()
  }

  /**
   * Makes a face to a peer, unless there is one of that form.
   * @returns the face, and whether it is new
   * @throws FaceError, TooManyFacesError, RangeError where the peer's kind of face cannot have these options
   */
  async dial(
    uri: string,
    options: DialOptions = {},
  ): Promise<{ readonly link: Link; readonly isNew: boolean }> {
    const { form, localInterface } = options
    // Faces to a multicast group have the same remote FaceUri on each interface.
    const known = localInterface === undefined ? this.find(uri, form) : undefined
    if (known !== undefined) return { link: known, isNew: false }
    const key = `${form} ${localInterface} ${addressKey(uri)}`
    const pending = this.#dialling.get(key)
    if (pending !== undefined) return { link: await pending, isNew: false }
    const { isLimited = true } = options
    if (isLimited && this.#links.size + this.#dialling.size >= this.#maxFaces)
      throw new TooManyFacesError(this.#whyFull)
    const dialling = this.#dial(uri, options).finally(() => this.#dialling.delete(key))
    this.#dialling.set(key, dialling)
    return { link: await dialling, isNew: true }
  }

  async #dial(
    uri: string,
    { form, localFields = false, isLimited: _, ...options }: DialOptions,
  ): Promise<Link> {
    const all = { ...this.#faceOptions, ...defined(options) }
    const face = await connect(uri, all)
    const settings = { localFields, congestion: all.congestion }
    const link = this.#add(face, { isDialled: true, isTrusted: false, form, settings })
    if (this.#isEnding) face.close()
    return link
  }

  /** Closes a face, unless it is wanted again, when what is pending there is done. */
  retire(link: Link, isWanted: () => boolean): void {
    closeWhenDone(this.#options.forwarder.pit, link, isWanted)
  }

  /** Takes a face into the forwarder until it closes. */
  #add(face: Face, about: Omit<Link, 'id' | 'face'>): Link {
    const { forwarder, onActivity, onEvent, log } = this.#options
    const id = forwarder.addFace({
      send: (buffer, start, end) => face.send(buffer, start, end),
      isLocal: face.isLocal,
      isMultiAccess: face.linkType === 'multi-access',
      hasLocalFields: about.settings.localFields,
      ...(about.form !== undefined && { form: about.form }),
    })
    const link: Link = { ...about, id, face }
    this.#links.set(id, link)
    log('debug', `face ${id} ${face.remote} opened`)
    onEvent('created', link)
    face.start({
      onPacket: (buffer, start, end) => {
        forwarder.receive(id, buffer, start, end)
        onActivity()
      },
      onStateChange: (isUp, detail) => {
        log('debug', `face ${id} ${face.remote} is ${isUp ? 'up' : `down: ${detail}`}`)
        onEvent(isUp ? 'up' : 'down', link)
        // After what follows from its routes has gone: what was asked of it finds the ways that are left.
        if (!isUp) forwarder.linkDown(id)
      },
      onClose: (reason, detail) => this.#forget(link, reason, detail),
    })
    return link
  }

  #forget(link: Link, reason: CloseReason, detail: string): void {
    const { forwarder, onEvent, log } = this.#options
    const { id, face } = link
    this.#links.delete(id)
    onEvent('destroyed', link)
    forwarder.removeFace(id)
    this.#count(reason)
    const isFault = reason === 'oversized' || reason === 'garbage'
    log(isFault ? 'warn' : 'debug', `face ${id} ${face.remote} closed: ${reason}${detail && ` (${detail})`}`)
  }

  setLocalFields(link: Link, localFields: boolean): void {
    link.settings = { ...link.settings, localFields }
    this.#options.forwarder.setLocalFields(link.id, localFields)
  }

  #count(reason: CloseReason | 'too-many-faces'): void {
    this.#disconnects.set(reason, (this.#disconnects.get(reason) ?? 0) + 1)
  }

  get #whyFull(): string {
    return `there are ${this.#maxFaces} faces already; limits.faces allows no more`
  }

  /** Takes no new peers, and connects to none; those that there are go on. */
  refuseNew(): void {
    this.#isEnding = true
  }

  async close(): Promise<void> {
    this.refuseNew()
    const closing = [...this.#listeners.values()].map((listener) => listener.close())
    for (const { face } of this.#links.values()) face.close()
    await Promise.all(closing)
  }
}

/** What is said of something; the rest is left as it is. */
function defined<T extends object>(options: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as ReturnType<
    typeof defined<T>
  >
}

/** The same for all spellings of a FaceUri. */
function addressKey(uri: string): string {
  try {
    return JSON.stringify(parseAddress(uri))
  } catch {
    return uri
  }
}
