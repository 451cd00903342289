import { z } from 'zod'
import {
  checkCount,
  checkSize,
  didYouMean,
  type Path,
  type ProblemList,
  validate,
} from '../../files/index.ts'
import { DEFAULT_USAGE, NO_DEMANDS, type SfType, type Task, type Workflow } from '../model/index.ts'
import { baseName } from './base-name.ts'
import { type FileEdge, readEdges } from './edges.ts'
import { amount, name } from './fields.ts'
import { DEFAULT_IMPORT_IMAGE, DEFAULT_IMPORT_SPEED, type ImportOptions } from './import-options.ts'
import { jsonSource } from './json-source.ts'
import { limitsOf } from './limits.ts'

const BYTES_PER_MB = 1e6

const specification = z.object({
  tasks: z.array(
    z.object({
      name: z.string().optional(),
      id: name(),
      category: z.string().optional(),
      parents: z.array(z.string()).default([]),
      children: z.array(z.string()).default([]),
      inputFiles: z.array(z.string()).default([]),
      outputFiles: z.array(z.string()).default([]),
    }),
  ),
  files: z.array(z.object({ id: z.string(), sizeInBytes: z.number().min(0) })).default([]),
})

const execution = z.object({
  tasks: z.array(
    z.object({
      id: z.string(),
      runtimeInSeconds: amount(),
      avgCPU: z.number().min(0).optional(),
      command: z.object({ program: z.string().optional() }).optional(),
    }),
  ),
})

/** What is used of WfFormat 1.5. */
const wfFormat = z.object({
  name: z.string().optional(),
  workflow: z.object({ specification, execution }),
})

type Specification = z.output<typeof specification>
type Run = z.output<typeof execution>['tasks'][number]

/** Where the lists stand in a file. */
const TASKS: Path = ['workflow', 'specification', 'tasks']
const RUNS: Path = ['workflow', 'execution', 'tasks']
const FILES: Path = ['workflow', 'specification', 'files']

/**
 * Reads a trace of WfCommons in WfFormat 1.5 (Coleman et al. 2022).
 * - SF type: the program that ran; if that is not told, the task's category, or its name without the number at its end.
 * - Work: run time x `speed`, whatever machine it ran on. Usage: mean CPU usage, within 1 to 100 %.
 * - Data: the files that the one task writes and the other reads. Files that no task writes are input from the file server.
 * - Images: `image` MB for each type, which the format knows nothing of.
 * @param file its name, for what is said of it
 * @throws FileError
 */
export function parseWfFormat(text: string, file: string, options: ImportOptions = {}): Workflow {
  const limits = limitsOf(options)
  checkSize(text, file, limits.bytes)
  const source = jsonSource(text, file)
  const { problems } = source
  const { data } = validate(wfFormat, source)
  problems.throwIfAny()
  const { specification, execution } = (data as z.output<typeof wfFormat>).workflow
  checkCount(specification.tasks.length, limits.tasks, 'tasks', problems)
  checkDoubles(
    specification.tasks.map(({ id }) => id),
    TASKS,
    problems,
  )
  checkDoubles(
    execution.tasks.map(({ id }) => id),
    RUNS,
    problems,
  )
  const flow = new FileFlow(specification, problems)
  const tasks = readTasks(specification, execution.tasks, flow, options, problems)
  const edges = edgesOf(specification, flow)
  checkCount(edges.length, limits.edges, 'edges', problems)
  const sorted = readEdges(
    specification.tasks.map(({ id }) => id),
    edges,
    problems,
  )
  problems.throwIfAny()
  return {
    name: data?.name ?? baseName(file),
    types: typesOf(tasks, options.image ?? DEFAULT_IMPORT_IMAGE),
    tasks,
    edges: sorted,
  }
}

function checkDoubles(ids: readonly string[], list: Path, problems: ProblemList): void {
  const seen = new Set<string>()
  for (const [index, id] of ids.entries()) {
    if (seen.has(id)) problems.addAt([...list, index, 'id'], `there are two with the name ${id}`)
    seen.add(id)
  }
}

/** Which task writes and reads which file. */
class FileFlow {
  /** Megabytes by file. */
  readonly #sizes = new Map<string, number>()
  readonly #written = new Map<string, ReadonlySet<string>>()
  readonly #read = new Map<string, ReadonlySet<string>>()
  readonly #made = new Set<string>()

  constructor({ tasks, files }: Specification, problems: ProblemList) {
    checkDoubles(
      files.map(({ id }) => id),
      FILES,
      problems,
    )
    for (const { id, sizeInBytes } of files) this.#sizes.set(id, sizeInBytes / BYTES_PER_MB)
    for (const [index, { id, inputFiles, outputFiles }] of tasks.entries()) {
      this.#written.set(id, new Set(outputFiles))
      this.#read.set(id, new Set(inputFiles))
      for (const one of outputFiles) this.#made.add(one)
      for (const field of ['inputFiles', 'outputFiles'] as const) {
        for (const [at, one] of (field === 'inputFiles' ? inputFiles : outputFiles).entries()) {
          if (!this.#sizes.has(one))
            problems.addAt(
              [...TASKS, index, field, at],
              `there is no file ${one}${didYouMean(one, this.#sizes.keys())}`,
            )
        }
      }
    }
  }

  /** Megabytes that one task gives another. */
  between(from: string, to: string): number {
    return this.#sum(this.#read.get(to), (one) => this.#written.get(from)?.has(one) === true)
  }

  /** Megabytes of what a task reads and none writes. */
  input(task: string): number {
    return this.#sum(this.#read.get(task), (one) => !this.#made.has(one))
  }

  #sum(files: Iterable<string> = [], counts: (file: string) => boolean): number {
    let sum = 0
    for (const one of files) if (counts(one)) sum += this.#sizes.get(one) ?? 0
    return sum
  }
}

function readTasks(
  { tasks }: Specification,
  runs: readonly Run[],
  flow: FileFlow,
  { speed = DEFAULT_IMPORT_SPEED, input = true }: ImportOptions,
  problems: ProblemList,
): Task[] {
  const byTask = new Map(runs.map((run) => [run.id, run]))
  const known = new Set(tasks.map(({ id }) => id))
  for (const [index, { id }] of runs.entries()) {
    if (!known.has(id))
      problems.addAt([...RUNS, index, 'id'], `there is no task ${id}${didYouMean(id, known)}`)
  }
  return tasks.map(({ id, name, category }, index) => {
    const run = byTask.get(id)
    if (run === undefined)
      problems.addAt([...TASKS, index], `task ${id} has no run time under workflow.execution.tasks`)
    return {
      name: id,
      type: run?.command?.program || category || (name ?? id).replace(/_(ID)?\d+$/, ''),
      work: (run?.runtimeInSeconds ?? 0) * speed,
      times: undefined,
      usage: run?.avgCPU === undefined ? DEFAULT_USAGE : Math.min(100, Math.max(1, run.avgCPU)),
      input: input ? flow.input(id) : 0,
      demands: NO_DEMANDS,
    }
  })
}

/** Each edge stands in the file at both its ends, or at one. */
function edgesOf({ tasks }: Specification, flow: FileFlow): FileEdge[] {
  const pairs = new Map<string, Set<string>>()
  const edges: FileEdge[] = []
  const add = (from: string, to: string, place: Path): void => {
    const known = pairs.get(from) ?? new Set()
    pairs.set(from, known.add(to))
    edges.push({ from, to, data: flow.between(from, to), place })
  }
  for (const [index, { id, parents }] of tasks.entries()) {
    for (const [at, parent] of parents.entries()) add(parent, id, [...TASKS, index, 'parents', at])
  }
  for (const [index, { id, children }] of tasks.entries()) {
    for (const [at, child] of children.entries()) {
      if (!pairs.get(id)?.has(child)) add(id, child, [...TASKS, index, 'children', at])
    }
  }
  return edges
}

function typesOf(tasks: readonly Task[], image: number): SfType[] {
  return [...new Set(tasks.map(({ type }) => type))].map((type) => ({
    name: type,
    layers: image === 0 ? [] : [{ name: type, size: image }],
    architectures: undefined,
  }))
}
