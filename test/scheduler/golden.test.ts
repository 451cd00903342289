import t from 'tap'
import { heft, schedule } from '../../scheduler/index.ts'
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
