import { DEFAULT_USAGE, ModelError, type SfType, type Task, type Workflow } from '../model/index.ts'
import { layOut, mapping, OneLine, unless } from './yaml-layout.ts'

/**
 * Writes a workflow in YAML, without what is the default. `parseWorkflow` makes the same workflow of it, with the edges in the
 * order of the tasks that they lead to.
 * @throws ModelError where two edges lead from one task to the same other: the format has but one
 */
export function formatWorkflow({ name, types, tasks, edges }: Workflow): string {
  const before = new Map(tasks.map((task) => [task.name, new Map<string, number>()]))
  for (const { from, to, data } of edges) {
    const own = before.get(to)
    if (own === undefined) throw new ModelError(`an edge names task ${to}, which is not there`)
    if (own.has(from)) throw new ModelError(`there are two edges from ${from} to ${to}`)
    own.set(from, data)
  }
  const users = countUsers(types)
  const isWhole = ({ name, layers }: SfType): boolean =>
    layers.length === 1 && layers[0]?.name === name && users.get(name) === 1 && layers[0].size > 0
  const layers = types
    .filter((type) => !isWhole(type))
    .flatMap(({ layers }) => layers.map(({ name, size }): [string, number] => [name, size]))
  return layOut(
    mapping([
      ['name', name],
      ['layers', layers.length === 0 ? undefined : mapping(layers)],
      ['types', mapping(types.map((type) => [type.name, typeFields(type, isWhole(type))]))],
      ['tasks', mapping(tasks.map((task) => [task.name, taskFields(task, before.get(task.name))]))],
    ]),
  )
}

/** In how many types each layer is. */
function countUsers(types: readonly SfType[]): Map<string, number> {
  const users = new Map<string, number>()
  for (const { layers } of types) for (const { name } of layers) users.set(name, (users.get(name) ?? 0) + 1)
  return users
}

function typeFields({ layers, architectures }: SfType, isWhole: boolean): OneLine {
  const names = layers.map(({ name }) => name)
  return new OneLine(
    mapping([
      ['image', isWhole || layers.length === 0 ? (layers[0]?.size ?? 0) : undefined],
      ['layers', isWhole ? undefined : unless(names)],
      ['architectures', architectures],
    ]),
  )
}

function taskFields(task: Task, before: ReadonlyMap<string, number> = new Map()): OneLine {
  const { name, type, work, times, usage, input, demands } = task
  const demanded = mapping([
    ['architecture', demands.architecture],
    ['labels', unless(demands.labels)],
  ])
  return new OneLine(
    mapping([
      ['type', unless(type, name)],
      ['work', times === undefined ? work : unless(work, 0)],
      ['times', times],
      ['usage', unless(usage, DEFAULT_USAGE)],
      ['input', unless(input, 0)],
      ['demands', demanded.size === 0 ? undefined : demanded],
      ['after', before.size === 0 ? undefined : before],
    ]),
  )
}
