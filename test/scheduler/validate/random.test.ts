import fc from 'fast-check'
import t from 'tap'
import {
  check,
  heft,
  Problem,
  type Schedule,
  type ScheduledTask,
  schedule,
  type ViolationKind,
  violations,
} from '../../../scheduler/index.ts'
import { type Instance, instances } from '../arbitraries.ts'

t.test('what HEFT makes of any instance breaks no rule', async (t) => {
  fc.assert(
    fc.property(instances(), ({ workflow, platform, options }) => {
      check(workflow, platform, schedule(heft, workflow, platform, options), options)
    }),
    { numRuns: 300 },
  )
  t.pass()
})

t.test('nor where some of it is fixed already, and the rest is scheduled anew', async (t) => {
  fc.assert(
    fc.property(instances(), fc.double({ min: 0, max: 1, noNaN: true }), (instance, share) => {
      const { workflow, platform, options } = instance
      const before = schedule(heft, workflow, platform, options)
      const release = before.release + share * before.makespan
      const occupied = options.occupation
      const later = {
        ...options,
        release,
        fixed: before.tasks.filter(({ start }) => start < release),
        occupation: {
          tasks: occupied?.tasks ?? [],
          layers: [...(occupied?.layers ?? []), ...before.downloads.filter(({ start }) => start < release)],
        },
      }
      check(workflow, platform, schedule(heft, workflow, platform, later), later)
    }),
    { numRuns: 200 },
  )
  t.pass()
})

/** Breaks a schedule; undefined where this one cannot be broken so. */
type Mutation = (
  row: ScheduledTask,
  valid: Schedule,
  instance: Instance,
) => { readonly broken: Schedule; readonly kind: ViolationKind } | undefined

function withRow(valid: Schedule, row: ScheduledTask, changes: Partial<ScheduledTask>): Schedule {
  return { ...valid, tasks: valid.tasks.map((one) => (one === row ? { ...one, ...changes } : one)) }
}

const MUTATIONS: Readonly<Record<string, Mutation>> = {
  'a task is left out': (row, valid) => ({
    broken: { ...valid, tasks: valid.tasks.filter((one) => one !== row) },
    kind: 'missing-task',
  }),
  'a task is there twice': (row, valid) => ({
    broken: { ...valid, tasks: [...valid.tasks, row] },
    kind: 'doubled-task',
  }),
  'a task is shorter than it is': (row, valid) => {
    if (row.finish - row.start < 0.01) return undefined
    return {
      broken: withRow(valid, row, { finish: row.start + 0.99 * (row.finish - row.start) }),
      kind: 'wrong-duration',
    }
  },
  'a task starts before the release': (row, valid) => {
    const start = valid.release - 1
    return { broken: withRow(valid, row, { start, finish: start + 1 }), kind: 'before-release' }
  },
  'a task starts before its predecessor ends': (row, valid, { workflow }) => {
    const edge = workflow.edges.find(({ to }) => to === row.task)
    const before = valid.tasks.find(({ task }) => task === edge?.from)
    if (before === undefined) return undefined
    const start = before.finish - 0.01
    return {
      broken: withRow(valid, row, { start, finish: start + (row.finish - row.start) }),
      kind: 'precedence',
    }
  },
  'a task starts while another runs on its vCPU': (row, valid) => {
    const other = valid.tasks.find(({ finish, start }) => finish - start > 0.1)
    if (other === undefined || other === row || row.finish - row.start < 0.1) return undefined
    const finish = other.start + (row.finish - row.start)
    return { broken: withRow(valid, row, { vcpu: other.vcpu, start: other.start, finish }), kind: 'overlap' }
  },
  'a task is on a vCPU of another speed': (row, valid, { workflow, platform }) => {
    const problem = new Problem(workflow, platform)
    const { vcpus } = problem.machine
    const number = workflow.tasks.findIndex(({ name }) => name === row.task)
    const other = vcpus.findIndex(
      (_, vcpu) => Math.abs(problem.execution(number, vcpu) - (row.finish - row.start)) > 0.01,
    )
    const vcpu = vcpus[other]
    return vcpu === undefined ? vcpu : { broken: withRow(valid, row, { vcpu }), kind: 'wrong-duration' }
  },
  'a layer is not fetched': (_, valid, { options }) => {
    // One that comes earlier than it would for another workflow is there in the end all the same.
    if (valid.downloads.length === 0 || options.occupation !== undefined) return undefined
    return { broken: { ...valid, downloads: valid.downloads.slice(1) }, kind: 'image' }
  },
  'a layer is fetched twice': (_, valid) => {
    const { downloads } = valid
    return { broken: { ...valid, downloads: [...downloads, ...downloads] }, kind: 'doubled-download' }
  },
  'a layer comes faster than it can': (_, valid) => {
    if (!valid.downloads.some(({ start, finish }) => finish - start > 0.01)) return undefined
    return {
      broken: { ...valid, downloads: valid.downloads.map((one) => ({ ...one, finish: one.start })) },
      kind: 'short-download',
    }
  },
  'a layer comes before the release': (_, valid) => {
    return {
      broken: { ...valid, downloads: valid.downloads.map((one) => ({ ...one, start: valid.release - 1 })) },
      kind: 'early-download',
    }
  },
  'all is said to be done earlier': (_, valid) => ({
    broken: { ...valid, makespan: valid.makespan - 0.01 },
    kind: 'wrong-makespan',
  }),
}

for (const [name, mutation] of Object.entries(MUTATIONS)) {
  t.test(`it finds that ${name}`, async (t) => {
    let broke = 0
    fc.assert(
      fc.property(instances(), fc.nat(), (instance, choice) => {
        const { workflow, platform, options } = instance
        const valid = schedule(heft, workflow, platform, options)
        const row = valid.tasks[choice % Math.max(1, valid.tasks.length)]
        const made = row && mutation(row, valid, instance)
        if (made === undefined) return true
        if (/fetched twice|comes before/.test(name) && valid.downloads.length === 0) return true
        broke++
        return violations(workflow, platform, made.broken, options).some(({ kind }) => kind === made.kind)
      }),
      { numRuns: 60 },
    )
    t.ok(broke > 0, 'and there was some')
  })
}
