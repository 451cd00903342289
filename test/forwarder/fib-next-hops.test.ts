import t from 'tap'
import { Fib } from '../../src/forwarder/fib.ts'
import { Fixture, name } from './fixture.ts'

t.test('setNextHops puts all next hops of a prefix in the place of those before', async (t) => {
  const fixture = new Fixture()
  const [consumer, a, b, c] = [fixture.face(), fixture.face(), fixture.face(), fixture.face()]
  const { fib } = fixture.forwarder
  fib.add(name('/p'), a.id, 0)
  t.equal(
    fib.setNextHops(name('/p'), [
      { face: c.id, cost: 9 },
      { face: b.id, cost: 2 },
    ]),
    true,
  )
  t.same(
    fib.get(name('/p')),
    [
      { face: b.id, cost: 2 },
      { face: c.id, cost: 9 },
    ],
    'cheapest first',
  )
  consumer.interest('/p/1')
  t.equal(b.take().length, 1)
  t.same([...a.take(), ...c.take()], [])
  t.equal(fib.size, 1)
})

t.test('setNextHops with none removes the prefix, and removes nothing else', async (t) => {
  const fib = new Fib()
  fib.add(name('/p'), 1, 0)
  fib.add(name('/p/q'), 1, 0)
  t.equal(fib.setNextHops(name('/p'), []), true)
  t.equal(fib.setNextHops(name('/none'), []), true, 'also where there is none')
  t.equal(fib.size, 1)
  t.same(fib.lookup(name('/p/x')), [])
  t.same(fib.lookup(name('/p/q')), [{ face: 1, cost: 0 }])
})

t.test('setNextHops says so when the FIB is full, and changes nothing', async (t) => {
  const fib = new Fib(1)
  fib.setNextHops(name('/p'), [{ face: 1, cost: 0 }])
  t.equal(fib.setNextHops(name('/q'), [{ face: 2, cost: 0 }]), false)
  t.equal(fib.size, 1)
  t.same(fib.get(name('/q')), [])
  fib.removeFace(2)
  t.equal(fib.setNextHops(name('/p'), [{ face: 2, cost: 0 }]), true, 'a prefix that it has can be changed')
  t.equal(fib.setNextHops(name('/p'), []), true)
  t.equal(fib.setNextHops(name('/q'), [{ face: 2, cost: 0 }]), true)
})

t.test('after setNextHops a face that was replaced has nothing to do with the prefix any more', async (t) => {
  const fib = new Fib()
  fib.setNextHops(name('/p'), [{ face: 1, cost: 0 }])
  fib.setNextHops(name('/p'), [{ face: 2, cost: 0 }])
  fib.removeFace(1)
  t.same(fib.get(name('/p')), [{ face: 2, cost: 0 }])
  fib.removeFace(2)
  t.equal(fib.size, 0)
})

t.test('what is set does not change with the list that was given', async (t) => {
  const fib = new Fib()
  const hops = [{ face: 1, cost: 5 }]
  fib.setNextHops(name('/p'), hops)
  fib.setNextHops(name('/q'), hops)
  hops.push({ face: 2, cost: 1 })
  fib.add(name('/q'), 3, 1)
  t.same(fib.get(name('/p')), [{ face: 1, cost: 5 }])
  t.same(fib.get(name('/q')), [
    { face: 3, cost: 1 },
    { face: 1, cost: 5 },
  ])
})

t.test('prefixes that lead to the same faces at the same costs share one list', async (t) => {
  const fib = new Fib()
  for (let i = 0; i < 1000; i++) {
    fib.setNextHops(name(`/p/${i}`), [
      { face: 2, cost: i % 2 },
      { face: 1, cost: 0 },
    ])
  }
  t.equal(new Set([...fib.entries()].map(({ hops }) => hops)).size, 2)
  fib.removeFace(2)
  t.equal(new Set([...fib.entries()].map(({ hops }) => hops)).size, 1)
  t.equal(fib.size, 1000)
})

t.test('a prefix that is longer than any packet is refused', async (t) => {
  const fib = new Fib()
  const long = name(`/${'x'.repeat(8800)}`)
  t.equal(fib.add(long, 1, 0), false)
  t.equal(fib.size, 0)
  t.same(fib.lookup(long), [])
})
