import type { InstanceReport } from '../control/index.ts'
import type { DesiredInstance } from './desired.ts'
import { isReady, reportOf, type Situation } from './situation.ts'
import type { Revision, Standing, Store } from './store.ts'
import type { DeploymentView, InstanceView, NodeView } from './views.ts'
import type { WatchedNode } from './watched-node.ts'

/** What is shown of a node. */
export function nodeView(store: Store, node: WatchedNode): NodeView {
  const { name, description, isReachable, cause, facts, report, refusal } = node
  const { revision = 0 } = store.assignment(name) ?? {}
  const isOurs = report?.controller === store.controller
  const hasLatest = isOurs && report.revision === revision
  return {
    name,
    address: description.control,
    isReachable,
    ...(cause !== undefined && { cause }),
    ...(facts !== undefined && { facts }),
    revision,
    ...(isOurs && report.revision !== undefined && { appliedRevision: report.revision }),
    problems: [...(refusal === undefined || hasLatest ? [] : [refusal]), ...(report?.problems ?? [])],
  }
}

export function instanceView(situation: Situation, instance: DesiredInstance): InstanceView {
  const { id, function: name, version, digest, cpus, generation, node, deployments, role, hold } = instance
  const watched = situation.nodes.get(node)
  const cause =
    watched === undefined ? `no node ${node} is in the network` : (watched.cause ?? watched.refusal)
  const unknown: InstanceReport = {
    ...{ id, function: name, version, digest, cpus, generation },
    state: 'starting',
    ...(cause !== undefined && { cause }),
    isAssigned: true,
    restarts: 0,
    since: 0,
    pending: 0,
    phases: {},
  }
  const report = reportOf(situation, instance) ?? unknown
  return { ...report, node, deployments, role, ...(hold !== undefined && { hold }) }
}

export function deploymentView(store: Store, situation: Situation, standing: Standing): DeploymentView {
  const { name, revision, deployedAt, phases } = standing
  const kept: Partial<Revision> = store.revision(name, revision) ?? {}
  const { scheduler = '', facts = [], chains = [], workflows = [], functions = [] } = kept
  const instances = store.desired.instances.filter(({ deployments }) => deployments.includes(name))
  const ill = instances.filter((instance) => instance.role === 'serving' && !isReady(situation, instance))
  const isDegraded = standing.state === 'ready' && ill.length > 0
  const cause = isDegraded
    ? ill.map((instance) => describe(instanceView(situation, instance))).join('; ')
    : standing.cause
  const names = new Set(functions.map((one) => one.name))
  return {
    name,
    revision,
    scheduler,
    state: isDegraded ? 'degraded' : standing.state,
    ...(cause !== undefined && { cause }),
    deployedAt,
    functions: facts
      .filter((one) => names.has(one.name))
      .map(({ name, version, digest }) => ({ name, version, digest })),
    chains,
    workflows: workflows.map((workflow) => workflow.name),
    instances: instances.map(({ id }) => id),
    earlier: store.revisions(name).filter((earlier) => earlier < revision),
    phases,
  }
}

function describe({ id, node, state, cause }: InstanceView): string {
  return `${id} on ${node} is ${state}${cause === undefined ? '' : `: ${cause}`}`
}
