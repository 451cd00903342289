import { Component, callComponents, Name } from '../packet/index.ts'
import type { DeployedTask, DeployedWorkflow } from './model.ts'

/** What the names of all workflows begin with. */
export const WORKFLOWS = Name.of(Component.generic('workflow'))

/** A workflow's own name: `/workflow/<name>`. */
function workflowName({ name }: Pick<DeployedWorkflow, 'name'>): Name {
  return WORKFLOWS.append(Component.generic(name))
}

/** Name of a task below that of its workflow; with content below it: the name of the list of its inputs. */
export function taskName(workflow: Pick<DeployedWorkflow, 'name'>, task: string): Name {
  return workflowName(workflow).append(Component.generic(task))
}

/** Flat name of a task's result without the content that the workflow is applied to, which is appended to it. */
export function resultPrefix(workflow: Pick<DeployedWorkflow, 'name'>, { name, call }: DeployedTask): Name {
  return Name.of(...callComponents(call), ...taskName(workflow, name).components)
}
