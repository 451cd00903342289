import t from 'tap'
import { Fib } from '../../src/forwarder/fib.ts'
import { Fixture, name } from './fixture.ts'

t.test('the longest prefix of the flat name decides', async (t) => {
  const fixture = new Fixture()
  const [consumer, anywhere, lobby] = [fixture.face(), fixture.face(), fixture.face()]
  fixture.route('/128=F2', anywhere)
  fixture.route('F2:F1/camera/lobby', lobby)

  consumer.interest('F2:F1/camera/lobby/1')
  t.equal(lobby.takeInterest().name.toString(), name('F2:F1/camera/lobby/1').toString())
  t.same(anywhere.take(), [], 'the shorter prefix is not used')

  consumer.interest('F2:F1/camera/roof/1')
  t.equal(anywhere.take().length, 1, 'any other work for F2 goes the general way')
  consumer.interest('F2(width=1):F1/camera/lobby/1')
  t.equal(anywhere.take().length, 1, 'other parameters are another name')
})

t.test('a function is not the plain component of the same octets', async (t) => {
  const fixture = new Fixture()
  const [consumer, content, fn] = [fixture.face(), fixture.face(), fixture.face()]
  fixture.route('/F2', content)
  fixture.route('/128=F2', fn)
  consumer.interest('/F2/x')
  t.equal(content.take().length, 1)
  consumer.interest('F2/x')
  t.equal(fn.take().length, 1)
})

t.test('a prefix ends at a component, not at an octet', async (t) => {
  const fib = new Fib()
  fib.add(name('/camera'), 1, 0)
  t.same(fib.lookup(name('/camera2/x')), [])
  t.same(fib.lookup(name('/camera')), [{ face: 1, cost: 0 }])
})

t.test('the empty prefix leads everywhere', async (t) => {
  const fib = new Fib()
  fib.add(name('/'), 7, 3)
  t.same(fib.lookup(name('F:G/a/b')), [{ face: 7, cost: 3 }])
})

t.test('of several next hops the cheapest is taken', async (t) => {
  const fixture = new Fixture()
  const [consumer, dear, cheap] = [fixture.face(), fixture.face(), fixture.face()]
  fixture.route('/a', dear, 20)
  fixture.route('/a', cheap, 10)
  consumer.interest('/a/1')
  t.equal(cheap.take().length, 1)
  t.equal(dear.take().length, 0)

  fixture.route('/a', cheap, 30)
  consumer.interest('/a/2')
  t.equal(dear.take().length, 1, 'adding a next hop again changes its cost')
  t.equal(cheap.take().length, 0)
})

t.test('a next hop that is removed is used no more', async (t) => {
  const fixture = new Fixture()
  const [consumer, cheap, dear] = [fixture.face(), fixture.face(), fixture.face()]
  fixture.route('/a', cheap, 1)
  fixture.route('/a', dear, 2)
  const { fib } = fixture.forwarder

  t.equal(fib.remove(name('/a'), cheap.id), true)
  t.equal(fib.remove(name('/a'), cheap.id), false, 'there is none any more')
  t.equal(fib.remove(name('/b'), dear.id), false)
  consumer.interest('/a/1')
  t.equal(dear.take().length, 1)
  t.equal(fib.size, 1)

  fib.remove(name('/a'), dear.id)
  t.equal(fib.size, 0)
  consumer.interest('/a/2')
  t.equal(consumer.takeNack().interest.name.toString(), '/a/2')
})

t.test('a full FIB takes no further prefix', async (t) => {
  const fib = new Fib(2)
  t.equal(fib.add(name('/a'), 1, 0), true)
  t.equal(fib.add(name('/b'), 1, 0), true)
  t.equal(fib.add(name('/c'), 1, 0), false)
  t.equal(fib.size, 2)
  t.equal(fib.add(name('/b'), 2, 0), true, 'but another next hop of one that it has')
  fib.removeFace(1)
  t.same(
    [...fib.entries()].map(({ prefix, hops }) => [`${prefix}`, hops]),
    [['/b', [{ face: 2, cost: 0 }]]],
  )
  t.equal(fib.add(name('/c'), 1, 0), true)
})
