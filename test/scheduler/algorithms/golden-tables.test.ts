import t from 'tap'
import { optimisticCosts } from '../../../scheduler/algorithms/peft.ts'
import { downwardRanks, upwardRanks } from '../../../scheduler/algorithms/ranks.ts'
import { Problem } from '../../../scheduler/index.ts'
import { ARABNEJAD, processors, TOPCUOGLU } from '../golden.ts'

const round = (value: number): number => Math.round(value * 1000) / 1000

t.test("upward ranks of Topcuoglu's instance", async (t) => {
  const ranks = upwardRanks(new Problem(TOPCUOGLU, processors(3)))
  t.strictSame([...ranks].map(round), [108, 77, 80, 80, 69, 63.333, 42.667, 35.667, 44.333, 14.667])
})

t.test('upward and downward rank are the same in all of the critical path', async (t) => {
  const problem = new Problem(TOPCUOGLU, processors(3))
  const upward = upwardRanks(problem)
  const sums = downwardRanks(problem).map((rank, task) => rank + (upward[task] as number))
  t.strictSame(
    [0, 1, 8, 9].map((task) => round(sums[task] as number)),
    [108, 108, 108, 108],
  )
  t.ok([2, 3, 4, 5, 6, 7].every((task) => (sums[task] as number) < 107.9))
})

t.test("optimistic cost table of Arabnejad's instance", async (t) => {
  const costs = [...optimisticCosts(new Problem(ARABNEJAD, processors(3)))]
  t.strictSame(
    Array.from({ length: 10 }, (_, task) => costs.slice(3 * task, 3 * task + 3)),
    [
      [64, 68, 86],
      [42, 39, 42],
      [27, 41, 43],
      [42, 39, 50],
      [28, 37, 28],
      [42, 39, 44],
      [13, 16, 22],
      [13, 16, 33],
      [13, 16, 20],
      [0, 0, 0],
    ],
  )
})
