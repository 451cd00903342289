import t from 'tap'
import { decodePacket, NackReason } from '../../src/packet/index.ts'
import { data, hex, interest, lpPacket, name, refuses, SIGNATURE, tlv } from './wire.ts'

const INTEREST = interest(name('a'))
const FRAGMENT = tlv(80, INTEREST)
const TOKEN = tlv(98, hex('0102'))
const NACK = tlv(800, tlv(801, hex('32')))
const INCOMING = tlv(812, hex('0101'))
const MARK = tlv(832, hex('01'))
const ACK = tlv(836, hex('0000000000000001'))

t.test('a PIT token of 0 or of 33 octets is refused', async (t) => {
  for (const octets of [0, 33])
    refuses(
      t,
      lpPacket(tlv(98, Buffer.alloc(octets)), FRAGMENT),
      'bad-value',
      /a PIT token of (0|33) octets, not 1 to 32/,
    )
  for (const octets of [1, 32])
    t.equal(decodePacket(lpPacket(tlv(98, Buffer.alloc(octets)), FRAGMENT)).pitToken?.length, octets)
})

t.test('an LpPacket without a fragment is idle', async (t) => {
  t.match(decodePacket(lpPacket()), { kind: 'idle', pitToken: undefined })
  t.match(decodePacket(lpPacket(ACK, ACK)), { kind: 'idle' })
  t.match(decodePacket(lpPacket(NACK)), { kind: 'idle' }, 'a Nack of nothing says nothing')
})

t.test('a fragment that is neither Interest nor Data is refused', async (t) => {
  refuses(t, lpPacket(tlv(80)), 'not-a-packet', /an empty fragment is neither Interest nor Data/)
  refuses(t, lpPacket(tlv(80, name('a'))), 'not-a-packet', /an element of type 7 is neither/)
  refuses(t, lpPacket(tlv(80, lpPacket(FRAGMENT))), 'not-a-packet', /an element of type 100 is neither/)
  refuses(t, lpPacket(tlv(80, INTEREST, INTEREST)), 'bad-value', /octets after the Interest/)
  refuses(t, lpPacket(tlv(80, INTEREST.subarray(0, 4))), 'truncated', /element 5 says 5 octets/)
})

t.test('a Nack of a Data is refused', async (t) => {
  refuses(t, lpPacket(NACK, tlv(80, data(name('a'), ...SIGNATURE))), 'not-a-packet', /not an Interest/)
})

t.test('a Nack without a reason, or with one that is unknown, is a Nack', async (t) => {
  t.match(decodePacket(lpPacket(tlv(800), FRAGMENT)), { kind: 'nack', reason: NackReason.None })
  t.match(decodePacket(lpPacket(tlv(800, tlv(240)), FRAGMENT)), { kind: 'nack', reason: NackReason.None })
  t.match(decodePacket(lpPacket(tlv(800, tlv(801, hex('0400'))), FRAGMENT)), { kind: 'nack', reason: 1024 })
  t.match(decodePacket(lpPacket(NACK, FRAGMENT)), { kind: 'nack', reason: NackReason.Congestion })
})

t.test('a Nack with a malformed or repeated reason is refused', async (t) => {
  refuses(t, lpPacket(tlv(800, tlv(801)), FRAGMENT), 'bad-value', /a number of 0 octets/)
  refuses(
    t,
    lpPacket(tlv(800, tlv(801, hex('32')), tlv(801, hex('96'))), FRAGMENT),
    'out-of-order',
    /in a Nack/,
  )
  refuses(t, lpPacket(tlv(800, tlv(803)), FRAGMENT), 'unknown-critical', /unknown element 803 in a Nack/)
})

t.test('an unknown field is ignored only if NDNLPv2 says so', async (t) => {
  for (const type of [804, 824, 852, 844, 848, 956])
    t.match(decodePacket(lpPacket(tlv(type, 'x'), FRAGMENT, tlv(type))), { kind: 'interest' }, `${type}`)
  for (const type of [32, 84, 99, 240, 796, 801, 802, 803, 960, 1000])
    refuses(
      t,
      lpPacket(tlv(type, 'x'), FRAGMENT),
      'unknown-critical',
      new RegExp(`unknown field ${type} in an LpPacket`),
    )
})

t.test('fields out of order are refused', async (t) => {
  const fields = [
    tlv(81, Buffer.alloc(8)),
    TOKEN,
    NACK,
    INCOMING,
    MARK,
    ACK,
    tlv(840, Buffer.alloc(8)),
    FRAGMENT,
  ]
  t.match(decodePacket(lpPacket(...fields)), { kind: 'nack', incomingFaceId: 257, congestionMark: 1 })
  for (let i = 1; i < fields.length; i++) {
    const swapped = fields.toSpliced(i, 1).toSpliced(i - 1, 0, fields[i] as Buffer)
    refuses(t, lpPacket(...swapped), 'out-of-order', /field \d+ in an LpPacket out of order/)
  }
})

t.test('no field but Ack may be repeated', async (t) => {
  for (const field of [TOKEN, NACK, INCOMING, MARK])
    refuses(t, lpPacket(field, field, FRAGMENT), 'out-of-order', /repeated/)
  refuses(t, lpPacket(FRAGMENT, FRAGMENT), 'out-of-order', /field 80 in an LpPacket out of order or repeated/)
  t.match(decodePacket(lpPacket(ACK, ACK, ACK, FRAGMENT)), { kind: 'interest' })
})

t.test('a packet in fragments is refused', async (t) => {
  const message = /a fragment of a packet, on a link that does not fragment/
  refuses(t, lpPacket(tlv(83, hex('02')), FRAGMENT), 'bad-value', message)
  refuses(t, lpPacket(tlv(82, hex('01')), FRAGMENT), 'bad-value', message)
  refuses(t, lpPacket(tlv(82, hex('01')), tlv(83, hex('02')), FRAGMENT), 'bad-value', message)
  refuses(t, lpPacket(tlv(83, hex('000001')), FRAGMENT), 'bad-value', /a number of 3 octets/)
  t.match(decodePacket(lpPacket(tlv(82, hex('00')), tlv(83, hex('01')), FRAGMENT)), { kind: 'interest' })
})
