import type { Problem } from '../model/index.ts'

export const PENDING = 0
export const RUNNING = 1
export const DONE = 2

/** An execution of a task, to its end or not. */
export interface Run {
  /** In `runs`. */
  readonly number: number
  readonly task: number
  readonly vcpu: number
  readonly start: number
  finish: number
  isLost: boolean
}

/** A finished task whose output was lost and is needed again. */
export interface LostOutput {
  readonly task: number
  readonly run: Run
  readonly time: number
}

/** How far a workflow has come. Edges are numbered as in `problem.predecessors`. Hosts by number, -1 for none. */
export class Progress {
  readonly problem: Problem
  /** Of each task: PENDING, RUNNING or DONE. */
  readonly state: Uint8Array
  /** Where each task is to run, runs, or ran. */
  readonly vcpu: Int32Array
  /** Of each task that runs or is done, the last run. */
  readonly run: (Run | undefined)[]
  readonly runs: Run[] = []
  readonly attempts: Int32Array
  /** The consumer's host that has an edge's data. */
  readonly edgeAt: Int32Array
  /** The host that has a task's input from the file server. */
  readonly inputAt: Int32Array
  /** The edge by its position in `problem.successors`. */
  readonly outEdge: Int32Array
  readonly isDead: Uint8Array
  readonly lostOutputs: LostOutput[] = []

  constructor(problem: Problem) {
    const { taskCount, predecessors, machine } = problem
    this.problem = problem
    this.state = new Uint8Array(taskCount)
    this.vcpu = new Int32Array(taskCount).fill(-1)
    this.run = Array.from({ length: taskCount }, () => undefined)
    this.attempts = new Int32Array(taskCount)
    this.edgeAt = new Int32Array(predecessors.task.length).fill(-1)
    this.inputAt = new Int32Array(taskCount).fill(-1)
    this.outEdge = numberEdges(problem)
    this.isDead = new Uint8Array(machine.hosts.length)
  }

  /** The host of a task's vCPU. */
  host(task: number): number {
    return this.problem.machine.vcpuHost[this.vcpu[task] as number] as number
  }

  /** The task that an edge leads to. */
  consumer(edge: number): number {
    const { first } = this.problem.predecessors
    let low = 0
    let high = first.length - 1
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if ((first[middle] as number) <= edge) low = middle
      else high = middle
    }
    return low
  }

  /** A living host that has an edge's data; -1 where there is none. */
  source(edge: number): number {
    const before = this.problem.predecessors.task[edge] as number
    if (this.state[before] === DONE && this.isDead[this.host(before)] === 0) return this.host(before)
    return this.hasCopy(edge) ? (this.edgeAt[edge] as number) : -1
  }

  /** Whether an edge's data is on a living host that it was sent to. */
  hasCopy(edge: number): boolean {
    const host = this.edgeAt[edge] as number
    return host >= 0 && this.isDead[host] === 0
  }

  begin(task: number, start: number, finish: number): Run {
    const number = this.runs.length
    const run: Run = { number, task, vcpu: this.vcpu[task] as number, start, finish, isLost: false }
    this.state[task] = RUNNING
    this.run[task] = run
    this.attempts[task] = (this.attempts[task] as number) + 1
    this.runs.push(run)
    return run
  }

  /** Of the tasks in a state, in ascending order. */
  tasks(state: number): number[] {
    const found: number[] = []
    for (const [task, its] of this.state.entries()) if (its === state) found.push(task)
    return found
  }

  /** Takes note that a host is gone: what ran there is pending again, and what was made there and is needed. */
  fail(host: number, now: number): Run[] {
    this.isDead[host] = 1
    const broken = this.tasks(RUNNING).filter((task) => this.host(task) === host)
    const lost = broken.map((task) => this.run[task] as Run)
    for (const run of lost) {
      run.isLost = true
      run.finish = now
      this.state[run.task] = PENDING
    }
    // From the end of the workflow, as what is to be made again needs its own predecessors' outputs.
    const { order } = this.problem
    for (let at = order.length - 1; at >= 0; at--) {
      const task = order[at] as number
      if (this.state[task] !== DONE || !this.#isMissed(task)) continue
      this.state[task] = PENDING
      this.lostOutputs.push({ task, run: this.run[task] as Run, time: now })
    }
    return lost
  }

  #isMissed(task: number): boolean {
    if (this.isDead[this.host(task)] === 0) return false
    const { first, task: successor } = this.problem.successors
    for (let i = first[task] as number; i < (first[task + 1] as number); i++) {
      if (this.state[successor[i] as number] !== PENDING) continue
      if (this.source(this.outEdge[i] as number) < 0) return true
    }
    return false
  }
}

function numberEdges({ workflow, predecessors, successors, taskCount }: Problem): Int32Array {
  const numbers = new Map(workflow.tasks.map(({ name }, number) => [name, number]))
  const nextIn = predecessors.first.slice(0, taskCount)
  const nextOut = successors.first.slice(0, taskCount)
  const edges = new Int32Array(workflow.edges.length)
  for (const { from, to } of workflow.edges) {
    const [before, after] = [numbers.get(from) as number, numbers.get(to) as number]
    edges[nextOut[before] as number] = nextIn[after] as number
    nextOut[before] = (nextOut[before] as number) + 1
    nextIn[after] = (nextIn[after] as number) + 1
  }
  return edges
}
