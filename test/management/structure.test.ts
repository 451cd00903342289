import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import {
  channelStatus,
  controlParameters,
  controlResponse,
  csInfo,
  faceEventNotification,
  faceQueryFilter,
  faceStatus,
  fibEntry,
  forwarderStatus,
  ribEntry,
  strategyChoice,
} from '../../src/management/index.ts'
import { encodeNni, encodeTlv, Name, PacketError, TT } from '../../src/packet/index.ts'
import { holds } from '../packet/holds.ts'
import { componentValues, linkType, nameOf, number, persistency, scope, text } from './arbitraries.ts'

const ALL = {
  controlParameters,
  controlResponse,
  faceStatus,
  faceQueryFilter,
  channelStatus,
  faceEventNotification,
  fibEntry,
  ribEntry,
  strategyChoice,
  csInfo,
  forwarderStatus,
}
const TYPES = [101, 104, 128, 130, 150, 192]

// NDNts has neither of these two.
holds(
  'a FibEntry is read as it was written',
  fc.record(
    {
      values: componentValues,
      nextHops: fc.array(fc.record({ faceId: number, cost: number }, { noNullPrototype: true })),
    },
    { noNullPrototype: true },
  ),
  ({ values, nextHops }) => {
    const read = fibEntry.decode(fibEntry.encode({ prefix: nameOf(values), nextHops }))
    assert.ok(read.prefix.equals(nameOf(values)))
    assert.deepEqual(read.nextHops, nextHops)
  },
)

holds(
  'a FaceEventNotification is read as it was written',
  fc.record(
    {
      kind: fc.constantFrom('created', 'destroyed', 'up', 'down'),
      faceId: number,
      uri: text,
      localUri: text,
      faceScope: scope,
      facePersistency: persistency,
      linkType,
      flags: number,
    },
    { noNullPrototype: true },
  ),
  (event) =>
    assert.deepEqual(faceEventNotification.decode(faceEventNotification.encode(event as never)), event),
)

holds(
  'octets that are no structure give an error of the packet and no other',
  fc.uint8Array({ maxLength: 60 }),
  (octets) => {
    for (const structure of Object.values(ALL)) {
      for (const type of [undefined, ...TYPES]) {
        try {
          structure.decode(type === undefined ? octets : Uint8Array.of(type, octets.length, ...octets))
        } catch (error) {
          assert.ok(error instanceof PacketError)
        }
      }
    }
  },
)

t.test('a FaceEventNotification has the numbers of NFD', async (t) => {
  const octets = faceEventNotification.encode({
    kind: 'destroyed',
    faceId: 300,
    uri: 'u',
    localUri: 'l',
    faceScope: 'local',
    facePersistency: 'permanent',
    linkType: 'multi-access',
    flags: 4,
  })
  t.equal(Buffer.from(octets).toString('hex'), 'c019c101026902012c72017581016c8401018501028601016c0104')
})

t.test('a FibEntry has the numbers of NFD', async (t) => {
  const octets = fibEntry.encode({ prefix: Name.parse('/A'), nextHops: [{ faceId: 10, cost: 200 }] })
  t.equal(Buffer.from(octets).toString('hex'), '800d0703080141810669010a6a01c8')
})

t.test('a structure is refused that', async (t) => {
  const refused = (bytes: Uint8Array, code: string, message: RegExp): void => {
    t.throws(() => controlParameters.decode(bytes), { name: 'PacketError', code, message })
  }
  await t.test('is not there', async () => {
    refused(new Uint8Array(), 'missing-element', /ControlParameters is missing/)
  })
  await t.test('is another', async () => {
    refused(encodeTlv(99), 'bad-value', /element 99, where ControlParameters is expected/)
  })
  await t.test('has something after it', async () => {
    refused(Buffer.concat([encodeTlv(104), encodeTlv(99)]), 'bad-value', /element 99 after ControlParameters/)
  })
  await t.test('is cut short', async () => refused(Uint8Array.of(104, 200, 1), 'truncated', /./))
  await t.test('has a number of three octets', async () => {
    refused(encodeTlv(104, encodeTlv(105, Uint8Array.of(1, 2, 3))), 'bad-value', /3 octets/)
  })
  await t.test('has text that is not UTF-8', async () => {
    refused(encodeTlv(104, encodeTlv(114, Uint8Array.of(0xff))), 'bad-value', /element 114 is not UTF-8/)
  })
  await t.test('has a Name that is none', async () => {
    refused(encodeTlv(104, encodeTlv(TT.Name, Uint8Array.of(8, 5, 1))), 'truncated', /./)
  })
  await t.test('has a Strategy without a Name', async () => {
    refused(encodeTlv(104, encodeTlv(107)), 'missing-element', /element 107 without a Name/)
  })
  await t.test('has a number that stands for nothing', async () => {
    refused(encodeTlv(104, encodeTlv(133, encodeNni(3))), 'bad-value', /element 133 is 3, not from 0 to 2/)
  })
  await t.test('has flags of which bits would be lost', async () => {
    refused(encodeTlv(104, encodeTlv(108, Buffer.alloc(8, 0xff))), 'bad-value', /beyond 2\^53/)
  })
  await t.test('lacks an element', async (t) => {
    t.throws(() => channelStatus.decode(encodeTlv(130)), {
      code: 'missing-element',
      message: 'ChannelStatus without localUri (element 129)',
    })
  })
  await t.test('is to be written with a word that is none', async (t) => {
    t.throws(() => controlParameters.encode({ facePersistency: 'forever' as 'permanent' }), {
      code: 'bad-value',
    })
  })
  await t.test('is to be written with a number that is none', async (t) => {
    t.throws(() => controlParameters.encode({ cost: -1 }), { code: 'bad-value' })
  })
})

t.test('elements may come in any order, with others among them, and the first of two counts', async (t) => {
  const octets = encodeTlv(
    104,
    encodeTlv(106, encodeNni(7)),
    encodeTlv(251, encodeNni(1)),
    encodeTlv(105, encodeNni(9)),
    encodeTlv(106, encodeNni(8)),
  )
  t.same(controlParameters.decode(octets), { faceId: 9, cost: 7 })
})

t.test('a period beyond 2^53-1 is as long as can be', async (t) => {
  const octets = encodeTlv(104, encodeTlv(109, Buffer.alloc(8, 0xff)))
  t.same(controlParameters.decode(octets), { expirationPeriod: Number.MAX_SAFE_INTEGER })
})

t.test('the items of a dataset are read one after the other', async (t) => {
  const items = [{ localUri: 'tcp4://0.0.0.0:6363' }, { localUri: 'unix:///run/nfd.sock' }]
  t.same(channelStatus.decodeAll(Buffer.concat(items.map((item) => channelStatus.encode(item)))), items)
  t.same(channelStatus.decodeAll(new Uint8Array()), [])
})

t.test('a name that was read does not change with the buffer that it was read from', async (t) => {
  const octets = controlParameters.encode({ name: Name.parse('/lab/1') })
  const { name } = controlParameters.decode(octets)
  octets.fill(0)
  t.equal(String(name), '/lab/1')
})
