import t from 'tap'
import { Slots } from '../../src/function/slots.ts'
import { quiet } from '../endpoint/fixtures/virtual-clock.ts'

t.test('as many as there are slots go at once, the others in the order of their coming', async (t) => {
  const slots = new Slots(2)
  const taken: number[] = []
  for (const i of [0, 1, 2, 3, 4]) {
    void (async () => {
      await slots.take()
      taken.push(i)
    })()
  }
  await quiet()
  t.same(taken, [0, 1])
  slots.release()
  await quiet()
  t.same(taken, [0, 1, 2])
  slots.release()
  slots.release()
  slots.release()
  await quiet()
  t.same(taken, [0, 1, 2, 3, 4])
  t.equal(slots.take(), undefined, 'one is free')
  t.ok(slots.take() instanceof Promise, 'the other is still taken')
})
