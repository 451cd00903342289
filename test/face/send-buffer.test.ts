import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { SendBuffer } from '../../src/face/send-buffer.ts'
import { bufferBytes } from './fixture.ts'

const KIB = 1024

t.test('buffers that share spare memory never mix up what is in them', async (t) => {
  const step = fc.record({
    which: fc.nat(3),
    size: fc.oneof(fc.nat(200), fc.nat(20_000), fc.nat(150_000)),
    clears: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const buffers = Array.from({ length: 4 }, () => new SendBuffer())
      const expected = buffers.map(() => Buffer.alloc(0))
      for (const [i, { which, size, clears }] of steps.entries()) {
        const buffer = buffers[which] as SendBuffer
        if (clears) {
          buffer.clear()
          expected[which] = Buffer.alloc(0)
        }
        const octets = Buffer.alloc(size + 10, i + 1)
        buffer.append(octets, 7, 7 + size)
        expected[which] = Buffer.concat([expected[which] as Buffer, octets.subarray(7, 7 + size)])
      }
      for (const [i, { memory, length }] of buffers.entries()) {
        assert.ok(Buffer.from(memory.subarray(0, length)).equals(expected[i] as Buffer))
      }
      for (const buffer of buffers) buffer.clear()
    }),
    { numRuns: 60 },
  )
  t.pass()
})

t.test('what was cleared twice is given to one only', async (t) => {
  const [a, b, c] = [new SendBuffer(), new SendBuffer(), new SendBuffer()]
  a.append(Buffer.alloc(100, 1), 0, 100)
  const { memory } = a
  a.clear()
  a.clear()
  b.append(Buffer.alloc(100, 2), 0, 100)
  c.append(Buffer.alloc(100, 3), 0, 100)
  t.equal(b.memory, memory, 'it is used again')
  t.not(c.memory, memory)
})

t.test('an empty buffer holds no memory, and there is a bound to what is spare', async (t) => {
  const before = await bufferBytes()
  const buffers = Array.from({ length: 300 }, () => new SendBuffer())
  const octets = Buffer.alloc(100 * KIB)
  for (const buffer of buffers) buffer.append(octets, 0, octets.length)
  t.ok(process.memoryUsage().arrayBuffers - before > 300 * 100 * KIB)
  for (const buffer of buffers) buffer.clear()
  // Of each of the two sizes that they had 2 MiB.
  const limit = 4.5 * KIB * KIB
  const held = (await bufferBytes(before + limit)) - before
  t.ok(held <= limit, `${held} octets`)
})

t.test('memory for an unusual lot is not kept', async (t) => {
  const before = await bufferBytes()
  const buffer = new SendBuffer()
  const octets = Buffer.alloc(KIB * KIB)
  for (let i = 0; i < 20; i++) buffer.append(octets, 0, octets.length)
  t.equal(buffer.length, 20 * KIB * KIB)
  buffer.clear()
  // What it outgrew: 64 KiB, 128 KiB and so on up to 2 MiB.
  const limit = 5.5 * KIB * KIB
  const held = (await bufferBytes(before + limit)) - before
  t.ok(held <= limit, `${held} octets`)
})
