import t from 'tap'
import { type Interest, type InterestForm, Name, TT } from '../../src/packet/index.ts'
import { elements, Fixture } from './fixture.ts'

/** CurrentFunction, FunctionNames and Name as they stand on the wire. */
function parts({ wire }: Interest): (string | undefined)[] {
  const found = elements(wire)
  return [TT.CurrentFunction, TT.FunctionNames, TT.Name].map((type) => {
    const value = found.get(type)
    return value && Name.decode(value).toString()
  })
}

for (const form of ['extended', 'flat'] satisfies InterestForm[]) {
  t.test(`an Interest that comes in ${form} is dispatched to its first function`, async (t) => {
    const fixture = new Fixture()
    const consumer = fixture.face()
    const [f3, f1] = [fixture.functionFace('F3'), fixture.functionFace('F1')]

    consumer.interest('F3(a=1):F2:F1(b=2,c=3)/camera/lobby', { form })
    const first = f3.takeInterest()
    t.equal(first.form, 'dispatched')
    t.same(parts(first), ['/128=F3/130=a%3D1', '/128=F2/128=F1/130=b%3D2%2Cc%3D3', '/camera/lobby'])

    consumer.interest('F1/camera/lobby', { form })
    t.same(parts(f1.takeInterest()), ['/128=F1', undefined, '/camera/lobby'], 'none left: no FunctionNames')
  })
}

t.test('what a function asks for goes on along the chain, and its content to the producer', async (t) => {
  const fixture = new Fixture()
  const [consumer, producer] = [fixture.face(), fixture.face()]
  const [f2, f1] = [fixture.functionFace('F2'), fixture.functionFace('F1')]
  fixture.route('/camera', producer)

  consumer.interest('F2:F1/camera/lobby', { form: 'extended', pitToken: Buffer.from('c') })
  f2.take()
  f2.interest('F1/camera/lobby', { form: 'extended', pitToken: Buffer.from('2') })
  f1.take()
  f1.interest('/camera/lobby', { form: 'extended', pitToken: Buffer.from('1') })
  t.same(parts(producer.takeInterest()), [undefined, undefined, '/camera/lobby'])

  producer.data('/camera/lobby', { content: Buffer.from('photo') })
  t.same(f1.takeData().pitToken, '1')
  f1.data('F1/camera/lobby', { content: Buffer.from('faces') })
  t.same(f2.takeData().pitToken, '2')
  f2.data('F2:F1/camera/lobby', { content: Buffer.from('ages') })
  const { data, pitToken } = consumer.takeData()
  t.equal(data.name.toString(), '/128=F2/128=F1/camera/lobby', 'the Data has the flat name')
  t.equal(Buffer.from(data.content).toString(), 'ages')
  t.equal(pitToken, 'c')
  t.equal(fixture.forwarder.pit.size, 0)
})

t.test('an Interest goes on to another router in the form that this one takes', async (t) => {
  const fixture = new Fixture()
  const consumer = fixture.face()
  const extended = fixture.face({ form: 'extended' })
  const flat = fixture.face({ form: 'flat' })
  fixture.route('/128=E', extended)
  fixture.route('/128=P', flat)
  for (const form of ['extended', 'flat'] satisfies InterestForm[]) {
    consumer.interest(`E:G/camera/${form}`, { form })
    t.same(parts(extended.takeInterest()), [undefined, '/128=E/128=G', `/camera/${form}`])
    consumer.interest(`P:G/camera/${form}`, { form })
    t.same(
      parts(flat.takeInterest()),
      [undefined, undefined, `/128=P/128=G/camera/${form}`],
      'everything in Name',
    )
  }
})

t.test('a face starts flat and becomes extended when its peer has sent an extended Interest', async (t) => {
  const fixture = new Fixture()
  const [consumer, peer] = [fixture.face(), fixture.face()]
  fixture.route('/128=F', peer)
  t.equal(peer.form, 'flat')
  peer.interest('/nothing')
  consumer.interest('F/a')
  t.equal(
    peer
      .take()
      .map((packet) => packet.kind)
      .join(),
    'nack,interest',
  )
  t.equal(peer.form, 'flat', 'a flat one does not change it')

  peer.interest('G/b', { form: 'extended' })
  t.equal(peer.form, 'extended')
  peer.take()
  consumer.interest('F/c')
  t.same(parts(peer.takeInterest()), [undefined, '/128=F', '/c'])
  peer.interest('/nothing')
  t.equal(peer.form, 'extended', 'and stays so')
})

t.test('a form that was configured stays, whatever the peer sends', async (t) => {
  const fixture = new Fixture()
  const [consumer, peer] = [fixture.face(), fixture.face({ form: 'flat' })]
  fixture.route('/128=F', peer)
  peer.interest('G/b', { form: 'extended' })
  peer.take()
  t.equal(peer.form, 'flat')
  consumer.interest('F/c')
  t.same(parts(peer.takeInterest()), [undefined, undefined, '/128=F/c'])
})

t.test('a function that asks in extended form still gets its work dispatched', async (t) => {
  const fixture = new Fixture()
  const consumer = fixture.face()
  const f = fixture.functionFace('F')
  f.interest('G/a', { form: 'extended' })
  f.take()
  consumer.interest('F/b')
  t.equal(f.takeInterest().form, 'dispatched')
})

t.test('a name of functions only goes flat to a router and not at all to a function', async (t) => {
  const fixture = new Fixture()
  const consumer = fixture.face()
  const router = fixture.face({ form: 'extended' })
  fixture.functionFace('F')
  fixture.route('/128=R', router)

  consumer.interest('/128=R', { canBePrefix: true })
  t.same(parts(router.takeInterest()), [undefined, undefined, '/128=R'], 'an empty Name is not allowed')
  consumer.interest('/128=F/130=a%3D1')
  t.equal(consumer.takeNack().reason, 150)
})

t.test('a chain that names a function twice goes back to the face that it came from', async (t) => {
  const fixture = new Fixture()
  const [consumer, producer] = [fixture.face(), fixture.face()]
  const f = fixture.functionFace('F')
  fixture.route('/x', producer)

  consumer.interest('F:F/x')
  t.same(parts(f.takeInterest()), ['/128=F', '/128=F', '/x'])
  f.interest('F/x', { form: 'extended' })
  t.same(parts(f.takeInterest()), ['/128=F', undefined, '/x'])
  f.interest('/x')
  producer.take()
  producer.data('/x')
  t.equal(f.takeData().data.name.toString(), '/x')
  f.data('F/x')
  t.equal(f.takeData().data.name.toString(), '/128=F/x', 'its own result is its input')
  f.data('F:F/x')
  t.equal(consumer.takeData().data.name.toString(), '/128=F/128=F/x')
})

t.test('an Interest does not go back to a plain face that it came from', async (t) => {
  const fixture = new Fixture()
  const peer = fixture.face()
  fixture.route('/a', peer)
  peer.interest('/a/1')
  t.equal(peer.takeNack().reason, 150)
  t.equal(peer.drops('no-route'), 1)
})
