import {
  checkCount,
  checkSize,
  didYouMean,
  keysOf,
  type ProblemList,
  validate,
  yamlSource,
} from '../../files/index.ts'
import type { Task, Workflow } from '../model/index.ts'
import { baseName } from './base-name.ts'
import { type FileEdge, readEdges } from './edges.ts'
import { type LimitOptions, limitsOf } from './limits.ts'
import { readTypes, type TypeEntry } from './type-entries.ts'
import { type WorkflowFile, workflowFile } from './workflow-schema.ts'

/** A task as it is written. */
interface TaskEntry {
  readonly name: string
  readonly fields: WorkflowFile['tasks'][string]
  /** `after` in the order of the file. */
  readonly after: readonly string[]
}

/**
 * Reads a workflow in YAML, as `topologies/README.md` says.
 * @param file its name, for what is said of it
 * @throws FileError with all that is wrong
 */
export function parseWorkflow(text: string, file: string, options: LimitOptions = {}): Workflow {
  const limits = limitsOf(options)
  checkSize(text, file, limits.markupBytes)
  const source = yamlSource(text, file)
  const { problems } = source
  const { data, isWrong } = validate(workflowFile, source)
  const raw = (source.value ?? {}) as {
    readonly layers?: unknown
    readonly types?: unknown
    readonly tasks?: Readonly<Record<string, { readonly after?: unknown }>>
  }
  if (data === undefined) problems.throwIfAny()
  const types = keysOf(raw.types).flatMap((name): TypeEntry[] => {
    const fields = data?.types[name]
    return fields === undefined || isWrong('types', name) ? [] : [{ name, fields }]
  })
  const tasks = keysOf(raw.tasks).flatMap((name): TaskEntry[] => {
    const fields = data?.tasks[name]
    return fields === undefined
      ? []
      : [{ name, fields, after: namesBefore(fields, raw.tasks?.[name]?.after) }]
  })
  checkCount(tasks.length, limits.tasks, 'tasks', problems)
  checkCount(
    tasks.reduce((sum, { after }) => sum + after.length, 0),
    limits.edges,
    'edges',
    problems,
  )
  const read = readTypes(types, keysOf(raw.layers), data?.layers ?? {}, problems)
  checkTasks(tasks, keysOf(raw.types), (...path) => isWrong('tasks', ...path), problems)
  const edges = readEdges(keysOf(raw.tasks), tasks.flatMap(edgesTo), problems)
  problems.throwIfAny()
  return { name: data?.name ?? baseName(file), types: read, tasks: tasks.map(taskOf), edges }
}

function namesBefore({ after }: TaskEntry['fields'], raw: unknown): readonly string[] {
  if (typeof after === 'string') return [after]
  return Array.isArray(after) ? after : keysOf(raw)
}

function checkTasks(
  tasks: readonly TaskEntry[],
  types: readonly string[],
  isWrong: (task: string, field: string) => boolean,
  problems: ProblemList,
): void {
  const known = new Set(types)
  for (const { name, fields } of tasks) {
    const type = fields.type ?? name
    if (!known.has(type) && !isWrong(name, 'type'))
      problems.addAt(['tasks', name, 'type'], `there is no type ${type}${didYouMean(type, types)}`)
    const isWorkWrong = isWrong(name, 'work') || isWrong(name, 'times')
    if (fields.work === undefined && fields.times === undefined && !isWorkWrong)
      problems.addAt(['tasks', name], 'it has neither work, in million instructions, nor times by host')
  }
}

function edgesTo({ name, fields, after }: TaskEntry): FileEdge[] {
  const path = ['tasks', name, 'after']
  return after.map((from, index) => {
    const how = fields.after
    if (typeof how === 'string') return { from, to: name, data: 0, place: path }
    if (Array.isArray(how)) return { from, to: name, data: 0, place: [...path, index] }
    return { from, to: name, data: how[from] as number, place: [...path, from] }
  })
}

function taskOf({ name, fields: { type, work, times, usage, input, demands } }: TaskEntry): Task {
  return {
    name,
    type: type ?? name,
    work: work ?? 0,
    times,
    usage,
    input,
    demands: { architecture: demands.architecture, labels: demands.labels },
  }
}
