import {
  type AssignedInstance,
  type AssignedRoute,
  MAX_ASSIGNED_INSTANCES,
  MAX_ASSIGNED_ROUTES,
  MAX_ASSIGNED_TASKS,
} from '../control/index.ts'
import type { NetworkDescription } from '../deployment/index.ts'
import type { AssignmentContent } from './assignment-content.ts'
import type { Desired, DesiredInstance } from './desired.ts'
import { ControllerError } from './errors.ts'
import { contentRoutes, functionRoutes, pieceRoutes } from './routes-of.ts'

/**
 * What each node of a network is to have. The same for the same, in the same order. Instances of nodes that the network does not have
 * are left out.
 * @throws ControllerError `too-many` beyond what a node can be assigned
 */
export function assignmentsOf(
  desired: Desired,
  { registry, nodes }: NetworkDescription,
): ReadonlyMap<string, AssignmentContent> {
  const names = new Set(nodes.map(({ name }) => name))
  const here = desired.instances.filter(({ node }) => names.has(node))
  const contents = desired.contents.filter(({ node }) => names.has(node))
  const tasks = desired.tasks
    .map(({ name, inputs }) => ({ name, inputs: [...inputs] }))
    .sort(by(({ name }) => name))
  return new Map(
    nodes.map(({ name }) => {
      const routes: AssignedRoute[] = [
        ...functionRoutes(name, here),
        ...pieceRoutes(name, here, desired.pieces),
        ...contentRoutes(name, contents),
      ]
      const instances = here.filter(({ node }) => node === name).map(assigned)
      const others = nodes.filter((node) => node.name !== name)
      const content = {
        registry,
        instances: instances.sort(by(({ id }) => id)),
        peers: Object.fromEntries(others.map((node) => [node.name, node.address])),
        routes: routes.sort(
          by(({ prefix, to }) => `${prefix} ${'node' in to ? `1${to.node}` : `0${to.instance}`}`),
        ),
        tasks,
      }
      checkBounds(name, content)
      return [name, content]
    }),
  )
}

function assigned({
  id,
  version,
  digest,
  cpus,
  idle,
  hold,
  generation,
  ...rest
}: DesiredInstance): AssignedInstance {
  return {
    id,
    function: { name: rest.function, version, digest },
    cpus: [...cpus],
    ...(idle === undefined ? {} : { idle }),
    ...(hold === undefined ? {} : { hold }),
    generation,
  }
}

function checkBounds(node: string, { instances, routes, tasks }: AssignmentContent): void {
  const bounds = [
    [instances.length, MAX_ASSIGNED_INSTANCES, 'instances'],
    [routes.length, MAX_ASSIGNED_ROUTES, 'routes'],
    [tasks.length, MAX_ASSIGNED_TASKS, 'workflow tasks'],
  ] as const
  for (const [count, max, what] of bounds) {
    if (count <= max) continue
    const message = `${node} would have ${count} ${what}, and a node takes ${max}: remove a deployment, or add nodes`
    throw new ControllerError('too-many', message)
  }
}

function by<T>(keyOf: (one: T) => string): (a: T, b: T) => number {
  return (a, b) => {
    const [x, y] = [keyOf(a), keyOf(b)]
    return x < y ? -1 : x > y ? 1 : 0
  }
}
