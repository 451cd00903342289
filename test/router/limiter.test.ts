import t from 'tap'
import { Limiter } from '../../src/router/limiter.ts'

t.test('so many do something at a time, in the order in which they came', async (t) => {
  const limiter = new Limiter(2)
  const ends: (() => void)[] = []
  const began: number[] = []
  const done = [0, 1, 2, 3].map((i) =>
    limiter.run(async () => {
      began.push(i)
      await new Promise<void>((resolve) => {
        ends[i] = resolve
      })
      if (i === 1) throw new Error('one that fails')
    }),
  )
  const outcome = Promise.allSettled(done)
  await new Promise(setImmediate)
  t.same(began, [0, 1])
  ends[1]?.()
  await new Promise(setImmediate)
  t.same(began, [0, 1, 2], 'one that fails makes room, too')
  ends[0]?.()
  await new Promise(setImmediate)
  t.same(began, [0, 1, 2, 3])
  ends[2]?.()
  ends[3]?.()
  t.same(
    (await outcome).map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled', 'fulfilled'],
  )
})
