import type { Readable } from 'node:stream'
import { Authorization, type CredentialsSource, refused } from './authorization.ts'
import { RepositoryError } from './errors.ts'
import { HttpClient, type HttpOptions, type HttpResponse, isLoopback, readAll } from './http.ts'
import { type RetryOptions, retrying } from './retry.ts'

/** The registry where nothing else is said. */
export const DEFAULT_REGISTRY = 'http://127.0.0.1:5000'
/** What functions' repositories are below where the address has no path. */
export const DEFAULT_NAMESPACE = 'ndn-sfc'

/** How often one request may be sent elsewhere. */
export const REDIRECTS_MAX = 5
/** How much of an error's text is read, in bytes. */
const ERROR_BYTES_MAX = 64 * 1024

/** Codes of errors that are of a connection, and not of the file to which something is written. */
const BROKEN = /^(ECONNRESET|ETIMEDOUT|EPIPE|ERR_STREAM_PREMATURE_CLOSE|HPE_)/

export interface RegistryOptions extends HttpOptions {
  /** `http://HOST:PORT` or `https://HOST`, with a path to have the functions elsewhere than below `ndn-sfc`. */
  readonly registry?: string | undefined
  readonly credentials?: CredentialsSource | undefined
  readonly retry?: RetryOptions | undefined
}

export interface RegistryRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE'
  /** Path at the registry, or an address that it gave. */
  readonly target: string | URL
  /** What is to be done, for the token. */
  readonly scope: string
  readonly headers?: Readonly<Record<string, string>>
  /** Made anew if it has to be sent twice. */
  readonly body?: (() => Uint8Array | Readable) | undefined
  /** Answers that are no errors. */
  readonly expected: readonly number[]
  /** Completes "the registry could not …". */
  readonly what: string
}

/** A registry that speaks the OCI Distribution Specification 1.1, with its authorization, redirections and errors. */
export class Registry {
  /** For messages. */
  readonly address: string
  readonly namespace: string
  readonly #url: URL
  readonly #http: HttpClient
  readonly #authorization: Authorization
  readonly #retry: RetryOptions

  /** @throws RepositoryError `bad-reference` if the address cannot be used */
  constructor({ registry = DEFAULT_REGISTRY, credentials, retry, ...http }: RegistryOptions = {}) {
    this.#url = parseAddress(registry, http.insecure ?? false)
    this.address = this.#url.origin
    this.namespace = this.#url.pathname.replace(/^\/+|\/+$/g, '') || DEFAULT_NAMESPACE
    this.#http = new HttpClient(http)
    this.#authorization = new Authorization(this.#http, credentials, http.insecure ?? false)
    this.#retry = { ...retry, signal: http.signal }
  }

  close(): void {
    this.#http.close()
  }

  /** Does what takes several requests, and does all of it again where this can help. */
  async retrying<T>(attempt: () => Promise<T>): Promise<T> {
    return await retrying(attempt, this.#retry)
  }

  /** One request, tried once. The answer's body is to be read or destroyed. @throws RepositoryError */
  async send(request: RegistryRequest): Promise<HttpResponse> {
    const response = await this.#authorized(request)
    if (request.expected.includes(response.status)) return response
    throw await this.#explain(response, request)
  }

  /** The whole answer to a request, tried again where this can help. */
  async ask(
    request: RegistryRequest,
    bytesMax: number,
  ): Promise<{ status: number; headers: HttpResponse['headers']; bytes: Buffer }> {
    return await this.retrying(async () => {
      const { status, headers, body } = await this.send(request)
      const bytes = await this.reading(() =>
        readAll(body, bytesMax, `what the registry has of ${request.what}`),
      )
      return { status, headers, bytes }
    })
  }

  /** Reads an answer; that its connection broke is an error as any other's. */
  async reading<T>(read: () => Promise<T>): Promise<T> {
    try {
      return await read()
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      throw BROKEN.test(code ?? '') ? this.#http.explain(error, this.#url) : error
    }
  }

  /** An address that the registry gave, which may be relative (RFC 9110 §10.2.2). */
  resolve(location: string | undefined, what: string): URL {
    if (location !== undefined && URL.canParse(location, this.#url.origin))
      return new URL(location, this.#url.origin)
    throw new RepositoryError(
      'registry-refused',
      `${this.address} does not say where to ${what}: is it a registry?`,
    )
  }

  async #authorized(request: RegistryRequest): Promise<HttpResponse> {
    for (let turn = 0; ; turn++) {
      const response = await this.#redirected(request)
      if (response.status !== 401 || turn === 1) return response
      response.body.resume()
      await this.#authorization.answer(response.headers['www-authenticate'], request.scope, this.#url)
    }
  }

  async #redirected({ method, target, scope, headers, body }: RegistryRequest): Promise<HttpResponse> {
    let url = typeof target === 'string' ? new URL(target, this.#url.origin) : target
    for (let count = 0; ; count++) {
      // A storage elsewhere has keys of its own in its address, and is not to see ours.
      const header = url.origin === this.#url.origin ? this.#authorization.headerFor(scope) : undefined
      const response = await this.#http.send({
        method,
        url,
        headers: { ...headers, ...(header === undefined ? {} : { authorization: header }) },
        body: body?.(),
      })
      const { location } = response.headers
      const isMoved = [301, 302, 303, 307, 308].includes(response.status) && location !== undefined
      if (!isMoved || (method !== 'GET' && method !== 'HEAD')) return response
      response.body.resume()
      const next = this.resolve(location, `find ${url.pathname}`)
      if (count === REDIRECTS_MAX || (url.protocol === 'https:' && next.protocol !== 'https:')) {
        throw new RepositoryError(
          'registry-refused',
          `${this.address} sends us from ${url.origin} to ${next.origin}: not followed`,
        )
      }
      url = next
    }
  }

  async #explain({ status, headers, body }: HttpResponse, { what }: RegistryRequest): Promise<unknown> {
    const text = await readAll(body, ERROR_BYTES_MAX, 'an error').then(String, () => '')
    const reason = reasonIn(text) || `it answered ${status}`
    const could = `the registry at ${this.address} could not ${what}: ${reason}`
    if (status === 401 || status === 403) return refused(this.#url)
    if (status === 404) return new RepositoryError('not-found', could)
    if (status === 507 || /no space left on device/i.test(text)) {
      return new RepositoryError(
        'disk-full',
        `${could}; free some space there, e.g. by its garbage collection`,
      )
    }
    if (status === 413) return new RepositoryError('too-large', could)
    if (status === 429 || status === 408 || status >= 500) {
      const seconds = Number(headers['retry-after'])
      const retry = Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : true
      return new RepositoryError('registry-failed', `${could}; see its log`, { retry })
    }
    return new RepositoryError('registry-refused', could)
  }
}

function parseAddress(text: string, insecure: boolean): URL {
  // `127.0.0.1:5000` would be read as a scheme of that name.
  const bare = text.includes('://') ? undefined : new URL(`http://${text}`)
  const whole = bare === undefined ? text : `${isLoopback(bare) ? 'http' : 'https'}://${text}`
  const url = URL.canParse(whole) ? new URL(whole) : undefined
  const fail = (why: string) =>
    new RepositoryError('bad-reference', `the registry's address '${text}' ${why}`)
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw fail('must be http://HOST:PORT or https://HOST')
  if (url.username !== '' || url.password !== '')
    throw fail('may not hold a password, which others would see')
  if (url.protocol === 'http:' && !isLoopback(url) && !insecure) {
    throw fail('is http to another machine: use https, or say --insecure if nobody can listen')
  }
  if (!/^\/*$|^\/[a-z0-9]+([._/-]+[a-z0-9]+)*\/?$/.test(url.pathname)) {
    throw fail('has a path that no repository can have: lower case letters, digits, and / . _ - between them')
  }
  return url
}

/** What an error says (OCI Distribution Specification, "Error Codes"). */
function reasonIn(text: string): string {
  try {
    const { errors = [] } = JSON.parse(text) as {
      errors?: { code?: string; message?: string; detail?: unknown }[]
    }
    return errors
      .map(({ code, message, detail }) => {
        const more = typeof detail === 'object' && detail !== null ? '' : String(detail ?? '')
        return [message || code, more].filter(Boolean).join(': ')
      })
      .join('; ')
      .slice(0, 1000)
  } catch {
    return ''
  }
}
