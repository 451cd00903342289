import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Credentials } from './authorization.ts'
import { RepositoryError } from './errors.ts'

/** Where `docker login` keeps what it was told. */
export function dockerConfigFile(environment: NodeJS.ProcessEnv = process.env): string {
  return join(environment.DOCKER_CONFIG || join(homedir(), '.docker'), 'config.json')
}

/**
 * Credentials for a registry from a file as `docker login` writes it; undefined if it has none. What is kept by a
 * credential helper is not found.
 * @param registry - the registry's address
 * @throws RepositoryError `bad-reference` if the file is there and cannot be used
 */
export async function dockerCredentials(file: string, registry: string): Promise<Credentials | undefined> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new RepositoryError('bad-reference', `${file} cannot be read: ${(cause as Error).message}`, {
      cause,
    })
  }
  const host = registry.replace(/^https?:\/\//, '').replace(/\/.*$/, '')
  try {
    const { auths = {} } = JSON.parse(text) as { auths?: Record<string, { auth?: string }> }
    const entry = [host, `https://${host}`, `http://${host}`]
      .map((key) => auths[key])
      .find((found) => found?.auth)
    if (entry?.auth === undefined) return undefined
    const [, username = '', password = ''] =
      /^([^:]*):(.*)$/s.exec(Buffer.from(entry.auth, 'base64').toString()) ?? []
    return { username, password }
  } catch (cause) {
    throw new RepositoryError(
      'bad-reference',
      `${file} is no file of credentials as docker login writes it`,
      { cause },
    )
  }
}
