import { readFile } from 'node:fs/promises'
import { type Command, Option } from 'commander'
import type { CredentialsSource, RegistryOptions, Repository } from '../repository/index.ts'
import { CliError, ExitCode } from './exit-code.ts'

/** Longest password that is read, in characters. */
const PASSWORD_MAX = 4096

export interface RegistryChoice {
  readonly registry: string
  readonly username?: string
  readonly passwordStdin?: true
  readonly ca?: string
  readonly insecure?: true
}

/** Options that say where the registry is, and who asks. */
export function addRegistryOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--registry <url>',
        'http://HOST:PORT or https://HOST, with a path for another place than /ndn-sfc',
      )
        .env('NDN_SFC_REGISTRY')
        .default('http://127.0.0.1:5000'),
    )
    .addOption(new Option('--username <name>', 'of the registry').env('NDN_SFC_REGISTRY_USERNAME'))
    .option(
      '--password-stdin',
      'read the password from standard input (default: $NDN_SFC_REGISTRY_PASSWORD, or what docker login keeps)',
    )
    .addOption(
      new Option('--ca <file>', "certificate of the registry's authority, PEM").env('NDN_SFC_REGISTRY_CA'),
    )
    .option('--insecure', 'take any certificate, and http to other machines')
}

/** Does something with the repository that the options name, and ends its connections. */
export async function withRepository<T>(
  choice: RegistryChoice,
  signal: AbortSignal,
  use: (repository: Repository) => Promise<T>,
): Promise<T> {
  const repository = await openRepository(choice, signal)
  try {
    return await use(repository)
  } finally {
    repository.close()
  }
}

/** The repository that the options name, for whoever closes it. */
export async function openRepository(choice: RegistryChoice, signal: AbortSignal): Promise<Repository> {
  const { Repository } = await import('../repository/index.ts')
  return new Repository(await registryOptions(choice, signal))
}

/** What the options say. */
export async function registryOptions(choice: RegistryChoice, signal: AbortSignal): Promise<RegistryOptions> {
  const { registry, insecure = false } = choice
  const ca = choice.ca === undefined ? undefined : await readCertificate(choice.ca)
  return { registry, credentials: await credentialsFor(choice), ca, insecure, signal }
}

async function credentialsFor({
  registry,
  username,
  passwordStdin,
}: RegistryChoice): Promise<CredentialsSource> {
  if (username === undefined) {
    if (passwordStdin === true) throw new CliError(ExitCode.Usage, '--password-stdin needs --username')
    const { dockerConfigFile, dockerCredentials } = await import('../repository/index.ts')
    return () => dockerCredentials(dockerConfigFile(), registry)
  }
  const password = passwordStdin === true ? await readPassword() : process.env.NDN_SFC_REGISTRY_PASSWORD
  if (password !== undefined) return { username, password }
  throw new CliError(
    ExitCode.Usage,
    `there is no password for ${username}: give it with --password-stdin, or set NDN_SFC_REGISTRY_PASSWORD`,
  )
}

async function readPassword(): Promise<string> {
  let text = ''
  for await (const chunk of process.stdin) {
    text += chunk
    if (text.length > PASSWORD_MAX)
      throw new CliError(ExitCode.Usage, 'standard input is too long for a password')
  }
  return text.replace(/\r?\n$/, '')
}

async function readCertificate(file: string): Promise<string> {
  return await readFile(file, 'utf8').catch((error: Error) => {
    throw new CliError(ExitCode.Usage, `cannot read the certificate ${file}: ${error.message}`, error)
  })
}
