import type { Logger } from 'pino'
import type { ListenerConfig, NodeConfig } from './config.ts'
import { planReload } from './reload-plan.ts'

/** What of a node a reload touches. */
export interface ReloadTarget {
  readonly links: {
    listen(address: string, options: Omit<ListenerConfig, 'address'>): Promise<void>
    unlisten(address: string): Promise<void>
  }
  readonly multicast: { set(config: NodeConfig['multicast']): Promise<void> }
  readonly staticRoutes: { set(routes: NodeConfig['routes']): Promise<void> }
  /** Sets what it says of the forwarder. */
  apply(config: NodeConfig): void
  readonly log: Pick<Logger, 'level' | 'info' | 'warn'>
}

/**
 * Gives a running node another configuration: what can be changed is, and what cannot is named in a warning and left. No PIT
 * entry goes with it, and no face but those to routers that no route leads to any more, and to multicast groups that are
 * given up. Peers of a listener that is closed stay.
 * @returns what the node works by from now on
 * @throws FaceError where it cannot listen; then nothing has changed
 */
export async function reload(
  target: ReloadTarget,
  before: NodeConfig,
  after: NodeConfig,
): Promise<NodeConfig> {
  const { links, multicast, staticRoutes, log } = target
  const { config, changes, deferred, opened, closed } = planReload(before, after)
  await openAll(links, opened)
  for (const { address } of closed) await links.unlisten(address)
  if (changes.includes('logLevel')) log.level = config.logLevel
  target.apply(config)
  await multicast.set(config.multicast)
  await staticRoutes.set(config.routes)
  for (const field of deferred) log.warn(`${field} takes effect only when the node starts again`)
  log.info(`reloaded: ${changes.length === 0 ? 'nothing has changed' : changes.join(', ')}`)
  return config
}

/** All or none. */
async function openAll(links: ReloadTarget['links'], listeners: readonly ListenerConfig[]): Promise<void> {
  const done: string[] = []
  try {
    for (const { address, ...options } of listeners) {
      await links.listen(address, options)
      done.push(address)
    }
  } catch (error) {
    for (const address of done) await links.unlisten(address)
    throw error
  }
}
