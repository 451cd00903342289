import t from 'tap'
import {
  cpop,
  heft,
  Problem,
  peft,
  readPlatform,
  schedule,
  seek,
  single,
  solveExactly,
} from '../../scheduler/index.ts'
import { ARABNEJAD, processors, slots, TOPCUOGLU } from './golden.ts'

const three = processors(3)

t.test("HEFT on Topcuoglu's instance, to the last slot", async (t) => {
  const result = schedule(heft, TOPCUOGLU, three)
  t.equal(result.makespan, 80)
  t.strictSame(slots(result), [
    'P0 1[27–40] 7[57–62]',
    'P1 3[18–26] 5[26–42] 8[56–68] 9[73–80]',
    'P2 0[0–9] 2[9–28] 4[28–38] 6[38–49]',
  ])
})

t.test("HEFT on Arabnejad's instance", async (t) => {
  t.equal(schedule(heft, ARABNEJAD, three).makespan, 133)
})

t.test("CPOP on Topcuoglu's instance: the critical path 0, 1, 8, 9 is on processor 1", async (t) => {
  const { makespan, tasks } = schedule(cpop, TOPCUOGLU, three)
  t.equal(makespan, 86)
  t.strictSame(
    [0, 1, 8, 9].map((task) => tasks[task]?.vcpu),
    ['P1/0', 'P1/0', 'P1/0', 'P1/0'],
  )
})

t.test("PEFT on Topcuoglu's instance", async (t) => {
  t.equal(schedule(peft, TOPCUOGLU, three).makespan, 85)
})

t.test("PEFT on Arabnejad's instance, to the last slot", async (t) => {
  const result = schedule(peft, ARABNEJAD, three)
  t.equal(result.makespan, 122)
  t.strictSame(slots(result), [
    'P0 0[0–22] 3[22–29] 1[29–51] 2[51–83] 6[83–97]',
    'P1 5[29–46] 7[54–77] 9[106–122]',
    'P2 4[35–70] 8[81–89]',
  ])
})

t.test("the best single processor for Topcuoglu's instance", async (t) => {
  t.equal(schedule(single, TOPCUOGLU, three).makespan, 127)
})

t.test('the optimum of both instances is proven', async (t) => {
  for (const [workflow, optimum] of [
    [TOPCUOGLU, 73],
    [ARABNEJAD, 113],
  ] as const) {
    t.match(solveExactly(workflow, three, { nodeLimit: 5_000_000, timeLimit: Number.POSITIVE_INFINITY }), {
      makespan: optimum,
      bound: optimum,
      isOptimal: true,
    })
  }
})

t.test('SF-SEEK finds the optimum of both', async (t) => {
  for (const [workflow, optimum] of [
    [TOPCUOGLU, 73],
    [ARABNEJAD, 113],
  ] as const) {
    const search = seek(new Problem(workflow, three), { evaluations: 8000 })
    let step = search.next()
    while (!step.done) step = search.next()
    t.equal(step.value.makespan, optimum)
  }
})

t.test('topologies/golden/processors.yaml is the three processors', async (t) => {
  t.strictSame(await readPlatform('topologies/golden/processors.yaml'), three)
})
