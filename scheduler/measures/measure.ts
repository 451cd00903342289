import { type Platform, Problem, type Schedule, type Workflow } from '../model/index.ts'

/** What is reported of a schedule. A ratio of which the lower part is 0, as with an empty workflow, is 0. */
export interface Measures {
  /** Response time, in seconds. */
  readonly makespan: number
  /**
   * Schedule length ratio: makespan / length of the critical path. Its length is execution time at the mean speed, without
   * communication or downloads, so that it is the same whatever the platform's links.
   */
  readonly slr: number
  /** Time of the whole workflow on the one vCPU that would be fastest with it, whatever tasks demand, / makespan. */
  readonly speedUp: number
  /** Speed-up / vCPUs used. */
  readonly efficiency: number
  readonly vcpusUsed: number
  readonly hostsUsed: number
  /** Distinct types on each vCPU, summed. */
  readonly instances: number
  /** Degree of SF sharing: tasks / instances. */
  readonly sharing: number
  /** Megabytes from the SF repository. */
  readonly downloaded: number
  /**
   * Of the instance, not of the schedule: mean communication time of an edge at the mean bandwidth / mean execution time of a
   * task at the mean speed.
   */
  readonly ccr: number
}

/** @throws ModelError where the schedule is of another workflow or platform; also all that `Problem` throws */
export function measure(workflow: Workflow, platform: Platform, schedule: Schedule): Measures {
  const problem = new Problem(workflow, platform)
  const { machine } = problem
  const { makespan } = schedule
  const vcpus = new Map<string, Set<string>>()
  const hosts = new Set<number>()
  for (const { vcpu, type } of schedule.tasks) {
    const types = vcpus.get(vcpu) ?? new Set()
    vcpus.set(vcpu, types.add(type))
    hosts.add(machine.vcpuHost[machine.vcpuNumber(vcpu)] as number)
  }
  let instances = 0
  for (const types of vcpus.values()) instances += types.size
  const speedUp = ratio(fastestAlone(problem), makespan)
  return {
    makespan,
    slr: ratio(makespan, criticalPath(problem)),
    speedUp,
    efficiency: ratio(speedUp, vcpus.size),
    vcpusUsed: vcpus.size,
    hostsUsed: hosts.size,
    instances,
    sharing: ratio(schedule.tasks.length, instances),
    downloaded: downloadedIn(problem, schedule),
    ccr: ccrOf(problem),
  }
}

function ratio(upper: number, lower: number): number {
  return lower === 0 ? 0 : upper / lower
}

/** Seconds at the mean speed. */
function criticalPath({ order, predecessors, work, machine }: Problem): number {
  const ends = new Float64Array(work.length)
  let last = 0
  for (const task of order) {
    let start = 0
    for (let i = predecessors.first[task] as number; i < (predecessors.first[task + 1] as number); i++) {
      start = Math.max(start, ends[predecessors.task[i] as number] as number)
    }
    ends[task] = start + (work[task] as number) / machine.meanSpeed
    last = Math.max(last, ends[task] as number)
  }
  return last
}

/** Seconds that the workflow takes on the vCPU that is fastest with all of it. */
function fastestAlone(problem: Problem): number {
  const { machine, taskCount } = problem
  if (taskCount === 0) return 0
  let best = Number.POSITIVE_INFINITY
  // vCPUs of one speed on one host do not differ.
  const seen = new Set<string>()
  for (const vcpu of machine.vcpus.keys()) {
    const key = `${machine.vcpuHost[vcpu]} ${machine.vcpuSpeed[vcpu]}`
    if (seen.has(key)) continue
    seen.add(key)
    let sum = 0
    for (let task = 0; task < taskCount; task++) sum += problem.execution(task, vcpu)
    best = Math.min(best, sum)
  }
  return best
}

function downloadedIn({ workflow }: Problem, { downloads }: Schedule): number {
  const sizes = new Map(workflow.types.flatMap(({ layers }) => layers.map(({ name, size }) => [name, size])))
  return downloads.reduce((sum, { layer }) => sum + (sizes.get(layer) ?? 0), 0)
}

function ccrOf({ workflow: { edges }, work, machine }: Problem): number {
  const data = ratio(
    edges.reduce((sum, edge) => sum + edge.data, 0),
    edges.length,
  )
  const execution = ratio(
    work.reduce((sum, one) => sum + one / machine.meanSpeed, 0),
    work.length,
  )
  return ratio(data * machine.meanSecondsPerMb, execution)
}
