import { resolve } from 'node:path'
import type { Logger } from 'pino'
import type { TokenStore } from '../api/index.ts'
import { type ControllerActions, ControllerError, DEFAULT_LINK } from '../controller/index.ts'
import { type NetworkDescription, readNetwork } from '../deployment/index.ts'
import { defaultAddress } from '../router/index.ts'
import { askNode } from './dataset.ts'
import type { RegistryChoice } from './registry-options.ts'

export interface OpenController {
  readonly actions: ControllerActions
  readonly tokens: TokenStore
  close(): Promise<void>
}

export interface ControllerPlace {
  readonly network: NetworkDescription
  readonly home: string
  /** Credentials for the network's registry. */
  readonly registry: RegistryChoice
  readonly log: Logger
  readonly signal: AbortSignal
}

/** What a file says; without one, the node of the home folder. @throws FileError, CliError */
export async function networkOf(
  file: string | undefined,
  home: string,
  registry: string,
): Promise<NetworkDescription> {
  if (file !== undefined) return await readNetwork(resolve(file))
  const { name } = await askNode({ home }, 'status')
  const address = defaultAddress(home)
  return { name, registry, nodes: [{ name, control: address, address, ...DEFAULT_LINK }] }
}

export async function openController(_: ControllerPlace): Promise<OpenController> {
  throw new ControllerError('failed', 'there is no controller yet')
}
