import t from 'tap'
import { decodePacket, MAX_PACKET_SIZE, readNni, TlvReader } from '../../src/packet/index.ts'
import { CORPUS } from './corpus.ts'
import {
  data,
  decodeData,
  decodeInterest,
  hex,
  interest,
  lpPacket,
  NONCE,
  name,
  refuses,
  SIGNATURE,
  tlv,
} from './wire.ts'

for (const [what, packet] of Object.entries(CORPUS)) {
  t.test(`${what} cut short anywhere is refused as truncated`, async (t) => {
    t.doesNotThrow(() => decodePacket(packet))
    for (let size = 0; size < packet.length; size++) {
      try {
        decodePacket(packet.subarray(0, size))
        t.fail(`${size} of ${packet.length} octets were accepted`)
      } catch (error) {
        if ((error as { code?: string }).code !== 'truncated')
          t.match(error, { code: 'truncated' }, `${size} octets`)
      }
    }
    t.pass(`${packet.length} cuts`)
  })

  t.test(`${what} with an octet after it is refused`, async (t) => {
    refuses(t, Buffer.concat([packet, hex('00')]), 'bad-value', /octets after the (Interest|Data|LpPacket)/)
  })
}

t.test('an element that says it is longer than what holds it is refused', async (t) => {
  for (const length of ['05', 'fc', 'fd1000', 'fe7fffffff', 'ff7fffffffffffffff', 'ffffffffffffffffff']) {
    refuses(t, hex(`05${length}0700`), 'truncated', /element 5 says \d+ octets, 2 are left/)
    refuses(t, interest(hex(`07${length}0801`)), 'truncated', /element 7 says \d+ octets, 2 are left/)
    refuses(t, interest(tlv(7, hex(`08${length}6161`))), 'truncated', /element 8 says \d+ octets, 2 are left/)
  }
})

t.test('an element that ends in its TLV-TYPE or TLV-LENGTH is refused', async (t) => {
  for (const header of [
    '08',
    'fd',
    'fd01',
    'fe000100',
    'ff000000',
    '08fd',
    '08fd01',
    '08fe000100',
    '08ff00000001000000',
  ]) {
    refuses(t, interest(tlv(7, hex(header))), 'truncated', /the element ends in its header/)
    refuses(
      t,
      interest(tlv(7, hex(header)), tlv(34, hex('05'))),
      'truncated',
      /the element ends in its header/,
    )
  }
  for (const header of ['', '05', '05fd', '05fd01', '64fe0001'])
    refuses(t, hex(header), 'truncated', /empty|header/)
})

t.test('a TLV-TYPE or TLV-LENGTH in more octets than it needs is refused', async (t) => {
  const long = ['fd0005', 'fd00fc', 'fe00000005', 'fe0000ffff', 'ff0000000000000005', 'ff00000000ffffffff']
  for (const number of long) {
    refuses(t, hex(`${number}020700`), 'non-minimal', /^\d+ in [359] octets$/)
    refuses(t, hex(`05${number}0700`), 'non-minimal', /^\d+ in [359] octets$/)
    refuses(t, interest(name('a'), hex(`${number}00`)), 'non-minimal', /^\d+ in [359] octets$/)
    refuses(t, interest(tlv(7, hex(`08${number}`))), 'non-minimal', /^\d+ in [359] octets$/)
  }
})

t.test('the shortest form of each size is accepted', async (t) => {
  const types = ['fc', 'fd00fe', 'fdfffe', 'fe00010000', 'fefffffffe']
  for (const type of types)
    t.equal(decodeInterest(interest(name('a'), NONCE, hex(`${type}00`))).nonce, 0x01020304)
  for (const size of [0, 252, 253, 8000])
    t.equal(decodeInterest(interest(name('x'.repeat(size)))).name.length, 1)
})

t.test('TLV-TYPE 0 is refused everywhere', async (t) => {
  refuses(t, hex('0000'), 'bad-value', /TLV-TYPE 0 is reserved/)
  refuses(t, interest(name('a'), hex('0000')), 'bad-value', /TLV-TYPE 0 is reserved/)
  refuses(t, interest(name([0, 'a'])), 'bad-value', /TLV-TYPE 0 is reserved/)
  refuses(t, data(name('a'), tlv(20, hex('0000')), ...SIGNATURE), 'bad-value', /TLV-TYPE 0 is reserved/)
  refuses(t, lpPacket(hex('0000')), 'bad-value', /TLV-TYPE 0 is reserved/)
})

t.test('a TLV-TYPE beyond 32 bits is refused, even though it is even', async (t) => {
  refuses(t, interest(name('a'), hex('ff 00000001 00000000 00')), 'bad-value', /TLV-TYPE beyond 2\^32-1/)
  refuses(t, hex('ff 00000001 00000000 00'), 'bad-value', /TLV-TYPE beyond 2\^32-1/)
})

t.test('a number of 0, 3, 5 or 9 octets is refused', async (t) => {
  for (const octets of [0, 3, 5, 9]) {
    const value = Buffer.alloc(octets)
    const message = new RegExp(`a number of ${octets} octets, not 1, 2, 4 or 8`)
    refuses(t, interest(name('a'), tlv(12, value)), 'bad-value', message)
    refuses(t, data(name('a'), tlv(20, tlv(24, value)), ...SIGNATURE), 'bad-value', message)
    refuses(t, data(name('a'), tlv(20, tlv(25, value)), ...SIGNATURE), 'bad-value', message)
    refuses(t, data(name('a'), tlv(22, tlv(27, value)), tlv(23)), 'bad-value', message)
    refuses(t, lpPacket(tlv(832, value), tlv(80, interest(name('a')))), 'bad-value', message)
    t.throws(() => readNni(value, 0, octets), { code: 'bad-value', message })
  }
})

t.test('a number is read in any of its four sizes, the shortest or not', async (t) => {
  for (const value of ['07', '0007', '00000007', '0000000000000007'])
    t.equal(decodeInterest(interest(name('a'), tlv(12, hex(value)))).lifetime, 7)
})

t.test('a period beyond 2^53-1 milliseconds is legal and read as 2^53-1', async (t) => {
  for (const value of ['0020000000000000', 'ffffffffffffffff']) {
    t.equal(decodeInterest(interest(name('a'), tlv(12, hex(value)))).lifetime, Number.MAX_SAFE_INTEGER)
    const fresh = data(name('a'), tlv(20, tlv(25, hex(value))), ...SIGNATURE)
    t.equal(decodeData(fresh).freshnessPeriod, Number.MAX_SAFE_INTEGER)
    t.throws(() => readNni(hex(value), 0, 8), { code: 'bad-value', message: /beyond 2\^53-1/ })
  }
})

t.test('a frame larger than a packet may be is refused before it is read', async (t) => {
  const frame = (size: number): Buffer => interest(name('a'), tlv(240, Buffer.alloc(size - 4 - 5 - 4)))
  t.equal(frame(MAX_PACKET_SIZE).length, MAX_PACKET_SIZE)
  t.equal(decodeInterest(frame(MAX_PACKET_SIZE)).name.toString(), '/a')
  refuses(t, frame(MAX_PACKET_SIZE + 1), 'oversized', /a frame of 8801 octets; a packet has at most 8800/)
  refuses(t, Buffer.alloc(2 ** 20), 'oversized', /a frame of 1048576 octets/)
})

t.test('what is no packet is refused', async (t) => {
  refuses(t, hex(''), 'truncated', /an empty frame/)
  refuses(t, name('a'), 'not-a-packet', /an element of type 7 is neither Interest nor Data/)
  refuses(t, tlv(800, hex('')), 'not-a-packet', /an element of type 800 is neither Interest nor Data/)
  refuses(t, Buffer.from('GET / HTTP/1.1\r\n\r\n'), 'truncated', /element 71 says 69 octets/)
})

t.test('the reader gives the place of an element and nothing beyond its bounds', async (t) => {
  const buffer = hex('ff 0801 61 0802 6263 08')
  const reader = new TlvReader(buffer, 1, 8)
  t.ok(reader.next())
  t.match(reader, { type: 8, start: 1, valueStart: 3, valueEnd: 4, length: 1 })
  t.ok(reader.next())
  t.same(reader.value, hex('6263'))
  t.throws(() => reader.expectLength(3, 'thing'), {
    code: 'bad-value',
    message: 'a thing of 2 octets, not 3',
  })
  t.notOk(reader.next())
  t.throws(() => new TlvReader(buffer, 1, 7).next() && new TlvReader(buffer, 4, 7).next(), {
    code: 'truncated',
  })
})
