import { Machine, NO_DEMANDS, type Platform, type Workflow } from '../../scheduler/index.ts'

interface Slot {
  readonly start: number
  readonly finish: number
}

/**
 * HEFT as the textbook writes it, for comparison of speed: maps and arrays of objects, ranks by recursion, a sorted list, a look at
 * every gap of every vCPU for every task. It knows neither images nor caps nor demands, so it is for workflows without.
 * @returns the response time, in seconds
 */
export function naiveHeft({ tasks, edges, types }: Workflow, platform: Platform): number {
  const isPlain =
    types.every(({ layers }) => layers.length === 0) && tasks.every(({ demands }) => demands === NO_DEMANDS)
  if (!isPlain) throw new Error('the textbook knows neither images nor demands')
  const machine = new Machine(platform)
  const vcpus = machine.vcpus.map((_, vcpu) => ({
    host: machine.vcpuHost[vcpu] as number,
    speed: machine.vcpuSpeed[vcpu] as number,
    slots: [] as Slot[],
  }))
  const work = new Map(tasks.map((task) => [task.name, task.work]))
  const placed = new Map<string, { host: number; finish: number }>()
  const time = (task: string, speed: number): number => (work.get(task) as number) / speed
  const meanTime = (task: string): number =>
    vcpus.reduce((sum, { speed }) => sum + time(task, speed), 0) / vcpus.length

  const ranks = new Map<string, number>()
  const rank = (task: string): number => {
    const known = ranks.get(task)
    if (known !== undefined) return known
    const ways = edges
      .filter(({ from }) => from === task)
      .map(({ to, data }) => data * machine.meanSecondsPerMb + rank(to))
    const result = meanTime(task) + Math.max(0, ...ways)
    ranks.set(task, result)
    return result
  }

  const order = tasks.map(({ name }) => name).sort((a, b) => rank(b) - rank(a))
  for (const task of order) {
    const inputs = edges.filter(({ to }) => to === task)
    const finishes = vcpus.map((vcpu) => {
      const arrivals = inputs.map(({ from, data }) => {
        const before = placed.get(from) as { host: number; finish: number }
        return before.finish + data * machine.secondsPerMb(before.host, vcpu.host)
      })
      return gap(vcpu.slots, Math.max(0, ...arrivals), time(task, vcpu.speed)) + time(task, vcpu.speed)
    })
    const finish = Math.min(...finishes)
    const vcpu = vcpus[finishes.indexOf(finish)] as (typeof vcpus)[number]
    vcpu.slots.push({ start: finish - time(task, vcpu.speed), finish })
    vcpu.slots.sort((a, b) => a.start - b.start)
    placed.set(task, { host: vcpu.host, finish })
  }
  return Math.max(0, ...[...placed.values()].map(({ finish }) => finish))
}

function gap(slots: readonly Slot[], ready: number, duration: number): number {
  let start = ready
  for (const slot of slots) {
    if (start + duration <= slot.start) return start
    start = Math.max(start, slot.finish)
  }
  return start
}
