import { resolve } from 'node:path'
import type { Logger } from 'pino'
import type { TokenStore } from '../api/index.ts'
import { defaultAddress } from '../control/index.ts'
import type { ControllerActions } from '../controller/index.ts'
import { type NetworkDescription, readNetwork } from '../deployment/index.ts'
import { askNode } from './dataset.ts'
import { openRepository, type RegistryChoice } from './registry-options.ts'

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
  return { name, registry, nodes: [{ name, control: address, address }] }
}

/** A controller that goes on with what is kept in the home folder. @throws ControllerError where that cannot be used */
export async function openController({
  network,
  home,
  registry,
  log,
  signal,
}: ControllerPlace): Promise<OpenController> {
  const { Controller, CostPlanner, NodeLink, RepositoryCatalog, Store } = await import(
    '../controller/index.ts'
  )
  const repository = await openRepository({ ...registry, registry: network.registry }, signal)
  const store = new Store(home)
  const controller = new Controller({
    store,
    network,
    catalog: new RepositoryCatalog(
      repository,
      network.nodes.map(({ name }) => name),
    ),
    planner: new CostPlanner(),
    connect: ({ control }) => new NodeLink(control, home),
    onNote: (text) => log.info(text),
  })
  return {
    actions: controller,
    tokens: store,
    close: async () => {
      await controller.close()
      repository.close()
    },
  }
}
