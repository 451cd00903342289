import type { DesiredInstance } from './desired.ts'
import { ControllerError } from './errors.ts'
import { reached } from './reached.ts'
import type { Reconciler } from './reconcile.ts'
import type { Store } from './store.ts'
import { nodeView } from './viewing.ts'
import type { NodeView } from './views.ts'
import type { WatchedNode } from './watched-node.ts'

/** How long a drain, a removal, and the new start of an instance may take, in milliseconds. */
export const CHANGE_TIMEOUT_MS = 300_000

/**
 * Moves what runs on a node to others, waits until nothing is in hand there, and then lets the node itself drain.
 * @throws ControllerError `cannot-place` where no other node takes something: the node goes on then
 */
export async function drainNode(node: WatchedNode, reconciler: Reconciler, store: Store): Promise<NodeView> {
  const { draining } = reconciler
  const { name } = node
  const there = (): DesiredInstance[] => store.desired.instances.filter((instance) => instance.node === name)
  const isMoved = (): true | undefined => {
    const stuck = there().filter(({ id }) => reconciler.refused.has(id))
    if (stuck.length > 0) {
      const reasons = stuck.map(({ id }) => `${id}: ${reconciler.refused.get(id)}`)
      throw new ControllerError('cannot-place', [`${name} cannot be drained.`, ...reasons].join('\n'))
    }
    return (there().length === 0 && reconciler.isSettled) || undefined
  }
  const isDrained = (): true | undefined => {
    const { isReachable, facts, report } = node
    const isIdle = report?.instances.every(({ state }) => state === 'withdrawn') === true
    return (isReachable && facts?.availability === 'drain' && isIdle) || undefined
  }
  draining.add(name)
  try {
    if ((await reconciler.until(isMoved, CHANGE_TIMEOUT_MS)) === undefined) {
      const left = there().map(({ id }) => id)
      throw new ControllerError('failed', `${name} is not drained yet: ${left.join(', ')} have work in hand`)
    }
    await reached(node.client.command('availability', { availability: 'drain' }))
    await node.renew()
    await reconciler.until(isDrained, CHANGE_TIMEOUT_MS)
    return nodeView(store, node)
  } finally {
    draining.delete(name)
    reconciler.kick()
  }
}
