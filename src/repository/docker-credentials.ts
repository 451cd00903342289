import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import type { Credentials } from './authorization.ts'
import { askCredentialHelper, type HelperOptions } from './credential-helper.ts'
import { RepositoryError } from './errors.ts'

/** Where `docker login` keeps what it was told. */
export function dockerConfigFile(environment: NodeJS.ProcessEnv = process.env): string {
  return join(environment.DOCKER_CONFIG || join(homedir(), '.docker'), 'config.json')
}

/** What `docker login` writes, as far as it is used. */
const dockerConfig = z.object({
  auths: z.record(z.string(), z.object({ auth: z.string().optional() })).optional(),
  /** Name of the helper that keeps what no other one does. */
  credsStore: z.string().optional(),
  /** Names of helpers by registry. */
  credHelpers: z.record(z.string(), z.string()).optional(),
})

/**
 * Credentials for a registry from a file as `docker login` writes it, or from the credential helper that it names; undefined
 * if there are none.
 * @param registry - the registry's address
 * @throws RepositoryError `bad-reference` if the file is there and cannot be used; `credentials-refused` if its helper cannot
 */
export async function dockerCredentials(
  file: string,
  registry: string,
  helper: HelperOptions = {},
): Promise<Credentials | undefined> {
  const { auths = {}, credsStore, credHelpers = {} } = await readConfig(file)
  const host = registry.replace(/^https?:\/\//, '').replace(/\/.*$/, '')
  const keys = [host, `https://${host}`, `http://${host}`]
  const key = keys.find((one) => credHelpers[one] || auths[one] !== undefined) ?? host
  const program = credHelpers[key] ?? credsStore
  const kept = program ? await askCredentialHelper(program, key, helper) : undefined
  const auth = keys.map((one) => auths[one]?.auth).find(Boolean)
  if (kept !== undefined || auth === undefined) return kept
  const [, username = '', password = ''] =
    /^([^:]*):(.*)$/s.exec(Buffer.from(auth, 'base64').toString()) ?? []
  return { username, password }
}

async function readConfig(file: string): Promise<z.infer<typeof dockerConfig>> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return {}
    throw new RepositoryError('bad-reference', `${file} cannot be read: ${(cause as Error).message}`, {
      cause,
    })
  }
  try {
    return dockerConfig.parse(JSON.parse(text))
  } catch (cause) {
    throw new RepositoryError(
      'bad-reference',
      `${file} is no file of credentials as docker login writes it`,
      { cause },
    )
  }
}
