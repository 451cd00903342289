import { setTimeout as delay } from 'node:timers/promises'
import { registerPrefix } from '../control/index.ts'
import { Endpoint, SegmentedObject } from '../endpoint/index.ts'
import { connect, parseAddress } from '../face/index.ts'
import { type Interest, NackReason, type Name, TT } from '../packet/index.ts'
import { digestSigner, type Identity } from '../trust/index.ts'
import { openFile } from './open-file.ts'

/** Interests that may be in hand at a time; those beyond are refused for congestion. */
const MAX_IN_HAND = 1024

/** Pause before the router is tried again: doubled each time up to a bound, in milliseconds. */
const FIRST_BACK_OFF_MS = 100
const MAX_BACK_OFF_MS = 5000

export interface ProducerOptions {
  /** Of the router. */
  readonly address: string
  /** Prefixes that the router is asked to lead here. */
  readonly prefixes: readonly Name[]
  /** Path of the file that an object's name (without version) stands for; undefined where it stands for none. */
  readonly locate: (name: Name) => Promise<string | undefined>
  readonly identity: Identity
  /** FreshnessPeriod in milliseconds. */
  readonly freshness: number
  /** Told when the router has gone, with why, and when it is back. */
  readonly onLink?: (state: 'lost' | 'back', detail: string) => void
  /** Told of files that cannot be read. */
  readonly onProblem?: (message: string) => void
}

/**
 * Serves files as segmented, versioned objects. A file's version is the time of its last change in microseconds, so a file that
 * changes is a new version, and the old one is not to be had any more. When the router goes it is looked for again.
 */
export class Producer {
  readonly #options: ProducerOptions
  readonly #stop = new AbortController()
  #identity: Identity
  #endpoint: Endpoint | undefined
  #inHand = 0

  private constructor(options: ProducerOptions) {
    this.#options = options
    this.#identity = options.identity
  }

  /** @throws FaceError, CommandError, TimeoutError, NackError where the router does not take it */
  static async start(options: ProducerOptions): Promise<Producer> {
    const producer = new Producer(options)
    await producer.#connect()
    return producer
  }

  /** Its routes go with its face. */
  close(): void {
    this.#stop.abort()
    this.#endpoint?.close()
  }

  /** Signs from now on with a newer certificate for the same key. */
  renew(identity: Identity): void {
    this.#identity = identity
  }

  async #connect(): Promise<void> {
    const { address, prefixes } = this.#options
    const { certificate, signer: ownSigner } = this.#identity
    let isRegistered = false
    const endpoint = new Endpoint(await connect(address), {
      onInterest: (interest, pitToken) => void this.#onInterest(endpoint, interest, pitToken),
      onClose: (reason) => {
        if (isRegistered && !this.#stop.signal.aborted) void this.#reconnect(reason)
      },
    })
    this.#endpoint = endpoint
    try {
      this.#stop.signal.throwIfAborted()
      // The router cannot have our certificate before there is a route to it. Over a Unix socket, which the file system
      // guards, it takes a digest instead.
      const signer = parseAddress(address).kind === 'unix' ? digestSigner : ownSigner
      for (const prefix of [certificate.keyName, ...prefixes]) await registerPrefix(endpoint, prefix, signer)
    } catch (error) {
      endpoint.close()
      throw error
    }
    isRegistered = true
  }

  async #reconnect(reason: string): Promise<void> {
    const { onLink } = this.#options
    const { signal } = this.#stop
    onLink?.('lost', reason)
    for (let backOff = FIRST_BACK_OFF_MS; !signal.aborted; backOff = Math.min(MAX_BACK_OFF_MS, 2 * backOff)) {
      try {
        await delay(backOff, undefined, { signal })
        await this.#connect()
        onLink?.('back', '')
        return
      } catch {
        // Not there yet, or not ready yet.
      }
    }
  }

  async #onInterest(endpoint: Endpoint, interest: Interest, pitToken: Uint8Array | undefined): Promise<void> {
    if (this.#inHand >= MAX_IN_HAND) {
      endpoint.nack(interest, NackReason.Congestion, pitToken)
      return
    }
    this.#inHand++
    try {
      const answer = await this.#answer(interest)
      if (answer === undefined) endpoint.nack(interest, NackReason.NoRoute, pitToken)
      else endpoint.answer(answer, pitToken)
    } finally {
      this.#inHand--
    }
  }

  async #answer({ name, canBePrefix }: Interest): Promise<Uint8Array | undefined> {
    const { certificate } = this.#identity
    if (canBePrefix ? name.isPrefixOf(certificate.name) : name.equals(certificate.name))
      return certificate.wire
    const { object, version, segment } = splitName(name)
    // What is not asked for by its full name can be answered only as its prefix.
    if (segment === undefined && !canBePrefix) return undefined
    try {
      const path = await this.#options.locate(object)
      return path === undefined ? undefined : await this.#segment(path, object, version, segment ?? 0)
    } catch (error) {
      this.#options.onProblem?.(`cannot serve ${object}: ${(error as Error).message}`)
      return undefined
    }
  }

  /** One segment of a file as it is now; undefined where another version is asked for. */
  async #segment(
    path: string,
    name: Name,
    version: number | undefined,
    index: number,
  ): Promise<Uint8Array | undefined> {
    const { freshness } = this.#options
    const file = await openFile(path)
    if (file === undefined) return undefined
    try {
      if (version !== undefined && version !== file.version) return undefined
      const object = new SegmentedObject({
        name,
        version: file.version,
        content: file,
        mediaType: file.mediaType,
        freshnessPeriod: freshness,
        signer: this.#identity.signer,
      })
      const segment = await object.segment(index)
      // One that was written to meanwhile has no segment that belongs to this version.
      return (await file.isUnchanged()) ? segment : undefined
    } finally {
      await file.close()
    }
  }
}

/** `<object>[/v=<version>[/seg=<segment>]]` */
function splitName(name: Name): { object: Name; version?: number; segment?: number } {
  const last = name.at(-1)
  if (last?.number === undefined) return { object: name }
  if (last.type === TT.VersionNameComponent) return { object: name.slice(0, -1), version: last.number }
  const version = name.at(-2)
  if (last.type !== TT.SegmentNameComponent || version?.type !== TT.VersionNameComponent)
    return { object: name }
  return version.number === undefined
    ? { object: name }
    : { object: name.slice(0, -2), version: version.number, segment: last.number }
}
