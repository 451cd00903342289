import type { Placement } from '../../placement/index.ts'
import { earliestFinishVcpu, inPriorityOrder } from '../list.ts'
import type { Algorithm } from '../scheduler.ts'
import { Levels } from './levels.ts'
import { PhaseOne } from './phase-one.ts'

/** SF-CUV (after Kanemitsu et al.): clusters give each task a vCPU; then tasks are ordered, and moved to be shared. */
export const sfCuv: Algorithm = {
  name: 'sf-cuv',
  title: 'SF-CUV',
  summary: 'SF clustering for utilizing vCPUs: clusters first, then moves tasks to share instances',
  fill(placement) {
    const holders = new Holders(placement)
    fillInOrder(placement, (task, allocated) => {
      const vcpu = sharedOrLocal(placement, holders, task, allocated)
      holders.add(task, vcpu)
      return vcpu
    })
  },
}

/** SF-CUV in which each task stays on the vCPU of its cluster. */
export const cuvFix: Algorithm = {
  name: 'cuv-fix',
  title: 'CUV-FIX',
  summary: 'SF-CUV without its second phase: each task stays on the vCPU of its cluster',
  fill: (placement) => fillInOrder(placement, (_, allocated) => allocated),
}

/**
 * SF ordering and re-allocation (phase II): the ready task with the largest tlevel + blevel comes next. Levels are those of
 * the vCPUs allocated in phase I, but for the tlevel of a task that becomes ready, which is when its data is there.
 */
function fillInOrder(placement: Placement, choose: (task: number, allocated: number) => number): void {
  const { problem } = placement
  const allocated = new PhaseOne(placement).run()
  // Communication inside a cluster costs nothing because it is on one vCPU.
  const { blevel } = new Levels(problem, { cluster: allocated, vcpu: allocated }, () => {})
  inPriorityOrder(
    placement,
    (task) => {
      const host = problem.machine.vcpuHost[allocated[task] as number] as number
      return placement.dataReady(task, host) + (blevel[task] as number)
    },
    (task) => placement.place(task, choose(task, allocated[task] as number)),
  )
}

/**
 * The better of the best vCPU that holds an instance of the task's type and the best on the host of phase I, the former on a
 * tie; the best of all where no vCPU holds an instance.
 */
function sharedOrLocal(placement: Placement, holders: Holders, task: number, allocated: number): number {
  const { problem } = placement
  const candidates = problem.candidates(task)
  const shared = holders.of(task).filter((vcpu) => vcpu !== allocated && candidates.includes(vcpu))
  if (shared.length === 0) return earliestFinishVcpu(placement, task, candidates)
  const { vcpuHost } = problem.machine
  const local = candidates.filter((vcpu) => vcpuHost[vcpu] === vcpuHost[allocated])
  return earliestFinishVcpu(placement, task, [...shared, ...local])
}

/** The vCPUs that hold an instance of each type. */
class Holders {
  readonly #types: Int32Array
  readonly #vcpus = new Map<number, Set<number>>()

  constructor({ problem, vcpu }: Placement) {
    this.#types = problem.taskType
    for (const [task, placed] of vcpu.entries()) if (placed >= 0) this.add(task, placed)
  }

  add(task: number, vcpu: number): void {
    const type = this.#types[task] as number
    const holders = this.#vcpus.get(type)
    if (holders === undefined) this.#vcpus.set(type, new Set([vcpu]))
    else holders.add(vcpu)
  }

  /** In ascending order. */
  of(task: number): number[] {
    return [...(this.#vcpus.get(this.#types[task] as number) ?? [])].sort((a, b) => a - b)
  }
}
