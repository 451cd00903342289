import type { AssignedTask } from '../control/index.ts'
import { type DeployedWorkflow, type Deployment, resultPrefix, taskName } from '../deployment/index.ts'
import { checkConflicts, taskNamesOf } from './conflicts.ts'
import type { Desired, DesiredInstance, DesiredPiece } from './desired.ts'
import { freshId } from './instance-ids.ts'
import type { Plan, PlannedInstance } from './plan.ts'

/**
 * What is to be when a plan is carried out. An instance that is where the plan has one stays, with its id; others are `coming`; those
 * that only this deployment wanted are `leaving`, or gone where nobody was led to them yet.
 * @throws ControllerError `conflict`
 */
export function desiredAfter(
  current: Desired,
  deployment: Deployment,
  plan: Plan,
  revision: number,
): Desired {
  checkConflicts(
    current,
    deployment,
    plan.instances.map((instance) => ({ ...instance, name: instance.function })),
  )
  const { name } = deployment
  const { instances, ids } = merge(current.instances, name, plan.instances)
  const rest = partsWithout(current, name)
  const label = `${name}/${plan.scheduler}/${revision}`
  const pieces = new Map(
    plan.parts.flatMap((part) =>
      part.pieces.map(({ prefix, instance }): [string, DesiredPiece] => [
        prefix,
        { deployment: name, plan: label, prefix, instance: ids[instance] as string },
      ]),
    ),
  )
  const contents = deployment.contents.flatMap(({ prefix, node }) =>
    node === undefined ? [] : [{ deployment: name, prefix: prefix.toString(), node }],
  )
  return {
    instances,
    pieces: [...rest.pieces, ...pieces.values()],
    tasks: [...rest.tasks, ...deployment.workflows.flatMap(tasksOf)],
    contents: [...rest.contents, ...contents],
  }
}

/** What is to be without a deployment: what only it wants is `leaving`, or gone where nobody was led to it yet. */
export function desiredWithout(current: Desired, deployment: string): Desired {
  const { instances } = merge(current.instances, deployment, [])
  return { instances, ...partsWithout(current, deployment) }
}

function partsWithout({ pieces, tasks, contents }: Desired, deployment: string): Omit<Desired, 'instances'> {
  const own = taskNamesOf(pieces, deployment)
  return {
    pieces: pieces.filter((piece) => piece.deployment !== deployment),
    tasks: tasks.filter(({ name }) => !own.has(name)),
    contents: contents.filter((content) => content.deployment !== deployment),
  }
}

function tasksOf(workflow: DeployedWorkflow): AssignedTask[] {
  const calls = new Map(workflow.tasks.map((task) => [task.name, task]))
  const prefixOf = (input: string | undefined): string => {
    const task = input === undefined ? undefined : calls.get(input)
    return task === undefined ? '/' : resultPrefix(workflow, task).toString()
  }
  return workflow.tasks.map(({ name, inputs }) => ({
    name: taskName(workflow, name).toString(),
    inputs: inputs.map(prefixOf),
  }))
}

/** @returns ids of what was planned, in its order */
function merge(
  current: readonly DesiredInstance[],
  deployment: string,
  planned: readonly PlannedInstance[],
): { readonly instances: DesiredInstance[]; readonly ids: readonly string[] } {
  const taken = new Set(current.map(({ id }) => id))
  const matched = new Map<string, DesiredInstance>()
  const added: DesiredInstance[] = []
  const ids = planned.map((instance) => {
    const match = current
      .filter((other) => !matched.has(other.id) && isThere(instance, other))
      .sort((a, b) => rankOf(a, deployment) - rankOf(b, deployment))[0]
    if (match !== undefined) {
      matched.set(match.id, kept(match, deployment, instance))
      return match.id
    }
    const { function: name, version, digest, node, cpus, idle } = instance
    const id = freshId(name, taken)
    const whose = { id, deployments: [deployment], function: name, version, digest, node, cpus }
    added.push({ ...whose, ...(idle === undefined ? {} : { idle }), generation: 0, role: 'coming' })
    return id
  })
  const before = current.flatMap((instance) => matched.get(instance.id) ?? withoutOne(instance, deployment))
  return { instances: [...before, ...added], ids }
}

function isThere(planned: PlannedInstance, { function: name, digest, node, cpus }: DesiredInstance): boolean {
  const isAlike = name === planned.function && digest === planned.digest && node === planned.node
  return isAlike && cpus.join() === planned.cpus.join()
}

/** Of several that are alike: its own before others', those that serve before those that come or go. */
function rankOf({ deployments, role }: DesiredInstance, deployment: string): number {
  return ['serving', 'coming', 'leaving'].indexOf(role) + (deployments.includes(deployment) ? 0 : 3)
}

/** What was leaving serves again: it never stopped, and nobody else wants it. */
function kept(instance: DesiredInstance, deployment: string, { idle }: PlannedInstance): DesiredInstance {
  const { idle: before, deployments, role, ...rest } = instance
  const others = role === 'leaving' ? [] : deployments.filter((name) => name !== deployment)
  // For all who want it, it is there as long as each of them would have it.
  const shared = before === undefined || idle === undefined ? undefined : Math.max(before, idle)
  const own = others.length === 0 ? idle : shared
  return {
    ...rest,
    deployments: [...others, deployment].sort(),
    ...(own === undefined ? {} : { idle: own }),
    role: role === 'leaving' ? 'serving' : role,
  }
}

function withoutOne(instance: DesiredInstance, deployment: string): DesiredInstance[] {
  if (!instance.deployments.includes(deployment)) return [instance]
  const deployments = instance.deployments.filter((name) => name !== deployment)
  return deployments.length > 0 ? [{ ...instance, deployments }] : gone({ ...instance, deployments })
}

/** As it is when nobody wants it any more: it finishes what it has, if it can have anything. */
export function gone(instance: DesiredInstance): DesiredInstance[] {
  return instance.role === 'coming' ? [] : [{ ...instance, role: 'leaving' }]
}
