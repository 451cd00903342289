import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { Framer, type OnFrame } from '../../src/face/framer.ts'
import { encodeTlv, MAX_PACKET_SIZE, TT } from '../../src/packet/index.ts'
import { bufferBytes, frame } from './fixture.ts'

const packets = fc
  .tuple(
    fc.constantFrom(TT.Interest, TT.Data, TT.LpPacket),
    fc.oneof(
      fc.integer({ min: 0, max: 300 }),
      fc.integer({ min: 240, max: 260 }),
      fc.integer({ min: 0, max: MAX_PACKET_SIZE - 4 }),
    ),
    fc.nat(255),
  )
  .map(([type, length, fill]) => Buffer.from(encodeTlv(type, Buffer.alloc(length, fill))))

/** Keeps a copy of each frame, for the octets are good only during the call. */
function collect(into: Uint8Array[]): OnFrame {
  return (buffer, start, end) => void into.push(Buffer.from(buffer.subarray(start, end)))
}

/** How a stream is cut: often into single octets, as no sane peer would. */
const cuts = fc.array(
  fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 20_000 })),
  { minLength: 1, maxLength: 400 },
)

t.test('however a stream is cut into chunks, the same packets come out', async (t) => {
  fc.assert(
    fc.property(fc.array(packets, { maxLength: 12 }), cuts, (sent, lengths) => {
      const received: Buffer[] = []
      const framer = new Framer(collect(received))
      let rest = Buffer.concat(sent)
      for (let i = 0; rest.length > 0; i++) {
        // A chunk's memory is used again as soon as it was pushed, as a socket may do.
        const chunk = Buffer.from(rest.subarray(0, lengths[i % lengths.length]))
        rest = rest.subarray(chunk.length)
        assert.equal(framer.push(chunk), undefined)
        chunk.fill(0xee)
      }
      assert.deepEqual(received, sent)
    }),
    { numRuns: 300 },
  )
  t.pass()
})

t.test(
  'nothing is copied of a packet that lies in one chunk, and one buffer serves all that are split',
  async (t) => {
    const buffers: Uint8Array[] = []
    const framer = new Framer((buffer) => void buffers.push(buffer))
    const whole = Buffer.concat([frame(1), frame(2)])
    framer.push(whole)
    t.ok(buffers.length === 2 && buffers.every((buffer) => buffer === whole))
    buffers.length = 0
    for (const octet of whole) framer.push(Buffer.of(octet))
    t.equal(buffers.length, 2)
    t.equal(buffers[0], buffers[1])
  },
)

t.test('octets behind the end of a chunk are not looked at', async (t) => {
  const received: Uint8Array[] = []
  const framer = new Framer(collect(received))
  const memory = Buffer.alloc(1000, 9)
  memory.set(frame(1))
  t.equal(framer.push(memory, frame(1).length), undefined)
  t.equal(framer.push(memory, 50), undefined)
  memory.set(frame(1).subarray(50))
  t.equal(framer.push(memory, frame(1).length - 50), undefined)
  t.same(received, [frame(1), frame(1)])
})

const FAULTS: [string, number[], 'oversized' | 'garbage', number][] = [
  ['a packet of 8801 octets', [6, 253, 0x22, 0x5d], 'oversized', 4],
  ['a packet of 65,539 octets', [100, 253, 0xff, 0xff], 'oversized', 4],
  ['a packet of 1 GiB', [100, 254, 0x40, 0, 0, 0], 'oversized', 2],
  ['a length of 9 octets', [5, 255, 0, 0, 0, 0, 0, 0, 0, 1], 'oversized', 2],
  ['an octet that begins no packet', [7], 'garbage', 1],
  ['a zero', [0], 'garbage', 1],
  ['text', [...Buffer.from('GET / HTTP/1.1\r\n')], 'garbage', 1],
  ['a TLV-TYPE of 3 octets', [253, 1, 0, 0], 'garbage', 1],
]

for (const [what, octets, fault, needed] of FAULTS) {
  t.test(`${what} is ${fault}, as soon as its first ${needed} octets are there`, async (t) => {
    for (const before of [[], [frame(1)], [frame(1), frame(2, 5000)]]) {
      const received: Uint8Array[] = []
      const framer = new Framer(collect(received))
      t.equal(framer.push(Buffer.concat([...before, Buffer.from(octets)])), fault)
      t.same(received, before, 'what came before it is received')
    }
    const framer = new Framer(() => t.fail('no packet'))
    const faults = octets.map((octet) => framer.push(Buffer.of(octet)))
    t.equal(faults.indexOf(fault), needed - 1, 'also octet by octet')
  })
}

t.test('a packet of exactly 8800 octets is none too many', async (t) => {
  const received: Uint8Array[] = []
  const framer = new Framer(collect(received))
  t.equal(framer.push(frame(1, MAX_PACKET_SIZE)), undefined)
  t.equal(received[0]?.length, MAX_PACKET_SIZE)
})

t.test('an unfinished packet costs no more than a packet, not the chunk that it came in', async (t) => {
  const before = await bufferBytes()
  const framers: Framer[] = []
  for (let i = 0; i < 300; i++) {
    const framer = new Framer(() => {})
    const chunk = Buffer.alloc(65_536)
    let at = 0
    for (; at + 8000 < chunk.length - 8000; at += 8000) chunk.set(frame(1, 8000), at)
    chunk.set(frame(2, MAX_PACKET_SIZE).subarray(0, chunk.length - at), at)
    const end = Math.min(chunk.length, at + MAX_PACKET_SIZE - 1)
    t.equal(framer.push(chunk.subarray(0, end)), undefined)
    framers.push(framer)
  }
  const limit = 300 * 10_000
  const held = (await bufferBytes(before + limit)) - before
  t.ok(held <= limit, `${held} octets for ${framers.length} faces`)
})
