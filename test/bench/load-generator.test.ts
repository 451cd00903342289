import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Data, Interest } from '@ndn/packet'
import { Decoder } from '@ndn/tlv'
import fc from 'fast-check'
import t, { type Test } from 'tap'
import { FrameReader } from '../../bench/forwarding/frames.ts'
import { Generator } from '../../bench/forwarding/generator.ts'
import type { Load } from '../../bench/forwarding/load.ts'
import { dataTemplate, interestTemplate, patch } from '../../bench/forwarding/packets.ts'
import { last, readPacket } from '../../bench/forwarding/read-packet.ts'
import { encodeTlv, TT } from '../../src/packet/index.ts'

t.test('what the generator sends is what NDNts reads', async (t) => {
  for (const form of ['plain', 'flat'] as const) {
    const { bytes, numberAt, nonceAt } = interestTemplate(form)
    patch(bytes, numberAt, 0x01020304)
    patch(bytes, nonceAt, 0x0a0b0c0d)
    const interest = Decoder.decode(bytes, Interest)
    t.strictSame([...interest.name.at(-1).value], [1, 2, 3, 4])
    t.equal(interest.nonce, 0x0a0b0c0d)
    const template = dataTemplate(form, 8000)
    patch(template.bytes, template.numberAt, 0x01020304)
    const data = Decoder.decode(template.bytes, Data)
    t.ok(data.name.equals(interest.name), `${form}: the Data answers the Interest`)
    t.equal(data.content.length, 8000)
  }
})

t.test('a PIT token goes with the Data', async (t) => {
  const { bytes, tokenAt, numberAt } = dataTemplate('plain', 100, 6)
  bytes.set([1, 2, 3, 4, 5, 6], tokenAt)
  patch(bytes, numberAt, 77)
  t.equal(readPacket(bytes, 0, bytes.length), TT.Data)
  t.equal(last.number, 77)
  t.strictSame([...bytes.subarray(last.tokenAt, last.tokenAt + last.tokenBytes)], [1, 2, 3, 4, 5, 6])
  t.equal(Decoder.decode(bytes.subarray(last.start, last.end), Data).content.length, 100)
})

t.test('the number of a packet is read from what forwarders make of it', async (t) => {
  const { bytes, numberAt } = interestTemplate('extended')
  patch(bytes, numberAt, 4_000_000_000)
  t.equal(readPacket(bytes, 0, bytes.length), TT.Interest)
  t.equal(last.number, 4_000_000_000)
  const withToken = encodeTlv(
    TT.LpPacket,
    encodeTlv(TT.LpPitToken, Uint8Array.of(9, 8, 7)),
    encodeTlv(TT.LpFragment, bytes),
  )
  t.equal(readPacket(withToken, 0, withToken.length), TT.Interest)
  t.strictSame([...withToken.subarray(last.tokenAt, last.tokenAt + last.tokenBytes)], [9, 8, 7])
  const nack = encodeTlv(TT.LpPacket, encodeTlv(TT.LpNack), encodeTlv(TT.LpFragment, bytes))
  t.equal(readPacket(nack, 0, nack.length), TT.LpNack)
  t.equal(last.number, 4_000_000_000)
  const idle = encodeTlv(TT.LpPacket)
  t.equal(readPacket(idle, 0, idle.length), 0)
  t.throws(() => readPacket(Uint8Array.of(9, 0), 0, 2), /type 9/)
})

t.test('frames come whole, however the stream is cut', async (t) => {
  const frames = [interestTemplate('plain'), dataTemplate('flat', 300), dataTemplate('plain', 8000, 4)]
  const stream = Buffer.concat([...frames, ...frames].map(({ bytes }) => bytes))
  const expected = [...frames, ...frames].map(({ bytes }) => Buffer.from(bytes).toString('hex'))
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1 }), (sizes) => {
      const seen: string[] = []
      const reader = new FrameReader((bytes, start, end) =>
        seen.push(Buffer.from(bytes.subarray(start, end)).toString('hex')),
      )
      for (let at = 0, i = 0; at < stream.length; i++) {
        const size = Math.min(sizes[i % sizes.length] as number, stream.length - at)
        reader.push(stream.subarray(at, at + size), size)
        at += size
      }
      t.strictSame(seen, expected)
    }),
    { numRuns: 50 },
  )
})

const LOAD: Load = {
  form: 'plain',
  payload: 100,
  window: 4,
  again: 0,
  isLossy: false,
  warmUp: 0,
  duration: 50,
}

/** Puts a load on a relay that does something to what the producer sends. */
async function loadThrough(t: Test, spoil: (data: Buffer) => Uint8Array, load = LOAD): Promise<unknown> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  const path = join(folder, 'relay.sock')
  let producer: Socket | undefined
  const server = createServer((socket) => {
    const other = producer
    producer ??= socket
    socket.on('error', () => {})
    if (other === undefined) return
    socket.on('data', (interests) => other.write(interests))
    other.on('data', (data) => socket.write(spoil(data)))
  })
  server.listen(path)
  await once(server, 'listening')
  t.teardown(() => server.close())
  const generator = new Generator()
  t.teardown(() => generator.close())
  await generator.connectProducer(`unix://${path}`)
  await generator.connectConsumers(`unix://${path}`, 1)
  if (load.again > 0) await generator.fill(load)
  return await generator.load(load)
}

t.test('every Data is checked', async (t) => {
  const { bytes, numberAt } = dataTemplate('plain', LOAD.payload)
  t.match(await loadThrough(t, (data) => data), { count: Number, lost: 0, compared: Number })
  await t.rejects(
    loadThrough(t, (data) => {
      patch(data, numberAt, 0xffffffff)
      return data
    }),
    /4294967295 came, which was not asked for/,
    'another name',
  )
  await t.rejects(
    loadThrough(t, (data) => Buffer.concat([data, data])),
    /not asked for/,
    'twice',
  )
  await t.rejects(
    loadThrough(t, (data) => {
      data[bytes.length - 1] = 0
      return data
    }),
    /not what the producer sent/,
    'another signature',
  )
  await t.rejects(
    loadThrough(t, (data) =>
      encodeTlv(TT.LpPacket, encodeTlv(TT.LpNack), encodeTlv(TT.LpFragment, data.subarray(0, bytes.length))),
    ),
    /a Nack came/,
    'a Nack',
  )
})

t.test('what was to come from the Content Store must not come from the producer', async (t) => {
  await t.rejects(
    loadThrough(t, (data) => data, { ...LOAD, again: 16 }),
    /the producer was asked for \d+ names that were to be in the Content Store/,
  )
})
