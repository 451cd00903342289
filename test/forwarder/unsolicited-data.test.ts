import t from 'tap'
import { type Forwarder, MAX_NAME_COMPONENTS, type UnsolicitedDataPolicy } from '../../src/forwarder/index.ts'
import { Name } from '../../src/packet/index.ts'
import { Fixture } from './fixture.ts'

const ADMITTED: Record<UnsolicitedDataPolicy, { local: boolean; network: boolean }> = {
  'drop-all': { local: false, network: false },
  'admit-local': { local: true, network: false },
  'admit-network': { local: false, network: true },
  'admit-all': { local: true, network: true },
}

for (const [policy, admitted] of Object.entries(ADMITTED) as [
  UnsolicitedDataPolicy,
  (typeof ADMITTED)['drop-all'],
][]) {
  t.test(
    `with the policy ${policy} a Data that nobody asked for is kept or not by where it came from`,
    async (t) => {
      const fixture = new Fixture({ unsolicited: policy })
      const [consumer, local, network] = [fixture.face(), fixture.face({ isLocal: true }), fixture.face()]
      local.data('/local/1')
      network.data('/network/1')
      t.equal(
        local.drops('unsolicited') + network.drops('unsolicited'),
        2,
        'counted whether it is kept or not',
      )
      t.equal(fixture.forwarder.contentStore.packets, Number(admitted.local) + Number(admitted.network))
      consumer.interest('/local/1')
      t.equal(consumer.take()[0]?.kind, admitted.local ? 'data' : 'nack')
      consumer.interest('/network/1')
      t.equal(consumer.take()[0]?.kind, admitted.network ? 'data' : 'nack')
    },
  )
}

t.test('the policy for Data that nobody asked for can be changed while running', async (t) => {
  const fixture = new Fixture()
  const face = fixture.face()
  const { forwarder }: { forwarder: Forwarder } = fixture
  t.equal(forwarder.unsolicited, 'drop-all', 'as NFD has it')
  forwarder.unsolicited = 'admit-all'
  t.equal(forwarder.unsolicited, 'admit-all')
  face.data('/a/1')
  forwarder.unsolicited = 'drop-all'
  face.data('/a/2')
  t.equal(forwarder.contentStore.packets, 1)
})

t.test('what a function says unasked is kept only under its own names', async (t) => {
  const fixture = new Fixture({ unsolicited: 'admit-all' })
  const f = fixture.functionFace('F')
  f.data('/a/1')
  t.equal(f.drops('foreign-name'), 1)
  t.equal(fixture.forwarder.contentStore.packets, 0)
  f.data('F/a/1')
  t.equal(fixture.forwarder.contentStore.packets, 1)
})

t.test('Data that nobody asked for cannot push out what was asked for', async (t) => {
  const fixture = new Fixture({ contentStore: { maxPackets: 20 } })
  const [consumer, producer, attacker] = [fixture.face(), fixture.face(), fixture.face()]
  fixture.route('/a', producer)
  for (let i = 0; i < 20; i++) {
    consumer.interest(`/a/${i}`)
    producer.data(`/a/${i}`)
  }
  consumer.take()
  for (let i = 0; i < 1000; i++) attacker.data(`/a/${i % 40}`, { content: Buffer.from('false') })
  t.equal(attacker.drops('unsolicited'), 1000)
  const { contentStore } = fixture.forwarder
  t.same([contentStore.packets, contentStore.insertions, contentStore.evictions], [20, 20, 0])
  for (let i = 0; i < 20; i++) consumer.interest(`/a/${i}`)
  t.equal(consumer.take().filter((p) => p.kind === 'data' && p.data.content.length === 0).length, 20)
})

t.test(
  'Data with many components, even where it is admitted, stays within the bounds of the store',
  async (t) => {
    const maxPackets = 50
    const fixture = new Fixture({ unsolicited: 'admit-all', contentStore: { maxPackets, policy: 's3-fifo' } })
    const [consumer, attacker] = [fixture.face(), fixture.face()]
    const { contentStore } = fixture.forwarder
    for (let i = 0; i < 500; i++) {
      attacker.data(Name.parse(`/${i}${'/x'.repeat(MAX_NAME_COMPONENTS + (i % 3))}`))
      if (contentStore.packets * MAX_NAME_COMPONENTS > maxPackets * 16)
        t.fail('too many prefixes are indexed')
    }
    t.ok(contentStore.packets > 0)
    consumer.interest('/499/x', { canBePrefix: true })
    t.equal(consumer.take()[0]?.kind, 'data', 'the last one is there')
    consumer.interest('/1/x', { canBePrefix: true })
    t.equal(consumer.take()[0]?.kind, 'nack', 'an old one is not')
  },
)
