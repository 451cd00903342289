import { keysOf, type Path, type ProblemList } from '../../files/index.ts'
import type { FunctionCall } from '../packet/index.ts'
import { CONTENT, type WorkflowText } from './deployment-schema.ts'
import type { DeployedTask, DeployedWorkflow } from './model.ts'
import { callsOf, groupsOf, inOrder, inputsFrom, placeOfInput, type TaskGroup } from './task-groups.ts'
import { readContentName } from './texts.ts'
import { checkGroups, findResult } from './workflow-check.ts'

/** Where in the file a task is. */
export interface TaskPlaces {
  readonly call: Path
  /** Of each input. */
  readonly inputs: readonly Path[]
}

/** A workflow as it is written. */
export interface WorkflowEntry {
  readonly name: string
  readonly path: Path
  readonly fields: WorkflowText
  readonly groups: ReadonlyMap<string, TaskGroup>
  /** Of its groups, with those that are wrong in themselves. */
  readonly names: readonly string[]
}

/** @param raw its tasks as they are in the file */
export function workflowEntry(name: string, fields: WorkflowText, raw: unknown): WorkflowEntry {
  const path = ['workflows', name]
  const groups = groupsOf(raw, fields.tasks, [...path, 'tasks'])
  return {
    name,
    path,
    fields,
    groups: new Map(groups.filter(({ name }) => name !== CONTENT).map((group) => [group.name, group])),
    names: keysOf(raw),
  }
}

/**
 * Makes a workflow of what is written. Undefined where something is wrong with it, which is told.
 * @param isWrong whether anything in it, or in a part of it, was wrong before
 * @param places is told where its tasks are
 */
export function readWorkflow(
  { name, path, fields, groups, names }: WorkflowEntry,
  isWrong: (...path: string[]) => boolean,
  places: Map<DeployedTask, TaskPlaces>,
  problems: ProblemList,
): DeployedWorkflow | undefined {
  const content = readContentName(fields.content, [...path, 'content'], problems)
  if (names.includes(CONTENT))
    problems.addAt(
      [...path, 'tasks', CONTENT],
      'this is what a workflow is applied to: call the task otherwise',
    )
  checkGroups(names, groups, problems)
  const known = [...groups.values()].filter((group) => !isWrong('tasks', group.name, 'each'))
  const calls = new Map(known.map((group) => [group, callsOf(group, problems)]))
  if (names.length === 0) problems.addAt([...path, 'tasks'], 'there is none')
  const result = isWrong() ? undefined : findResult(fields.result, groups, path, problems)
  if (!problems.isEmpty || content === undefined || result === undefined) return undefined
  const tasks = inOrder(groups).flatMap((group) => tasksOf(group, calls.get(group) ?? [], groups, places))
  return { name, content, tasks, result }
}

function tasksOf(
  group: TaskGroup,
  calls: readonly FunctionCall[],
  groups: ReadonlyMap<string, TaskGroup>,
  places: Map<DeployedTask, TaskPlaces>,
): DeployedTask[] {
  return calls.map((call, index) => {
    const inputs = group.from.map((from) =>
      inputsFrom(from === CONTENT ? undefined : groups.get(from), group, index),
    )
    const task = { name: group.names[index] as string, call, inputs: inputs.flat() }
    places.set(task, {
      call: [...group.path, 'function'],
      inputs: inputs.flatMap((some, at) => some.map(() => placeOfInput(group, at))),
    })
    return task
  })
}
