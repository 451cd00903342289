import { ModelError, type Problem, type Schedule } from '../model/index.ts'

/** A schedule by number. */
export interface Plan {
  readonly release: number
  /** Of each task. */
  readonly vcpu: Int32Array
  readonly start: Float64Array
  readonly finish: Float64Array
  /** Tasks by start; of equals, one after its predecessors. */
  readonly order: readonly number[]
  /** By the layer's place, see Images. */
  readonly downloads: ReadonlyMap<number, { readonly type: string; readonly start: number }>
}

/** @throws ModelError where the schedule names what is not there, or leaves a task out or has it twice */
export function planOf(problem: Problem, { tasks, downloads, release }: Schedule): Plan {
  const { machine, workflow, taskCount } = problem
  const numbers = new Map(workflow.tasks.map(({ name }, number) => [name, number]))
  const vcpu = new Int32Array(taskCount).fill(-1)
  const start = new Float64Array(taskCount)
  const finish = new Float64Array(taskCount)
  for (const scheduled of tasks) {
    const task = numbers.get(scheduled.task)
    if (task === undefined)
      throw new ModelError(`the schedule has task ${scheduled.task}, which is not in the workflow`)
    if (vcpu[task] !== -1) throw new ModelError(`the schedule has task ${scheduled.task} twice`)
    vcpu[task] = machine.vcpuNumber(scheduled.vcpu)
    start[task] = scheduled.start
    finish[task] = scheduled.finish
  }
  const without = vcpu.indexOf(-1)
  if (without >= 0) throw new ModelError(`the schedule leaves out task ${workflow.tasks[without]?.name}`)
  const layers = new Map(problem.layers.map((name, number) => [name, number]))
  return {
    release,
    vcpu,
    start,
    finish,
    order: byStart(problem, start, finish),
    downloads: new Map(
      downloads.map(({ node, layer, type, start }) => {
        const number = layers.get(layer)
        if (number === undefined)
          throw new ModelError(`the schedule downloads layer ${layer}, which is not there`)
        return [machine.nodeNumber(node) * layers.size + number, { type, start }]
      }),
    ),
  }
}

/** Tasks that take no time may start together with what comes after them, hence the other keys. */
function byStart({ order }: Problem, start: Float64Array, finish: Float64Array): number[] {
  return [...order].sort(
    (a, b) => (start[a] as number) - (start[b] as number) || (finish[a] as number) - (finish[b] as number),
  )
}
