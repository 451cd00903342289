import t from 'tap'
import { MAX_REGIONS } from '../../src/forwarder/index.ts'
import { NackReason, Name } from '../../src/packet/index.ts'
import { type FakeFace, Fixture } from './fixture.ts'

const hint = (...delegations: string[]): Name[] => delegations.map((uri) => Name.parse(uri))

/** A forwarder with a consumer, a way to a name, and ways to two networks. */
function scene(): {
  fixture: Fixture
  consumer: FakeFace
  named: FakeFace
  near: FakeFace
  far: FakeFace
} {
  const fixture = new Fixture()
  const [consumer, named, near, far] = [fixture.face(), fixture.face(), fixture.face(), fixture.face()]
  fixture.route('/a', named)
  fixture.route('/near', near)
  fixture.route('/far', far)
  return { fixture, consumer, named, near, far }
}

t.test('an Interest with a ForwardingHint goes where its first delegation leads, not its name', async (t) => {
  const { consumer, named, near, far } = scene()
  consumer.interest('/a/1', { forwardingHint: hint('/far/net', '/near') })
  t.same(named.take(), [])
  t.same(near.take(), [])
  const { forwardingHint } = far.takeInterest()
  t.same(forwardingHint?.map(String), ['/far/net', '/near'], 'and keeps its hint')
  far.data('/a/1')
  t.equal(consumer.takeData().data.name.toString(), '/a/1', 'the answer is found by the name alone')
})

t.test('a delegation that leads nowhere is passed over for the first that leads anywhere', async (t) => {
  const { consumer, named, near, far } = scene()
  consumer.interest('/a/1', { forwardingHint: hint('/unknown', '/near', '/far') })
  t.equal(near.take().length, 1)
  t.same([...named.take(), ...far.take()], [])
})

t.test('where no delegation leads anywhere the name decides', async (t) => {
  const { consumer, named } = scene()
  consumer.interest('/a/1', { forwardingHint: hint('/unknown', '/unheard/of') })
  t.equal(named.take().length, 1)
  consumer.interest('/b/1', { forwardingHint: hint('/unknown') })
  t.equal(consumer.takeNack().reason, NackReason.NoRoute)
})

t.test(
  'a delegation for which there is only a default route means nothing yet: the name decides',
  async (t) => {
    const { fixture, consumer, named, near } = scene()
    const anywhere = fixture.face()
    fixture.route('/', anywhere)
    consumer.interest('/a/1', { forwardingHint: hint('/unknown', '/near') })
    t.equal(named.take().length, 1)
    t.same([...anywhere.take(), ...near.take()], [])
    consumer.interest('/b/1', { forwardingHint: hint('/unknown') })
    t.equal(
      anywhere.takeInterest().forwardingHint?.length,
      1,
      'the default route, with the hint for who is beyond it',
    )
  },
)

t.test('in the region that a delegation names the hint is taken away and the name decides', async (t) => {
  const { fixture, consumer, named, far } = scene()
  fixture.forwarder.region.set([Name.parse('/region/here'), Name.parse('/other')])
  for (const [i, delegation] of ['/region', '/region/here'].entries()) {
    consumer.interest(`/a/${i}`, { forwardingHint: hint('/far', delegation), hopLimit: 7, nonce: 5 })
    const interest = named.takeInterest()
    t.same(interest.forwardingHint, [], delegation)
    t.equal(interest.hopLimit, 6)
    t.equal(interest.nonce, 5)
  }
  t.same(far.take(), [])
  consumer.interest('/a/9', { forwardingHint: hint('/far', '/region/here/not') })
  t.equal(far.take().length, 1, 'a name below the region is another one')
  fixture.forwarder.region.set([])
  consumer.interest('/a/10', { forwardingHint: hint('/far', '/region') })
  t.equal(far.take().length, 1, 'in no region no hint is taken away')
})

t.test('a chain is led by its hint too, and sheds it in its region', async (t) => {
  const { fixture, consumer, far } = scene()
  const f = fixture.functionFace('F')
  consumer.interest('F/a/1', { forwardingHint: hint('/far') })
  t.equal(far.take().length, 1)
  fixture.forwarder.region.set([Name.parse('/far')])
  consumer.interest('F/a/2', { forwardingHint: hint('/far'), form: 'extended' })
  const dispatched = f.takeInterest()
  t.same(dispatched.forwardingHint, [])
  t.equal(dispatched.name.toString(), '/128=F/a/2')
})

t.test('after a Nack the next hop is one to which the hint leads as well', async (t) => {
  const { fixture, consumer, named, far } = scene()
  const farther = fixture.face()
  fixture.route('/far', farther, 5)
  consumer.interest('/a/1', { forwardingHint: hint('/far') })
  far.nack(far.takeInterest(), NackReason.NoRoute)
  t.equal(farther.take().length, 1)
  t.same(named.take(), [])
})

t.test(`there may be ${MAX_REGIONS} regions and no more`, async (t) => {
  const { fixture, consumer, named } = scene()
  const { region } = fixture.forwarder
  const regions = Array.from({ length: MAX_REGIONS + 1 }, (_, i) => Name.parse(`/region/${i}`))
  region.set(regions.slice(0, MAX_REGIONS))
  t.throws(() => region.set(regions), RangeError)
  t.equal(region.names.length, MAX_REGIONS, 'those before stay')
  consumer.interest('/a/1', { forwardingHint: hint(`/region/${MAX_REGIONS - 1}`) })
  t.same(named.takeInterest().forwardingHint, [])
})
