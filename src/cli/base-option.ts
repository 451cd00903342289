import { type Command, Option } from 'commander'
import type { BaseImage, TransferProgress } from '../repository/index.ts'
import { CliError, ExitCode } from './exit-code.ts'
import type { FunctionHome } from './function-home.ts'
import { type RegistryChoice, registryOptions } from './registry-options.ts'

/** Architectures that images can be for, as Go names them. */
const ARCHITECTURES = ['amd64', 'arm64', 'arm', '386', 'ppc64le', 's390x', 'riscv64', 'loong64']

export interface BaseChoice {
  readonly base?: string
  readonly architecture?: string
}

/** Options that say on what an image stands, and for which architecture it is. */
export function addBaseOptions(command: Command): Command {
  return command
    .option(
      '--base <image>',
      'base image to stand on: PATH:TAG in the registry, HOST/PATH:TAG elsewhere, or a file of docker save (default: Node.js of this machine alone)',
    )
    .addOption(
      new Option(
        '--architecture <name>',
        "make it for another architecture, with the base's Node.js (default: that of this machine)",
      ).choices(ARCHITECTURES),
    )
}

/** The base image that the options name; undefined if there is none. */
export async function baseFor(
  choice: BaseChoice & RegistryChoice,
  { home, store }: FunctionHome,
  signal: AbortSignal,
  progress: TransferProgress,
): Promise<BaseImage | undefined> {
  const { base } = choice
  const { imageArchitecture } = await import('../engine/index.ts')
  const { architecture = imageArchitecture() } = choice
  if (base === undefined) {
    if (architecture === imageArchitecture()) return undefined
    throw new CliError(
      ExitCode.Usage,
      `an image for ${architecture} needs --base with an image for ${architecture} that has Node.js: this machine's is for ${imageArchitecture()}`,
    )
  }
  const { dockerConfigFile, dockerCredentials, openBase } = await import('../repository/index.ts')
  const registry = await registryOptions(choice, signal)
  const credentialsFor = (host: string) => () => dockerCredentials(dockerConfigFile(), host)
  return await openBase(base, { store, home, architecture, registry, credentialsFor, progress })
}
