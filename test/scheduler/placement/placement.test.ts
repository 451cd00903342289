import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { ModelError, Problem, type ScheduleOptions } from '../../../scheduler/index.ts'
import { Placement } from '../../../scheduler/placement/index.ts'
import { type Instance, instances } from '../arbitraries.ts'
import { earliestBy, type Interval, isFree, isUnder } from './naive.ts'

const CAP_TOLERANCE = 1e-9

/** What is placed and what others do, on a core; and which of it is on a vCPU. */
function running(placement: Placement, { occupation }: ScheduleOptions, core: number, vcpu: number) {
  const { machine, usage, taskCount } = placement.problem
  const onCore: Interval[] = []
  const onVcpu: Interval[] = []
  const add = (place: number, interval: Interval): void => {
    if (machine.vcpuCore[place] !== core || interval.end === interval.start) return
    onCore.push(interval)
    if (place === vcpu) onVcpu.push(interval)
  }
  for (let task = 0; task < taskCount; task++) {
    if (!placement.isPlaced(task)) continue
    const [start, end] = [placement.start[task] as number, placement.finish[task] as number]
    add(placement.vcpu[task] as number, { start, end, usage: usage[task] as number })
  }
  for (const { vcpu: place, start, finish, usage } of occupation?.tasks ?? []) {
    add(machine.vcpuNumber(place), { start, end: finish, usage })
  }
  return { onCore, onVcpu }
}

/** When data and input are on a host, as the model says it. */
function dataThere(
  placement: Placement,
  { workflow, platform }: Instance,
  task: number,
  host: number,
): number {
  const { machine } = placement.problem
  const seconds = (size: number, from: number): number => {
    const [a, b] = [platform.hosts[from], platform.hosts[host]]
    if (from === host || size === 0 || a === undefined || b === undefined) return 0
    const between = platform.networks.filter(({ name }) => name === a.network || name === b.network)
    const ways = a.network === b.network ? [a, b] : [a, b, ...between]
    return size / Math.min(...ways.map(({ bandwidth }) => bandwidth))
  }
  const { name, input } = workflow.tasks[task] as Instance['workflow']['tasks'][number]
  const server = platform.hosts.findIndex((one) => one.name === platform.fileServer)
  const arrivals = workflow.edges
    .filter(({ to }) => to === name)
    .map(({ from, data }) => {
      const before = workflow.tasks.findIndex((one) => one.name === from)
      const source = machine.vcpuHost[placement.vcpu[before] as number] as number
      return (placement.finish[before] as number) + seconds(data, source)
    })
  return Math.max(placement.release + seconds(input, server), ...arrivals)
}

/** Places each task on some vCPU that may take it, by the given lots. */
function placeAll(placement: Placement, lots: readonly number[], before?: (task: number) => void): void {
  for (const task of placement.problem.order) {
    if (placement.isPlaced(task)) continue
    before?.(task)
    const candidates = placement.problem.candidates(task)
    placement.place(task, candidates[(lots[task] ?? 0) % candidates.length] as number)
  }
}

const lots = fc.array(fc.nat(), { minLength: 30, maxLength: 30 })

t.test(
  'a task starts as early as a search through everything says, on every vCPU that may take it',
  async (t) => {
    fc.assert(
      fc.property(instances(16), lots, (instance, lots) => {
        const { workflow, platform, options } = instance
        const problem = new Problem(workflow, platform, options)
        const { machine } = problem
        const placement = new Placement(problem, options)
        placeAll(placement, lots, (task) => {
          const request = placement.requestTime(task)
          for (const vcpu of problem.candidates(task)) {
            const [host, node] = [machine.vcpuHost[vcpu] as number, machine.vcpuNode[vcpu] as number]
            const core = machine.vcpuCore[vcpu] as number
            const data = placement.dataReady(task, host)
            assert.ok(Math.abs(data - dataThere(placement, instance, task, host)) < 1e-9)
            const ready = Math.max(
              data,
              placement.images.whenReady(problem.taskType[task] as number, node, request),
            )
            const duration = problem.execution(task, vcpu)
            const { onCore, onVcpu } = running(placement, options, core, vcpu)
            const room = (machine.coreLimit[core] as number) - (problem.usage[task] as number) + CAP_TOLERANCE
            const expected =
              duration === 0
                ? ready
                : earliestBy(
                    ready,
                    onCore,
                    (time) => isFree(onVcpu, time, duration) && isUnder(onCore, time, duration, room),
                  )
            assert.equal(placement.earliestStart(task, vcpu), expected)
            assert.ok(placement.finishBound(task, vcpu) <= placement.earliestFinish(task, vcpu))
          }
        })
      }),
      { numRuns: 200 },
    )
    t.pass()
  },
)

t.test(
  'what is cleared can be filled again as if it were new, with what is fixed and what others do',
  async (t) => {
    fc.assert(
      fc.property(instances(), lots, lots, fc.nat(), (instance, first, second, choice) => {
        const { workflow, platform, options } = instance
        const problem = new Problem(workflow, platform, options)
        const whole = new Placement(problem, options)
        placeAll(whole, second)
        const { tasks } = whole.toSchedule('any')
        // Some that had started at some time are fixed.
        const now = tasks[choice % Math.max(1, tasks.length)]?.start ?? 0
        const later = { ...options, release: now, fixed: tasks.filter(({ start }) => start < now) }
        const [fresh, used] = [new Placement(problem, later), new Placement(problem, later)]
        placeAll(used, first)
        used.clear()
        placeAll(used, second)
        placeAll(fresh, second)
        assert.deepEqual(used.toSchedule('any'), fresh.toSchedule('any'))
        for (const { task, vcpu, start, finish } of later.fixed) {
          const row = used.toSchedule('any').tasks.find((one) => one.task === task)
          assert.deepEqual({ ...row, type: '' }, { task, type: '', vcpu, start, finish })
        }
      }),
      { numRuns: 100 },
    )
    t.pass()
  },
)

t.test('a fixed task that the workflow has not is refused', async (t) => {
  const [{ workflow, platform } = undefined as never] = fc.sample(instances(), { numRuns: 1, seed: 1 })
  const fixed = [{ task: 'nobody', vcpu: 'amd/0', start: 0, finish: 1 }]
  t.throws(() => new Placement(new Problem(workflow, platform), { fixed }), ModelError)
})
