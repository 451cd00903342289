import t from 'tap'
import { dataWire, Fixture, interestWire, name } from './fixture.ts'

t.test('a Data from a function under another name than its own is dropped as foreign-name', async (t) => {
  const fixture = new Fixture()
  const consumer = fixture.face()
  const [f, g] = [fixture.functionFace('F'), fixture.functionFace('G')]
  consumer.interest('F:G/a')
  consumer.interest('G/a')
  consumer.interest('F/a')
  for (const name of ['G/a', '/a', '/F/a', '/8=F/a', '/128=FF/a', '/128=f/a', '/130=F/a']) f.data(name)
  t.equal(f.drops('foreign-name'), 7)
  t.same(consumer.take(), [])
  t.equal(fixture.forwarder.contentStore.packets, 0, 'nor is it cached')
  t.match(fixture.dropped[0]?.detail, /function F may not answer for \/128=G\/a/)

  g.data('F:G/a')
  t.equal(g.drops('foreign-name'), 1, 'its name further in does not count')
  f.data('F:G/a')
  g.data('G/a')
  t.equal(consumer.take().length, 2)
})

t.test('a function may answer for its own name with any parameters and any content', async (t) => {
  const fixture = new Fixture()
  const consumer = fixture.face()
  const f = fixture.functionFace('F')
  for (const uri of ['F(width=1)/a', 'F(width=1):G:F/a/v=1/seg=0']) {
    consumer.interest(uri)
    f.data(uri)
    t.equal(consumer.takeData().data.name.toString(), name(uri).toString())
  }
})

t.test('CurrentFunction from a peer is dropped, from whatever face', async (t) => {
  const fixture = new Fixture()
  const [peer, f] = [fixture.face({ form: 'extended' }), fixture.functionFace('F')]
  const g = fixture.functionFace('G')
  for (const face of [peer, f]) {
    face.interest('G:H/a', { form: 'dispatched' })
    t.equal(face.drops('foreign-name'), 1)
  }
  t.same([...g.take(), ...peer.take()], [])
})

t.test('the Data of the guard is the answer and nothing is dispatched', async (t) => {
  const seen: string[] = []
  const refusal = dataWire('F:G/a', { content: Buffer.from('no'), contentType: 3 })
  const fixture = new Fixture({
    guard: (of) => {
      seen.push(of.toString())
      return of.equals(name('F:G/a')) ? refusal : undefined
    },
  })
  const [consumer, producer] = [fixture.face(), fixture.face()]
  const f = fixture.functionFace('F')
  fixture.route('/a', producer)

  consumer.interest('F:G/a', { form: 'extended', pitToken: Buffer.from('t') })
  const { data, pitToken } = consumer.takeData()
  t.same(data.wire, refusal)
  t.equal(pitToken, 't')
  t.same(f.take(), [])
  t.equal(f.counters.interestsOut, 0)
  t.equal(fixture.forwarder.pit.size, 0)

  consumer.interest('F/a')
  t.equal(f.take().length, 1, 'what it does not object to is dispatched')
  consumer.interest('/a/1')
  t.equal(producer.take().length, 1)
  t.same(seen, ['/128=F/128=G/a', '/128=F/a'], 'it is asked for functions only')
})

t.test('what an instance left undone is sent to the next one', async (t) => {
  const fixture = new Fixture()
  const [one, other] = [fixture.face(), fixture.face()]
  const [f, g] = [fixture.functionFace('F'), fixture.functionFace('G')]
  one.interest('F:G/a', { nonce: 1, lifetime: 4000, hopLimit: 10, canBePrefix: true, form: 'extended' })
  other.interest('F:G/a', { nonce: 2, lifetime: 4000, hopLimit: 20, canBePrefix: true })
  one.interest('F/done', { lifetime: 4000 })
  one.interest('F/nacked', { lifetime: 4000 })
  one.interest('G/a', { lifetime: 4000 })
  f.data('F/done')
  const nacked = f.take().at(-1)
  if (nacked?.kind === 'interest') f.nack(nacked.interest, 50)
  one.take()
  g.take()

  fixture.wait(1000)
  t.equal(fixture.forwarder.resend(f.id), 1)
  const again = f.takeInterest()
  t.equal(again.form, 'dispatched')
  t.equal(again.name.toString(), '/128=F/128=G/a')
  t.equal(again.canBePrefix, true)
  t.equal(again.lifetime, 3000, 'with the lifetime that is left')
  t.ok(again.hopLimit === 9 || again.hopLimit === 19)
  t.same(g.take(), [])
  f.data('F:G/a/v=1')
  t.equal(one.take().length, 1)
  t.equal(other.take().length, 1)

  t.equal(fixture.forwarder.resend(f.id), 0, 'nothing is pending any more')
  t.equal(fixture.forwarder.resend(999), 0, 'no such face')
})

t.test(
  'an Interest with parameters is sent again as it came, since its name holds their digest',
  async (t) => {
    const fixture = new Fixture()
    const consumer = fixture.face()
    const f = fixture.functionFace('F')
    consumer.send(
      interestWire('F/a', { applicationParameters: Buffer.from('p'), forwardingHint: [name('/hint')] }),
    )
    const first = f.takeInterest()
    t.equal(fixture.forwarder.resend(f.id), 1)
    const again = f.takeInterest()
    t.same(again.wire, first.wire)
    t.ok(again.parametersDigestAgrees)

    consumer.send(interestWire('F/b', { forwardingHint: [name('/hint')] }))
    f.take()
    fixture.forwarder.resend(f.id)
    const others = f
      .take()
      .map((packet) => packet.kind === 'interest' && packet.interest.forwardingHint.map(String))
    t.same(others, [['/hint'], ['/hint']], 'a ForwardingHint stays')
  },
)

t.test('what an instance left undone can be answered in its stead, by how often it was tried', async (t) => {
  const fixture = new Fixture()
  const consumer = fixture.face()
  const f = fixture.functionFace('F')
  consumer.interest('F/poison', { pitToken: Buffer.from('p') })
  fixture.forwarder.resend(f.id)
  consumer.interest('F/fine')
  const attempts: [string, number][] = []
  const answered = fixture.forwarder.answerPending(f.id, (of, count) => {
    attempts.push([of.toString(), count])
    return count < 2 ? undefined : dataWire(of, { contentType: 3 })
  })
  t.same(Object.fromEntries(attempts), { '/128=F/poison': 2, '/128=F/fine': 1 })
  t.equal(answered, 1)
  const { data, pitToken } = consumer.takeData()
  t.equal(data.name.toString(), '/128=F/poison')
  t.equal(pitToken, 'p')
  t.equal(fixture.forwarder.pit.size, 1, 'the other stays pending')
  f.data('F/poison')
  t.equal(f.drops('unsolicited'), 1)
})

t.test('what a function nacked is not sent to its next instance: another is at it', async (t) => {
  const fixture = new Fixture()
  const consumer = fixture.face()
  const [here, there] = [fixture.functionFace('F'), fixture.face({ form: 'extended' })]
  fixture.route('/128=F', there, 10)
  consumer.interest('F/a')
  here.nack(here.takeInterest(), 50)
  t.equal(there.take().length, 1)
  t.equal(fixture.forwarder.resend(here.id), 0)
  t.equal(
    fixture.forwarder.answerPending(here.id, (of) => dataWire(of)),
    0,
  )
  t.same([...here.take(), ...consumer.take()], [])
})

t.test('what is no longer waited for is neither sent again nor answered', async (t) => {
  const fixture = new Fixture()
  const consumer = fixture.face()
  const f = fixture.functionFace('F')
  consumer.interest('F/a', { lifetime: 100 })
  f.take()
  fixture.now += 101
  t.equal(fixture.forwarder.resend(f.id), 0)
  t.equal(
    fixture.forwarder.answerPending(f.id, (of) => dataWire(of)),
    0,
  )
  t.same([...f.take(), ...consumer.take()], [])
})

t.test('what is steered to a face goes there past the FIB, and all else as before', async (t) => {
  const fixture = new Fixture()
  const [consumer, other] = [fixture.face(), fixture.face()]
  const f = fixture.functionFace('F')
  fixture.forwarder.fib.remove(name('F/x').slice(0, 1), f.id)
  const seen: [string, number][] = []
  fixture.forwarder.steer = (interest, from) => {
    seen.push([interest.name.toString(), from])
    return from === consumer.id ? f.id : undefined
  }
  consumer.interest('F/a')
  f.data('F/a')
  t.equal(consumer.take().length, 1)
  other.interest('F/b')
  t.match(other.take(), [{ kind: 'nack' }])
  t.strictSame(seen, [
    [name('F/a').toString(), consumer.id],
    [name('F/b').toString(), other.id],
  ])
  fixture.forwarder.steer = undefined
  consumer.interest('F/c')
  t.match(consumer.take(), [{ kind: 'nack' }])
})
