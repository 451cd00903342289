import { type Deployment, taskName } from '../deployment/index.ts'
import { chainOf, Name } from '../packet/index.ts'
import type { Desired, DesiredPiece } from './desired.ts'
import { ControllerError } from './errors.ts'

/**
 * One function has the same instances for all deployments, so all have the same version of it; and a workflow's name is there once.
 * @param versions that the deployment wants
 * @throws ControllerError `conflict`
 */
export function checkConflicts(
  { instances, tasks, pieces }: Desired,
  { name: own, workflows }: Pick<Deployment, 'name' | 'workflows'>,
  versions: readonly { readonly name: string; readonly version: string; readonly digest: string }[],
): void {
  for (const { name, version, digest } of versions) {
    for (const instance of instances) {
      const other = instance.deployments.find((deployment) => deployment !== own)
      if (other === undefined || instance.role === 'leaving') continue
      if (instance.function !== name || instance.digest === digest) continue
      const has = instance.version === version ? `another build of ${version}` : instance.version
      throw new ControllerError(
        'conflict',
        `deployment ${other} has ${name} ${has}, and ${own} wants ${version}: name the same version in both, or remove one`,
      )
    }
  }
  const mine = taskNamesOf(pieces, own)
  const theirs = new Set(tasks.map((task) => task.name).filter((name) => !mine.has(name)))
  for (const workflow of workflows) {
    if (!workflow.tasks.some((task) => theirs.has(taskName(workflow, task.name).toString()))) continue
    throw new ControllerError(
      'conflict',
      `another deployment has a workflow ${workflow.name}: give this one another name, or remove that one`,
    )
  }
}

/** Names of the workflow tasks of a deployment: each has a piece, the prefix of which is the call and then the task's name. */
export function taskNamesOf(pieces: readonly DesiredPiece[], deployment: string): Set<string> {
  return new Set(
    pieces
      .filter((piece) => piece.deployment === deployment)
      .map(({ prefix }) => chainOf(Name.parse(prefix)).content.toString()),
  )
}
