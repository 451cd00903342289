import {
  Agent as HttpAgent,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request as overHttp,
} from 'node:http'
import { Agent as HttpsAgent, request as overHttps } from 'node:https'
import type { Readable } from 'node:stream'
import { RepositoryError } from './errors.ts'

/** How long nothing may come or go on a connection, in milliseconds. */
export const IDLE_TIMEOUT = 30_000
/** Connections to a registry that are open at a time. */
export const CONNECTIONS_MAX = 8

/** What another try does not change. */
const LASTING = /^(ENOTFOUND|ERR_TLS|ERR_SSL|EPROTO|HPE_|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|EACCES)/

export interface HttpOptions {
  /** Certificates in PEM to be trusted, beside those that Node.js trusts. */
  readonly ca?: string | undefined
  /** Whether a server's certificate is taken without a check. @defaultValue false */
  readonly insecure?: boolean | undefined
  /** @defaultValue {@link IDLE_TIMEOUT} */
  readonly idleTimeout?: number | undefined
  readonly signal?: AbortSignal | undefined
}

export interface HttpRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE'
  readonly url: URL
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array | Readable | undefined
}

export interface HttpResponse {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** To be read to its end, or destroyed. */
  readonly body: IncomingMessage
}

/** Whose word in clear text nobody else can hear. */
export function isLoopback({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname)
}

/** One request and its answer; what it means is for others. */
export class HttpClient {
  readonly #agents: { readonly http: HttpAgent; readonly https: HttpsAgent }
  readonly #idleTimeout: number
  readonly #signal: AbortSignal | undefined

  constructor({ ca, insecure = false, idleTimeout = IDLE_TIMEOUT, signal }: HttpOptions = {}) {
    const kept = { keepAlive: true, maxSockets: CONNECTIONS_MAX }
    const trust = { rejectUnauthorized: !insecure, ...(ca === undefined ? {} : { ca: [ca] }) }
    this.#agents = { http: new HttpAgent(kept), https: new HttpsAgent({ ...kept, ...trust }) }
    this.#idleTimeout = idleTimeout
    this.#signal = signal
  }

  close(): void {
    this.#agents.http.destroy()
    this.#agents.https.destroy()
  }

  /** @throws RepositoryError `registry-unreachable`; the signal's reason */
  async send({ method, url, headers = {}, body }: HttpRequest): Promise<HttpResponse> {
    const isSecure = url.protocol === 'https:'
    const options = { method, headers, agent: isSecure ? this.#agents.https : this.#agents.http }
    const signal = this.#signal === undefined ? {} : { signal: this.#signal }
    const request = (isSecure ? overHttps : overHttp)(url, { ...options, ...signal })
    let response: IncomingMessage | undefined
    request.setTimeout(this.#idleTimeout, () => {
      const target = response ?? request
      target.destroy(new IdleError(this.#idleTimeout))
    })
    const answered = new Promise<IncomingMessage>((resolve, reject) => {
      request.on('error', (error) => {
        if (response === undefined) reject(error)
        // Bytes may come after an answer that should not, or the connection break that would be kept.
        else if (!response.complete) response.destroy(error)
      })
      request.on('response', (answer) => {
        response = answer
        // For whoever reads it. It may come before anybody does.
        answer.on('error', () => {})
        resolve(answer)
      })
    })
    let unreadable: Error | undefined
    if (body === undefined || body instanceof Uint8Array) request.end(body)
    else {
      body.on('error', (error) => {
        unreadable = error
        request.destroy(error)
      })
      request.once('close', () => body.destroy())
      body.pipe(request)
    }
    try {
      // A server may answer, e.g. that it refuses, before it has read everything; then the rest does not matter.
      const answer = await answered
      return { status: answer.statusCode ?? 0, headers: answer.headers, body: answer }
    } catch (error) {
      request.destroy()
      throw unreadable ?? this.explain(error, url)
    }
  }

  /** The error of ours for one of a connection. */
  explain(error: unknown, url: URL): unknown {
    this.#signal?.throwIfAborted()
    if (error instanceof RepositoryError) return error
    const { code = '', message } = error as NodeJS.ErrnoException
    const hint = LASTING.test(code)
      ? /CERT|SIGNED|UNABLE_TO/.test(code)
        ? 'give the certificate of its authority with --ca FILE'
        : 'is this the right address, http or https?'
      : code === 'ECONNREFUSED' && isLoopback(url)
        ? `start one with 'apt-get install docker-registry' or 'docker run -d -p ${url.port || 80}:5000 registry:2', or say where another is (--registry, or registry in a network file)`
        : 'is it running, and is this the right address?'
    return new RepositoryError(
      'registry-unreachable',
      `the registry at ${url.origin} cannot be reached (${message || code}): ${hint}`,
      { cause: error, retry: !LASTING.test(code) },
    )
  }
}

/**
 * Reads the whole of an answer that has to be small.
 * @throws RepositoryError `too-large`
 */
export async function readAll(body: IncomingMessage, max: number, what: string): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > max)
      throw new RepositoryError('too-large', `${what} is larger than the ${max} bytes that are taken`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

class IdleError extends Error {
  readonly code = 'ETIMEDOUT'

  constructor(timeout: number) {
    super(`nothing came for ${timeout} ms`)
  }
}
