import { Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'
import { ControllerError } from '../controller/index.ts'
import { type Problem, problemOf } from './problem.ts'

/** One JSON object a line. */
export const NDJSON_MEDIA_TYPE = 'application/x-ndjson'

/** Most streams at once. */
export const MAX_STREAMS = 64

/** Octets of events that wait for a slow reader, at most: then it is cut off. */
export const MAX_STREAM_BACKLOG_BYTES = 64 * 1024 * 1024

interface Event {
  readonly type: string
}

/** Answers that tell what happens while it happens. */
export class EventStreams {
  readonly #max: number
  readonly #maxBacklog: number
  #open = 0

  constructor(max = MAX_STREAMS, maxBacklog = MAX_STREAM_BACKLOG_BYTES) {
    this.#max = max
    this.#maxBacklog = maxBacklog
  }

  /**
   * Streams the events of an action. The last line is what the action resolves with (`done`), or a problem. What fails before
   * its first event is thrown, so that it is answered with a status.
   * @param act its signal is aborted when the client has gone
   * @param onFault is told of an error that came too late to be thrown
   */
  async answer(
    reply: FastifyReply,
    act: (onEvent: (event: Event) => void, signal: AbortSignal) => Promise<Event>,
    onFault: (error: unknown) => void,
  ): Promise<FastifyReply> {
    if (this.#open >= this.#max) {
      throw new ControllerError(
        'too-many',
        `${this.#max} deployments and runs are under way already: wait for one`,
      )
    }
    this.#open++
    const gone = goneOf(reply)
    const lines = new Readable({ read() {} })
    // Whoever hung up is no news.
    lines.on('error', () => {})
    let begin = (): void => {}
    const begun = new Promise<void>((resolve) => {
      begin = resolve
    })
    let hasBegun = false
    const write = (line: Event | Problem): void => {
      if (lines.destroyed) return
      lines.push(`${JSON.stringify(line)}\n`)
      if (lines.readableLength > this.#maxBacklog) lines.destroy(new Error('the reader is too slow'))
      hasBegun = true
      begin()
    }
    const ended = act((event) => {
      // There is one at the end, whatever the action says of it.
      if (event.type !== 'done') write(event)
    }, gone)
      .then(write, (error: unknown) => {
        if (!hasBegun) throw error
        onFault(error)
        write(problemOf(error))
      })
      .finally(() => {
        this.#open--
        if (!lines.destroyed) lines.push(null)
      })
    await Promise.race([begun, ended])
    return reply.type(NDJSON_MEDIA_TYPE).send(lines)
  }
}

/** Aborted when the client has gone, or has all of its answer. */
export function goneOf(reply: FastifyReply): AbortSignal {
  const gone = new AbortController()
  reply.raw.once('close', () => gone.abort(new ControllerError('failed', 'the client has gone')))
  return gone.signal
}
