import { ModelError } from './errors.ts'
import { numbered } from './machine.ts'
import type { Workflow } from './workflow.ts'

/** The neighbours of tasks in one direction: those of task t stand from `first[t]` to before `first[t + 1]`. */
export interface Neighbours {
  readonly first: Int32Array
  readonly task: Int32Array
  /** Megabytes on the edge. */
  readonly data: Float64Array
}

/** A workflow's graph by number: tasks from 0, in the order of the workflow. */
export interface Graph {
  readonly predecessors: Neighbours
  readonly successors: Neighbours
  /** Each task after its predecessors; among those that could come next, the one with the lowest number. */
  readonly order: Int32Array
}

/** @throws ModelError where an edge leads nowhere or round */
export function graphOf({ tasks, edges }: Workflow): Graph {
  const numbers = numbered('task', tasks)
  const find = (name: string): number => {
    const number = numbers.get(name)
    if (number === undefined) throw new ModelError(`an edge names task ${name}, which is not there`)
    return number
  }
  const pairs = edges.map(({ from, to, data }) => ({ from: find(from), to: find(to), data }))
  const successors = neighbours(
    tasks.length,
    pairs.map(({ from, to, data }) => [from, to, data]),
  )
  const predecessors = neighbours(
    tasks.length,
    pairs.map(({ from, to, data }) => [to, from, data]),
  )
  const order = topologicalOrder(predecessors, successors)
  if (order.length < tasks.length) {
    const done = new Set(order)
    const left = tasks.filter((_, number) => !done.has(number)).map(({ name }) => name)
    throw new ModelError(`the edges lead round in a circle among ${left.slice(0, 10).join(', ')}`)
  }
  return { predecessors, successors, order }
}

function neighbours(
  count: number,
  pairs: readonly (readonly [at: number, task: number, data: number])[],
): Neighbours {
  const first = new Int32Array(count + 1)
  for (const [at] of pairs) first[at + 1] = (first[at + 1] as number) + 1
  for (let t = 0; t < count; t++) first[t + 1] = (first[t + 1] as number) + (first[t] as number)
  const next = first.slice()
  const task = new Int32Array(pairs.length)
  const data = new Float64Array(pairs.length)
  for (const [at, other, size] of pairs) {
    const position = next[at] as number
    next[at] = position + 1
    task[position] = other
    data[position] = size
  }
  return { first, task, data }
}

function topologicalOrder(predecessors: Neighbours, successors: Neighbours): Int32Array {
  const count = predecessors.first.length - 1
  const waits = new Int32Array(count)
  const ready = new ReadyTasks()
  for (let t = 0; t < count; t++) {
    waits[t] = (predecessors.first[t + 1] as number) - (predecessors.first[t] as number)
    if (waits[t] === 0) ready.push(t, -t)
  }
  const order: number[] = []
  for (let t = ready.pop(); t !== undefined; t = ready.pop()) {
    order.push(t)
    for (let i = successors.first[t] as number; i < (successors.first[t + 1] as number); i++) {
      const next = successors.task[i] as number
      waits[next] = (waits[next] as number) - 1
      if (waits[next] === 0) ready.push(next, -next)
    }
  }
  return Int32Array.from(order)
}

/** Tasks by priority, in a binary heap: the highest comes first, of equals the one with the lowest number. */
export class ReadyTasks {
  readonly #tasks: number[] = []
  readonly #priorities: number[] = []

  get size(): number {
    return this.#tasks.length
  }

  push(task: number, priority: number): void {
    let at = this.#tasks.length
    while (at > 0) {
      const above = (at - 1) >> 1
      if (!this.#isBefore(task, priority, above)) break
      this.#move(above, at)
      at = above
    }
    this.#tasks[at] = task
    this.#priorities[at] = priority
  }

  pop(): number | undefined {
    const top = this.#tasks[0]
    const task = this.#tasks.pop()
    const priority = this.#priorities.pop()
    if (task === undefined || priority === undefined || this.#tasks.length === 0) return top
    let at = 0
    for (;;) {
      let below = 2 * at + 1
      if (below >= this.#tasks.length) break
      if (below + 1 < this.#tasks.length && this.#isBeforeAt(below + 1, below)) below++
      if (this.#isBefore(task, priority, below)) break
      this.#move(below, at)
      at = below
    }
    this.#tasks[at] = task
    this.#priorities[at] = priority
    return top
  }

  #isBefore(task: number, priority: number, at: number): boolean {
    const other = this.#priorities[at] as number
    return priority > other || (priority === other && task < (this.#tasks[at] as number))
  }

  #isBeforeAt(a: number, b: number): boolean {
    return this.#isBefore(this.#tasks[a] as number, this.#priorities[a] as number, b)
  }

  #move(from: number, to: number): void {
    this.#tasks[to] = this.#tasks[from] as number
    this.#priorities[to] = this.#priorities[from] as number
  }
}
