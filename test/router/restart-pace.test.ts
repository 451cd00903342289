import t from 'tap'
import { RestartPace } from '../../src/router/restart-pace.ts'
import { DEFAULT_SUPERVISION } from '../../src/router/supervision.ts'

const { soundAfter } = DEFAULT_SUPERVISION
const pace = () => new RestartPace(DEFAULT_SUPERVISION)

t.test('the first end is made good at once; then the pauses double up to a bound', async (t) => {
  const one = pace()
  const waits = Array.from({ length: 9 }, () => one.next(0).wait)
  t.same(waits, [0, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000])
})

t.test('it is hopeless for those who wait from the third end on', async (t) => {
  const one = pace()
  t.same(
    [1, 2, 3, 4].map(() => one.next(0).isHopeless),
    [false, false, true, true],
  )
})

t.test('an instance that served for long begins a new row', async (t) => {
  const one = pace()
  for (let n = 0; n < 5; n++) one.next(soundAfter - 1)
  t.same(one.next(soundAfter), { wait: 0, isHopeless: false })
  t.same(one.next(0), { wait: 200, isHopeless: false })
})

t.test('so does what was in the way and is gone', async (t) => {
  const one = pace()
  for (let n = 0; n < 5; n++) one.next(0)
  one.reset()
  t.same(one.next(0), { wait: 0, isHopeless: false })
})

t.test('what is given up is hopeless at its first end', async (t) => {
  const one = pace()
  one.giveUp()
  t.same(one.next(0), { wait: 400, isHopeless: true })
  one.giveUp()
  t.same(one.next(0), { wait: 800, isHopeless: true }, 'and no later one is started earlier for it')
})
