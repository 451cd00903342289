import { didYouMean } from '../../files/index.ts'
import type { DesiredInstance } from './desired.ts'
import { ControllerError } from './errors.ts'
import type { Revision, Standing, Store } from './store.ts'
import type { WatchedNode } from './watched-node.ts'

// What somebody names, or ControllerError `not-found`.

export function nodeOf(nodes: ReadonlyMap<string, WatchedNode>, name: string): WatchedNode {
  const node = nodes.get(name)
  if (node !== undefined) return node
  throw new ControllerError(
    'not-found',
    `there is no node ${name}: there are ${[...nodes.keys()].join(', ')}`,
  )
}

export function standingOf(store: Store, name: string): Standing {
  const standing = store.standing(name)
  if (standing !== undefined) return standing
  const names = store.standings().map((one) => one.name)
  const there = names.length === 0 ? 'nothing is deployed' : `there are ${names.join(', ')}`
  throw new ControllerError('not-found', `there is no deployment ${name}: ${there}`)
}

export function revisionOf(store: Store, name: string, revision: number): Revision {
  const kept = store.revision(name, revision)
  if (kept !== undefined) return kept
  const there = store.revisions(name).join(', ') || 'none'
  throw new ControllerError('not-found', `deployment ${name} has no revision ${revision}: it has ${there}`)
}

export function instanceOf(store: Store, id: string): DesiredInstance {
  const instance = store.desired.instances.find((one) => one.id === id)
  if (instance !== undefined) return instance
  const ids = store.desired.instances.map((one) => one.id)
  throw new ControllerError(
    'not-found',
    `there is no instance ${id} among ${ids.length}${didYouMean(id, ids)}`,
  )
}
