import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Credentials } from './authorization.ts'
import { RepositoryError } from './errors.ts'

/** How long a credential helper may take, in milliseconds: it may have to ask a person to unlock something. */
export const HELPER_TIMEOUT = 60_000
/** Most that a credential helper may say, in bytes. */
export const HELPER_BYTES_MAX = 64 * 1024

/** User name that a helper gives for a token of OAuth 2 in the place of a password. */
const TOKEN_USER = '<token>'

export interface HelperOptions {
  /** @defaultValue {@link HELPER_TIMEOUT} */
  readonly timeout?: number | undefined
  /** Where programs are looked for. @defaultValue the process's PATH */
  readonly path?: string | undefined
}

/**
 * Asks the program `docker-credential-NAME` for what it keeps of a registry; undefined if it has nothing.
 * @param server - as `docker login` was told it
 * @throws RepositoryError `credentials-refused` if it cannot be run, takes too long, or says nothing that can be used
 */
export async function askCredentialHelper(
  name: string,
  server: string,
  { timeout = HELPER_TIMEOUT, path = process.env.PATH }: HelperOptions = {},
): Promise<Credentials | undefined> {
  const program = `docker-credential-${name}`
  const fail = (why: string, cause?: unknown) =>
    new RepositoryError(
      'credentials-refused',
      `the credentials of ${server} are kept by ${program}, which ${why}: give --username and --password-stdin instead`,
      { cause },
    )
  if (!/^[\w.-]+$/.test(name)) throw fail('is no name of a program')
  const child = spawn(program, ['get'], {
    env: { ...process.env, PATH: path },
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  // That of spawn goes on where the program cannot be run.
  const timer = setTimeout(() => child.kill('SIGKILL'), timeout)
  let said = ''
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk
    if (said.length > HELPER_BYTES_MAX) child.kill('SIGKILL')
  })
  // One that does not read has said already what it has to say.
  child.stdin.on('error', () => {})
  child.stdin.end(server)
  const [code, signal] = (await once(child, 'close')
    .catch((error: NodeJS.ErrnoException) => {
      const why = error.code === 'ENOENT' ? 'is not on this machine' : `cannot be run (${error.message})`
      throw fail(why, error)
    })
    .finally(() => clearTimeout(timer))) as [number | null, string | null]
  if (said.length > HELPER_BYTES_MAX) throw fail(`says more than ${HELPER_BYTES_MAX} bytes`)
  if (signal !== null) throw fail(`did not answer within ${timeout} ms`)
  if (code !== 0) {
    // So all helpers say that they have nothing.
    if (/credentials not found/i.test(said)) return undefined
    throw fail(`ended with code ${code} (${said.trim().slice(0, 200)})`)
  }
  const found = parseAnswer(said)
  if (found === undefined) throw fail('gives no user name and password')
  if (found.username === TOKEN_USER) throw fail('gives a token of another kind of login')
  return found
}

function parseAnswer(text: string): Credentials | undefined {
  try {
    const { Username: username, Secret: password } = JSON.parse(text) as Record<string, unknown>
    return typeof username === 'string' && typeof password === 'string' ? { username, password } : undefined
  } catch {
    return undefined
  }
}
