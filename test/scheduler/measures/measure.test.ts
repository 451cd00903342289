import fc from 'fast-check'
import t from 'tap'
import { heft, measure, schedule } from '../../../scheduler/index.ts'
import { instances } from '../arbitraries.ts'
import { PLATFORM, SCHEDULE, WORKFLOW, withRun } from '../small.ts'

t.test('the measures of a schedule, worked by hand', async (t) => {
  const { slr, speedUp, efficiency, ccr, ...counts } = measure(WORKFLOW, PLATFORM, SCHEDULE)
  // Two vCPUs of 10 MIPS and two of 5 are 7.5 in the mean; the longest way is a, c with 150 million instructions: 20 s.
  t.equal(slr, 28 / 20)
  // 211 million instructions at 10 MIPS.
  t.ok(Math.abs(speedUp - 21.1 / 28) < 1e-12)
  t.ok(Math.abs(efficiency - 21.1 / 28 / 4) < 1e-12)
  // An edge has 44 / 3 MB in the mean, at 4 MB/s. e takes 0.1 s on two vCPUs and 1 s on two: 0.55 s.
  t.ok(Math.abs(ccr - 44 / 3 / 4 / ((210 / 7.5 + 0.55) / 5)) < 1e-12)
  t.strictSame(counts, {
    makespan: 28,
    vcpusUsed: 4,
    hostsUsed: 2,
    // F and G on h1/0, F on h1/1, G on h2/0, H on h2/1.
    instances: 5,
    sharing: 1,
    downloaded: 10 + 20 + 5 + 10 + 5,
  })
})

t.test('two tasks of a type on one vCPU share its instance', async (t) => {
  const { instances, sharing, vcpusUsed } = measure(WORKFLOW, PLATFORM, withRun('b', { vcpu: 'h1/0' }))
  t.strictSame({ instances, sharing, vcpusUsed }, { instances: 4, sharing: 1.25, vcpusUsed: 3 })
})

t.test('an empty workflow has zeros', async (t) => {
  const empty = { ...WORKFLOW, tasks: [], edges: [] }
  const measures = measure(empty, PLATFORM, schedule(heft, empty, PLATFORM))
  t.strictSame(
    Object.values(measures).filter((value) => value !== 0),
    [],
  )
})

t.test('every measure of any schedule is a number, and not below 0', async (t) => {
  fc.assert(
    fc.property(instances(), ({ workflow, platform, options }) => {
      const measures = measure(workflow, platform, schedule(heft, workflow, platform, options))
      return Object.values(measures).every((value) => Number.isFinite(value) && value >= 0)
    }),
  )
  t.pass()
})
