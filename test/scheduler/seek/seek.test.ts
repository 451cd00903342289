import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import {
  ALGORITHMS,
  check,
  heft,
  Problem,
  randomPlatform,
  randomWorkflow,
  type Schedule,
  type SeekOptions,
  schedule,
  seek,
  solveExactly,
  sourceWorkflow,
  testbed,
} from '../../../scheduler/index.ts'
import { type Instance, instances } from '../arbitraries.ts'

function found({ workflow, platform, options }: Instance, own: SeekOptions = {}): Schedule {
  const search = seek(new Problem(workflow, platform, options), { ...options, ...own })
  for (;;) {
    const { done, value } = search.next()
    if (done) return value
  }
}

t.test('no other scheduler is better', async (t) => {
  fc.assert(
    fc.property(instances(), (instance) => {
      const { workflow, platform, options } = instance
      const { makespan } = found(instance, { evaluations: 50 })
      for (const algorithm of ALGORITHMS) {
        if (algorithm.name === 'random') continue
        const other = schedule(algorithm, workflow, platform, options)
        assert.ok(
          makespan <= other.makespan * (1 + 1e-9),
          `${algorithm.title}: ${other.makespan} < ${makespan}`,
        )
      }
    }),
  )
  t.pass()
})

t.test('small instances are solved, or nearly so: within 5 % of the proven optimum', async (t) => {
  let proven = 0
  for (let seed = 1; seed <= 12; seed++) {
    const platform = randomPlatform(seed, { networks: 2, hosts: [1, 1], sockets: [1, 1], cores: [1, 1] })
    const ccr = { ratio: [0.1, 1, 10][seed % 3] as number, on: platform }
    const workflow = randomWorkflow(seed, { tasks: 7, types: 3, window: 4, ccr })
    const best = solveExactly(workflow, platform, {
      nodeLimit: 1_000_000,
      timeLimit: Number.POSITIVE_INFINITY,
    })
    if (!best.isOptimal) continue
    proven++
    const { makespan } = found({ workflow, platform, options: {} }, { evaluations: 1000 })
    t.ok(makespan >= best.makespan * (1 - 1e-9), `seed ${seed}: not below the optimum`)
    t.ok(makespan <= best.makespan * 1.05, `seed ${seed}: ${makespan}, optimum ${best.makespan}`)
  }
  t.ok(proven >= 10)
})

t.test('it improves what the others do where images have to come', async (t) => {
  const workflow = sourceWorkflow(10, { seed: 1 })
  const platform = testbed({ seed: 1 })
  const others = ALGORITHMS.map((algorithm) => schedule(algorithm, workflow, platform).makespan)
  t.ok(found({ workflow, platform, options: {} }, { evaluations: 1000 }).makespan < Math.min(...others))
})

t.test(
  'whoever stops it has a plan that breaks no rule, at every moment and never a worse one',
  async (t) => {
    const workflow = sourceWorkflow(5, { seed: 2 })
    const platform = testbed({ seed: 2 })
    let before = Number.POSITIVE_INFINITY
    let steps = 0
    for (const { makespan, schedule: best } of seek(new Problem(workflow, platform), { evaluations: 200 })) {
      const plan = best()
      check(workflow, platform, plan)
      assert.equal(plan.makespan, makespan)
      assert.ok(makespan <= before)
      before = makespan
      steps++
    }
    t.ok(steps > 20)
  },
)

t.test('the same seed finds the same, another one may not', async (t) => {
  const instance = { workflow: sourceWorkflow(15, { seed: 3 }), platform: testbed({ seed: 3 }), options: {} }
  const plans = [1, 1, 2].map((seed) => found(instance, { seed, evaluations: 300 }))
  t.strictSame(plans[0], plans[1])
  t.notSame(plans[0], plans[2])
})

t.test('of two plans that take as long it keeps the one with fewer vCPUs', async (t) => {
  // One slow task takes as long as all others one after another, so nothing is gained by many vCPUs.
  const host = testbed({ preDeployed: true })
  const workflow = randomWorkflow(1, {
    tasks: 11,
    work: [1000, 1000],
    data: [0, 0],
    types: 1,
    outDegree: [1, 1],
  })
  const slow = { ...workflow.tasks[0], name: 'slow', work: 11_000 } as (typeof workflow.tasks)[number]
  const flat = { ...workflow, tasks: [slow, ...workflow.tasks], edges: [] }
  const used = ({ tasks }: Schedule): number => new Set(tasks.map(({ vcpu }) => vcpu)).size
  const plan = found({ workflow: flat, platform: host, options: {} }, { evaluations: 1500 })
  const other = schedule(heft, flat, host)
  t.ok(Math.abs(plan.makespan - other.makespan) < 1e-9)
  t.ok(used(plan) <= 3 && used(other) > 3, `${used(plan)} vCPUs, and HEFT ${used(other)}`)
})

t.test('a task may start with the image that one which starts after it has asked for earlier', async (t) => {
  // t1 asks for f1 at once, and t3 only when t2 has finished; the optimum starts t3 first.
  const platform = randomPlatform(98, { networks: 2, hosts: [1, 1], sockets: [1, 1], cores: [1, 1] })
  const ccr = { ratio: 0.1, on: platform }
  const workflow = randomWorkflow(98, { tasks: 8, types: 3, window: 4, ccr })
  const best = solveExactly(workflow, platform, { nodeLimit: 1_000_000, timeLimit: Number.POSITIVE_INFINITY })
  t.equal(best.isOptimal, true)
  const plan = found({ workflow, platform, options: {} }, { evaluations: 1000 })
  check(workflow, platform, plan)
  t.ok(plan.makespan <= best.makespan * (1 + 1e-9))
  const [first, second] = ['t1', 't3'].map((name) => plan.tasks.find(({ task }) => task === name))
  t.ok((second?.start as number) < (first?.start as number))
})
