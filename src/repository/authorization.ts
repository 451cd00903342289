import { RepositoryError } from './errors.ts'
import { type HttpClient, isLoopback, readAll } from './http.ts'

/** Largest answer of a token server, in bytes. */
const TOKEN_BYTES_MAX = 64 * 1024

export interface Credentials {
  readonly username: string
  readonly password: string
}

/** Credentials, or how to find them once a registry asks for some: a helper may have to ask a person. */
export type CredentialsSource = Credentials | (() => Promise<Credentials | undefined>)

/**
 * Answers a registry's challenges: Basic (RFC 7617), and Bearer with a token that is fetched from where the registry
 * says (Distribution, "Token Authentication Specification").
 */
export class Authorization {
  readonly #http: HttpClient
  readonly #source: CredentialsSource | undefined
  #found: Promise<Credentials | undefined> | undefined
  readonly #insecure: boolean
  /** Header by what is to be done. */
  readonly #headers = new Map<string, string>()

  /** @param insecure - whether a password may go over a connection that others can listen to */
  constructor(http: HttpClient, credentials: CredentialsSource | undefined, insecure: boolean) {
    this.#http = http
    this.#source = credentials
    this.#insecure = insecure
  }

  /** The header that worked before. @param scope - what is to be done, e.g. `repository:a/b:pull,push` */
  headerFor(scope: string): string | undefined {
    return this.#headers.get(scope)
  }

  /**
   * Finds the header that a challenge asks for.
   * @param challenge - WWW-Authenticate
   * @throws RepositoryError `credentials-refused`
   */
  async answer(challenge: string | undefined, scope: string, registry: URL): Promise<void> {
    const before = this.#headers.get(scope)
    const { scheme, parameters } = parseChallenge(challenge ?? '')
    if (scheme === 'bearer' && parameters.realm !== undefined) {
      this.#headers.set(scope, `Bearer ${await this.#fetchToken(parameters, scope, registry)}`)
      return
    }
    const credentials = await this.#credentials()
    if (credentials === undefined) throw needed(registry)
    const header = this.#basic(registry, credentials)
    // The same once more would be refused once more.
    if (header === before) throw refused(registry)
    this.#headers.set(scope, header)
  }

  async #fetchToken(
    { realm = '', service }: Record<string, string>,
    scope: string,
    registry: URL,
  ): Promise<string> {
    const url = URL.canParse(realm) ? new URL(realm) : undefined
    if (url === undefined || !/^https?:$/.test(url.protocol)) {
      throw new RepositoryError(
        'registry-refused',
        `${registry.origin} asks for a token from '${realm}', which is no address`,
      )
    }
    if (service !== undefined) url.searchParams.set('service', service)
    for (const one of scope.split(' ').filter(Boolean)) url.searchParams.append('scope', one)
    const credentials = await this.#credentials()
    const headers: Record<string, string> =
      credentials === undefined ? {} : { authorization: this.#basic(url, credentials) }
    const { status, body } = await this.#http.send({ method: 'GET', url, headers })
    const text = (await readAll(body, TOKEN_BYTES_MAX, 'a token')).toString()
    if (status === 401 || status === 403)
      throw credentials === undefined ? needed(registry) : refused(registry)
    const token = status === 200 ? tokenIn(text) : undefined
    if (token !== undefined) return token
    throw new RepositoryError(
      'registry-failed',
      `${url.origin} gave no token for ${registry.origin}: it answered ${status}`,
      {
        retry: status >= 500 || status === 429,
      },
    )
  }

  /** Looked for but once. */
  async #credentials(): Promise<Credentials | undefined> {
    const source = this.#source
    this.#found ??= typeof source === 'function' ? source() : Promise.resolve(source)
    return await this.#found
  }

  #basic(to: URL, { username, password }: Credentials): string {
    if (to.protocol !== 'https:' && !isLoopback(to) && !this.#insecure) {
      throw new RepositoryError(
        'credentials-refused',
        `the password would go to ${to.origin} in clear text: use https, or say --insecure if nobody can listen`,
      )
    }
    return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
  }
}

/** The first challenge in a header: a scheme and its parameters (RFC 9110 §11.6.1). */
export function parseChallenge(header: string): { scheme: string; parameters: Record<string, string> } {
  const [, scheme = '', rest = ''] = /^\s*([A-Za-z0-9-]+)\s*(.*)$/s.exec(header) ?? []
  const parameters: Record<string, string> = {}
  for (const [, key = '', quoted, bare] of rest.matchAll(/([a-z_]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/gi)) {
    parameters[key.toLowerCase()] = quoted?.replace(/\\(.)/g, '$1') ?? bare ?? ''
  }
  return { scheme: scheme.toLowerCase(), parameters }
}

function tokenIn(text: string): string | undefined {
  try {
    const { token, access_token } = JSON.parse(text) as { token?: unknown; access_token?: unknown }
    const found = token ?? access_token
    return typeof found === 'string' && /^[\x21-\x7e]+$/.test(found) ? found : undefined
  } catch {
    return undefined
  }
}

function needed({ origin }: URL): RepositoryError {
  const how =
    'give --username and --password-stdin, or set NDN_SFC_REGISTRY_USERNAME and NDN_SFC_REGISTRY_PASSWORD'
  return new RepositoryError(
    'credentials-refused',
    `the registry at ${origin} wants a user name and password: ${how}`,
  )
}

export function refused({ origin }: URL): RepositoryError {
  return new RepositoryError(
    'credentials-refused',
    `the registry at ${origin} refuses these credentials: check user name and password, and what this user may do`,
  )
}
