import t from 'tap'
import { NackReason } from '../../src/packet/index.ts'
import { Fixture } from './fixture.ts'

t.test('/localhop from this host goes one hop: to faces that leave it too', async (t) => {
  const fixture = new Fixture()
  const [client, away] = [fixture.face({ isLocal: true }), fixture.face()]
  fixture.route('/localhop', away)
  client.interest('/localhop/hello')
  t.equal(away.take().length, 1)
  away.data('/localhop/hello')
  t.equal(client.take().length, 1)
})

t.test('/localhop from another host goes no further than this one', async (t) => {
  const fixture = new Fixture()
  const [neighbour, away, here] = [fixture.face(), fixture.face(), fixture.face({ isLocal: true })]
  fixture.route('/localhop', away, 1)
  fixture.route('/localhop', here, 2)
  neighbour.interest('/localhop/hello')
  t.same(away.take(), [], 'though it is cheaper')
  t.equal(here.take().length, 1)
  here.data('/localhop/hello')
  t.equal(neighbour.take().length, 1)

  fixture.forwarder.removeFace(here.id)
  neighbour.interest('/localhop/other')
  t.equal(neighbour.takeNack().reason, NackReason.NoRoute)
  t.equal(neighbour.drops('scope'), 0, 'it is allowed to ask')
})

t.test('/localhop that a neighbour asks for is answered by a Data that came from afar', async (t) => {
  const fixture = new Fixture()
  const [client, neighbour, away] = [fixture.face({ isLocal: true }), fixture.face(), fixture.face()]
  fixture.route('/localhop', away)
  client.interest('/localhop/hello')
  neighbour.interest('/localhop/hello')
  t.equal(neighbour.counters.aggregated, 1)
  away.data('/localhop/hello')
  t.equal(client.take().length, 1)
  t.equal(neighbour.take().length, 1)
})

t.test('after a Nack /localhop goes on only for somebody on this host', async (t) => {
  for (const isAskedFromHere of [true, false]) {
    const fixture = new Fixture()
    const [client, neighbour] = [fixture.face({ isLocal: true }), fixture.face()]
    const [here, away] = [fixture.face({ isLocal: true }), fixture.face()]
    fixture.route('/localhop', here, 1)
    fixture.route('/localhop', away, 2)
    neighbour.interest('/localhop/hello')
    if (isAskedFromHere) client.interest('/localhop/hello')
    here.nack(here.takeInterest(), NackReason.NoRoute)
    t.equal(away.take().length, isAskedFromHere ? 1 : 0)
    t.equal(neighbour.take().length, isAskedFromHere ? 0 : 1, 'nacked where there is nowhere to go')
  }
})

t.test("a chain's content decides: a function is no way on for /localhop", async (t) => {
  const fixture = new Fixture()
  const [neighbour, away] = [fixture.face(), fixture.face()]
  const f = fixture.functionFace('F')
  fixture.route('/128=G', away)
  neighbour.interest('G/localhop/hello')
  t.equal(neighbour.takeNack().reason, NackReason.NoRoute)
  t.same(away.take(), [])
  neighbour.interest('F/localhop/hello')
  t.equal(f.take().length, 1)
  neighbour.interest('/localhop2/hello')
  fixture.route('/localhop2', away)
  neighbour.interest('/localhop2/there')
  t.equal(away.take().length, 1, 'another name is none of it')
})
