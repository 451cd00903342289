import { type Algorithm, schedule } from '../algorithms/index.ts'
import {
  InfeasibleError,
  NO_DEMANDS,
  type Platform,
  type ScheduleOptions,
  type Task,
  type Workflow,
} from '../model/index.ts'
import { DONE, PENDING, type Progress, RUNNING, type Run } from './progress.ts'
import type { Supply } from './supply.ts'

/** New places for tasks that are left, or why there are none. */
export type Replan =
  | { readonly isFeasible: true; readonly tasks: readonly { task: number; vcpu: number; start: number }[] }
  | { readonly isFeasible: false; readonly reason: string }

export interface Situation {
  readonly progress: Progress
  readonly supply: Supply
  /** Not before the workflow came. Seconds. */
  readonly now: number
}

/** Schedules what is left on what is left. What runs, and where finished tasks' outputs are, is fixed. */
export function replan(situation: Situation, algorithm: Algorithm, seed: number): Replan {
  const { progress, now } = situation
  const { workflow, machine, policy } = progress.problem
  const blocked = tasksWithoutInput(progress)
  if (blocked.length > 0) {
    const reason = `the file server is gone, and these tasks have no input: ${blocked.join(', ')}`
    return { isFeasible: false, reason }
  }
  const left = progress.tasks(PENDING)
  const { rest, fixed } = restOf(situation)
  const layers = layersOf(situation)
  const platform = livingPart(machine.platform, progress.isDead)
  try {
    const { tasks } = schedule(algorithm, rest, platform, {
      policy,
      seed,
      release: now,
      fixed,
      occupation: { tasks: [], layers },
    })
    const numbers = new Map(left.map((task) => [workflow.tasks[task]?.name, task]))
    return {
      isFeasible: true,
      tasks: tasks.flatMap(({ task, vcpu, start }) => {
        const number = numbers.get(task)
        return number === undefined ? [] : [{ task: number, vcpu: machine.vcpuNumber(vcpu), start }]
      }),
    }
  } catch (error) {
    if (error instanceof InfeasibleError) return { isFeasible: false, reason: error.message }
    throw error
  }
}

/** Names of the tasks that need a file server that is gone. */
function tasksWithoutInput({ problem, inputAt, isDead, state }: Progress): string[] {
  const { workflow, machine } = problem
  const server = machine.hostNumber(machine.platform.fileServer ?? '')
  if (server < 0 || isDead[server] === 0) return []
  return workflow.tasks.flatMap(({ name, input }, task) =>
    state[task] === PENDING && input > 0 && isDead[inputAt[task] as number] !== 0 ? [name] : [],
  )
}

/**
 * A failed host computes nothing and serves nothing. As a file server it keeps its name, since tasks that have their input, or
 * run, need it no more.
 */
function livingPart(platform: Platform, isDead: Uint8Array): Platform {
  const dead = new Set(platform.hosts.filter((_, host) => isDead[host] === 1).map(({ name }) => name))
  const { repository } = platform
  return {
    ...platform,
    hosts: platform.hosts.map((host) =>
      dead.has(host.name) ? { ...host, sockets: [], machines: [] } : host,
    ),
    repository: repository !== undefined && dead.has(repository) ? undefined : repository,
  }
}

/** The type of what is fixed: it needs no image any more. */
const FIXED_TYPE = { layers: [], architectures: undefined }

/** What is left as a workflow of its own, where each output that is there is a fixed task on the host that has it. */
function restOf({ progress, now }: Situation): { rest: Workflow; fixed: ScheduleOptions['fixed'] } {
  const { problem, state } = progress
  const { workflow, predecessors, machine } = problem
  const names = new Names([...workflow.tasks, ...workflow.types])
  const type = names.fresh('fixed')
  const tasks: Task[] = []
  const edges: Workflow['edges'][number][] = []
  const fixed: NonNullable<ScheduleOptions['fixed']>[number][] = []
  const fix = (name: string, usage: number, vcpu: number, start: number, finish: number): void => {
    tasks.push({ name, type, work: 0, times: undefined, usage, input: 0, demands: NO_DEMANDS })
    fixed.push({ task: name, vcpu: machine.vcpus[vcpu] as string, start, finish })
  }
  const sources = new Map<string, string>()
  const source = (before: number, edge: number): string => {
    const host = progress.source(edge)
    const key = `${before} ${host}`
    const known = sources.get(key)
    if (known !== undefined) return known
    const name = names.fresh(`output of ${workflow.tasks[before]?.name} on ${machine.hosts[host]?.name}`)
    sources.set(key, name)
    fix(name, 0, machine.vcpuHost.indexOf(host), now, now)
    return name
  }
  for (const [task, its] of workflow.tasks.entries()) {
    if (state[task] === DONE) continue
    if (state[task] === RUNNING) {
      const { vcpu, start } = progress.run[task] as Run
      // How long it really takes nobody knows yet.
      const finish = Math.max(now, start + problem.execution(task, vcpu))
      fix(its.name, its.usage, vcpu, start, finish)
      continue
    }
    tasks.push(its)
    for (
      let edge = predecessors.first[task] as number;
      edge < (predecessors.first[task + 1] as number);
      edge++
    ) {
      const before = predecessors.task[edge] as number
      const isThere = progress.source(edge) >= 0
      const from = isThere ? source(before, edge) : (workflow.tasks[before] as Task).name
      edges.push({ from, to: its.name, data: predecessors.data[edge] as number })
    }
  }
  const types = [...workflow.types, { name: type, ...FIXED_TYPE }]
  return { rest: { name: workflow.name, types, tasks, edges }, fixed }
}

/** Layers that living nodes have, or are fetching now, with the time that the fetching takes alone. */
function layersOf({ progress, supply, now }: Situation): {
  node: string
  layer: string
  finish: number
}[] {
  const { machine, layers, downloadSecondsPerMb, holds } = progress.problem
  const known: { node: string; layer: string; finish: number }[] = []
  const add = (place: number, finish: number): void => {
    const number = place % layers.length
    const node = (place - number) / layers.length
    known.push({ node: machine.nodes[node] as string, layer: layers[number] as string, finish })
  }
  for (const [node, host] of machine.nodeHost.entries()) {
    if (progress.isDead[host] === 1) continue
    for (let place = node * layers.length; place < (node + 1) * layers.length; place++) {
      if (holds[place] === 0 && supply.images.isLayerThere(place)) add(place, now)
    }
  }
  for (const { cargo, subject, start, size } of supply.transport.underWay()) {
    if (cargo !== 'layer') continue
    const node = Math.floor(subject / layers.length)
    add(subject, Math.max(now, start + size * (downloadSecondsPerMb[node] as number)))
  }
  return known
}

/** Names that nothing else has. */
class Names {
  readonly #taken: Set<string>

  constructor(things: readonly { readonly name: string }[]) {
    this.#taken = new Set(things.map(({ name }) => name))
  }

  fresh(wish: string): string {
    let name = wish
    while (this.#taken.has(name)) name += "'"
    this.#taken.add(name)
    return name
  }
}
