import type { Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { LABELS } from '../image-names.ts'
import type { DockerClient } from './client.ts'

/** First wait before the engine is looked for again, in milliseconds; each further one is twice as long. */
export const RECONNECT_FIRST = 250
/** Longest wait before the engine is looked for again, in milliseconds. */
export const RECONNECT_MAX = 5000

export interface ReconnectOptions {
  /** Milliseconds. Default {@link RECONNECT_FIRST}. */
  readonly first?: number | undefined
  /** Milliseconds. Default {@link RECONNECT_MAX}. */
  readonly max?: number | undefined
  /** Waits; rejects when the signal is aborted. Default: a timer. */
  readonly wait?: ((ms: number, signal: AbortSignal) => Promise<void>) | undefined
}

/** A container of this node has ended. */
export interface Death {
  readonly containerId: string
  /** Instance, from the container's label. */
  readonly id: string
  readonly exitCode: number
}

export interface FeedHandlers {
  died(death: Death): void
  lost(cause: Error): void
  /** The engine answers again; what it rejects with counts as no answer. */
  found(): Promise<void>
}

/** What the engine says about the containers of one node, across losses of the engine. */
export class EventFeed {
  readonly #client: DockerClient
  readonly #nodeName: string
  readonly #handlers: FeedHandlers
  readonly #reconnect: ReconnectOptions
  readonly #closed = new AbortController()

  constructor(
    client: DockerClient,
    nodeName: string,
    handlers: FeedHandlers,
    reconnect: ReconnectOptions = {},
  ) {
    this.#client = client
    this.#nodeName = nodeName
    this.#handlers = handlers
    this.#reconnect = reconnect
  }

  /**
   * Resolves once nothing more that happens is missed.
   * @throws EngineError `engine-unreachable`
   */
  async open(): Promise<void> {
    void this.#follow(await this.#connect())
  }

  close(): void {
    this.#closed.abort()
  }

  async #connect(): Promise<Readable> {
    const label = `${LABELS.node}=${this.#nodeName}`
    const filters = JSON.stringify({ type: ['container'], event: ['die'], label: [label] })
    const { signal: abortSignal } = this.#closed
    const events = this.#client.call('tell its events', (docker) =>
      docker.getEvents({ filters, abortSignal }),
    )
    return (await events) as Readable
  }

  async #follow(stream: Readable): Promise<void> {
    let cause = new Error('the stream of events ended')
    try {
      let text = ''
      for await (const chunk of stream) {
        const lines = (text + chunk).split('\n')
        text = lines.pop() ?? ''
        for (const line of lines) if (line.trim() !== '') this.#handlers.died(parseDeath(line))
      }
    } catch (error) {
      cause = error as Error
    }
    if (this.#closed.signal.aborted) return
    this.#handlers.lost(this.#client.explain(cause, 'be watched', 'engine-unreachable'))
    await this.#findAgain()
  }

  async #findAgain(): Promise<void> {
    const { first = RECONNECT_FIRST, max = RECONNECT_MAX, wait = waitForTimer } = this.#reconnect
    for (let ms = first; !this.#closed.signal.aborted; ms = Math.min(2 * ms, max)) {
      let stream: Readable | undefined
      try {
        await wait(ms, this.#closed.signal)
        stream = await this.#connect()
        await this.#handlers.found()
        void this.#follow(stream)
        return
      } catch {
        // Not yet.
        stream?.destroy()
      }
    }
  }
}

async function waitForTimer(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal })
}

function parseDeath(line: string): Death {
  const { Actor } = JSON.parse(line) as { Actor: { ID: string; Attributes: Record<string, string> } }
  const { [LABELS.instance]: id = '', exitCode = '' } = Actor.Attributes
  return { containerId: Actor.ID, id, exitCode: Number(exitCode) }
}
