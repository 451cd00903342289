import type {
  Occupation,
  Platform,
  Schedule,
  ScheduledTask,
  ScheduleOptions,
  Workflow,
} from '../model/index.ts'
import { sentAt, type Where, whereIs } from './where.ts'

/** What decided when a task starts. */
export interface Wait {
  readonly task: string
  /**
   * `nothing`: it starts at the release, or later than it had to. `input`: from the file server. `data`: of a predecessor, also on
   * the same host. `image`: its download. `vcpu`: the task before on its vCPU. `cap`: that of its core.
   */
  readonly kind: 'nothing' | 'input' | 'data' | 'image' | 'vcpu' | 'cap'
  /**
   * The predecessor, the type of the image, the task before on the vCPU, or the task whose end left the core room. Not there with
   * `nothing` and `input`, and where it is another workflow's.
   */
  readonly of?: string
}

/** Of a time, as it may be off by rounding. */
const RELATIVE_TOLERANCE = 1e-12

/** Seconds. */
const ABSOLUTE_TOLERANCE = 1e-9

/**
 * What each task waits for, in the order of the workflow. Where several things come at once, data counts before input, input before
 * image, and these before vCPU and cap.
 * @param options with the occupation that the schedule was made with
 * @throws ModelError where the schedule is not of this workflow and platform
 */
export function waitsFor(
  workflow: Workflow,
  platform: Platform,
  schedule: Schedule,
  { occupation }: Pick<ScheduleOptions, 'occupation'> = {},
): Wait[] {
  const where = whereIs(workflow, platform, schedule)
  const arrivals = arrivalsOf(schedule, occupation)
  const ends = endsOf(where, occupation)
  return workflow.tasks.map(({ name, type, input }, task) => {
    const { start } = where.runs[task] as ScheduledTask
    const ready = readyBy(where, schedule, task, input)
    const image = imageThere(where, workflow, arrivals, task)
    const needed =
      image !== undefined && isAfter(image, ready.time) ? { kind: 'image' as const, of: type } : ready
    const time = Math.max(ready.time, image ?? ready.time)
    if (isAfter(start, time)) return { task: name, ...roomAt(where, ends, task, start) }
    if (!isAfter(time, schedule.release)) return { task: name, kind: 'nothing' }
    return { task: name, kind: needed.kind, ...(needed.of === undefined ? {} : { of: needed.of }) }
  })
}

function isAfter(a: number, b: number): boolean {
  return a - b > Math.max(ABSOLUTE_TOLERANCE, RELATIVE_TOLERANCE * Math.abs(a))
}

/** When input and the data of all predecessors are there, and which comes last. */
function readyBy(
  where: Where,
  schedule: Schedule,
  task: number,
  input: number,
): { readonly time: number; readonly kind: Wait['kind']; readonly of?: string } {
  const { machine, host, fileServer, runs } = where
  const to = host[task] as number
  const { first, task: neighbour, data } = where.graph.predecessors
  let time = schedule.release
  let last = -1
  for (let i = first[task] as number; i < (first[task + 1] as number); i++) {
    const before = neighbour[i] as number
    const way = (data[i] as number) * machine.secondsPerMb(host[before] as number, to)
    const there = sentAt(where, schedule, before) + way
    if (last >= 0 && there <= time) continue
    time = there
    last = before
  }
  if (input > 0 && fileServer >= 0) {
    const there = schedule.release + input * machine.secondsPerMb(fileServer, to)
    if (isAfter(there, time)) return { time: there, kind: 'input' }
  }
  return last < 0 ? { time, kind: 'nothing' } : { time, kind: 'data', of: (runs[last] as ScheduledTask).task }
}

/** Of each node, when layers come to it. Seconds. */
type Arrivals = ReadonlyMap<string, ReadonlyMap<string, number>>

function arrivalsOf({ downloads }: Schedule, occupation: Occupation | undefined): Arrivals {
  const arrivals = new Map<string, Map<string, number>>()
  for (const { node, layer, finish } of [...downloads, ...(occupation?.layers ?? [])]) {
    const own = arrivals.get(node) ?? new Map<string, number>()
    arrivals.set(node, own)
    own.set(layer, Math.min(finish, own.get(layer) ?? Number.POSITIVE_INFINITY))
  }
  return arrivals
}

/**
 * When the last layer of a task's image comes to its node; undefined where all are there from the start. What comes after the task's
 * start is no layer that it waits for.
 */
function imageThere({ machine, vcpu, runs }: Where, workflow: Workflow, arrivals: Arrivals, task: number) {
  const node = machine.nodes[machine.vcpuNode[vcpu[task] as number] as number] as string
  const own = arrivals.get(node)
  if (own === undefined) return undefined
  const run = runs[task] as ScheduledTask
  const type = workflow.types.find(({ name }) => name === run.type)
  const times = (type?.layers ?? [])
    .flatMap(({ name }) => own.get(name) ?? [])
    .filter((time) => !isAfter(time, run.start))
  return times.length === 0 ? undefined : Math.max(...times)
}

/** A task's end, of another workflow where it has no name. */
interface End {
  readonly task: string | undefined
  readonly vcpu: number
  readonly finish: number
}

/** The ends of what runs on each core, in ascending order. */
type Ends = ReadonlyMap<number, readonly End[]>

function endsOf({ machine, runs, vcpu }: Where, occupation: Occupation | undefined): Ends {
  const ends = new Map<number, End[]>()
  const add = (end: End): void => {
    const core = machine.vcpuCore[end.vcpu] as number
    const own = ends.get(core)
    if (own === undefined) ends.set(core, [end])
    else own.push(end)
  }
  // What takes no time is in nothing's way.
  for (const [number, { task, start, finish }] of runs.entries()) {
    if (finish > start) add({ task, vcpu: vcpu[number] as number, finish })
  }
  for (const { vcpu: name, finish } of occupation?.tasks ?? []) {
    add({ task: undefined, vcpu: machine.vcpuNumber(name), finish })
  }
  for (const own of ends.values()) own.sort((a, b) => a.finish - b.finish)
  return ends
}

/** Whose end at a task's start left room for it. */
function roomAt(
  { machine, vcpu }: Where,
  ends: Ends,
  task: number,
  start: number,
): { kind: Wait['kind']; of?: string } {
  const own = vcpu[task] as number
  const onCore = ends.get(machine.vcpuCore[own] as number) ?? []
  let low = 0
  let high = onCore.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (isAfter(start, (onCore[middle] as End).finish)) low = middle + 1
    else high = middle
  }
  let found: { kind: Wait['kind']; of?: string } = { kind: 'nothing' }
  for (let i = low; i < onCore.length; i++) {
    const { task: of, vcpu: place, finish } = onCore[i] as End
    if (isAfter(finish, start)) break
    if (place === own) return { kind: 'vcpu', ...(of === undefined ? {} : { of }) }
    if (found.kind === 'nothing') found = { kind: 'cap', ...(of === undefined ? {} : { of }) }
  }
  return found
}
