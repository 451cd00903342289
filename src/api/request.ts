import { type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { json } from 'node:stream/consumers'
import { ApiError } from './errors.ts'
import { errorOf, isProblem } from './problem.ts'

/** After so long of silence it is looked whether the other side is still there, in milliseconds. */
const KEEP_ALIVE_MS = 30_000

export interface ApiRequest {
  readonly method: 'GET' | 'PUT' | 'PATCH' | 'POST' | 'DELETE'
  readonly url: URL
  readonly token?: string | undefined
  readonly body?: unknown
  readonly signal?: AbortSignal | undefined
}

/**
 * Asks, and waits as long as it takes: a node may have much to finish before it is drained. (`fetch` gives up after five minutes.)
 * @returns the answer, whose body is to be read
 * @throws ControllerError, ApiError; what the signal was aborted with
 */
export async function send(request: ApiRequest): Promise<IncomingMessage> {
  const answer = await exchange(request)
  const { statusCode = 0 } = answer
  if (statusCode >= 200 && statusCode < 300) return answer
  const problem = await json(answer).catch(() => undefined)
  if (isProblem(problem)) throw errorOf(problem)
  throw new ApiError(
    'bad-answer',
    `what answers at ${request.url.origin} is no controller: HTTP ${statusCode}`,
  )
}

function exchange({ method, url, token, body, signal }: ApiRequest): Promise<IncomingMessage> {
  const text = body === undefined ? undefined : JSON.stringify(body)
  const headers = {
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...(text === undefined
      ? {}
      : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
  }
  return new Promise((resolve, reject) => {
    const ask = url.protocol === 'https:' ? requestHttps : requestHttp
    // A connection of its own: one that is kept may be closed by the controller at the moment it is used again.
    const outgoing = ask(url, { method, headers, agent: false, signal })
    outgoing.setSocketKeepAlive(true, KEEP_ALIVE_MS)
    outgoing.once('response', resolve)
    outgoing.once('error', (error) => reject(explain(error, url, signal)))
    outgoing.end(text)
  })
}

/** An error of the connection, in the words of who asks. */
export function explain(error: unknown, url: URL, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted) return signal.reason
  const cause = error instanceof AggregateError ? error.errors[0] : error
  return new ApiError('no-controller', `no controller at ${url.origin}: ${(cause as Error).message}`, {
    cause: error,
  })
}

/** Lines of text as they come, without empty ones. */
export async function* linesOf(stream: IncomingMessage): AsyncGenerator<string> {
  stream.setEncoding('utf8')
  let rest = ''
  for await (const chunk of stream) {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    yield* lines.filter((line) => line !== '')
  }
}
