import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { consume, produce } from '@ndn/endpoint'
import { Forwarder as LogicalForwarder } from '@ndn/fw'
import { Segment } from '@ndn/naming-convention2'
import { UnixTransport } from '@ndn/node-transport'
import { Component, Data, digestSigning, Interest, Name } from '@ndn/packet'
import { fetch } from '@ndn/segmented-object'
import t, { type Test } from 'tap'
import { listen } from '../../src/face/index.ts'
import { Forwarder } from '../../src/forwarder/index.ts'
import { Name as OurName } from '../../src/packet/index.ts'

/** InterestLifetime in milliseconds, for a machine that is busy with other tests. */
const PATIENT = Interest.Lifetime(30_000)

/** One of our forwarders that listens on a Unix socket. */
class Node {
  readonly forwarder = new Forwarder({ clock: () => performance.now() })
  readonly path: string
  readonly #t: Test
  #onFace: (id: number) => void = () => {}

  constructor(t: Test) {
    const folder = mkdtempSync(join(tmpdir(), 'ndn-sfc-ndnts-'))
    this.path = join(folder, 'node.sock')
    this.#t = t
    const timer = setInterval(() => this.forwarder.expire(), 4)
    t.teardown(() => {
      clearInterval(timer)
      rmSync(folder, { recursive: true })
    })
  }

  async start(): Promise<void> {
    const { forwarder } = this
    const listener = await listen(this.path, (face) => {
      const id = forwarder.addFace({
        send: (buffer, start, end) => face.send(buffer, start, end),
        isLocal: face.isLocal,
      })
      face.start({
        onPacket: (buffer, start, end) => forwarder.receive(id, buffer, start, end),
        onClose: () => forwarder.removeFace(id),
      })
      this.#onFace(id)
    })
    this.#t.teardown(() => listener.close())
  }

  /** Connects an NDNts program; `id` is its face at our forwarder. */
  async connect(): Promise<{ fw: LogicalForwarder; id: number }> {
    const accepted = new Promise<number>((resolve) => {
      this.#onFace = resolve
    })
    const fw = LogicalForwarder.create()
    const face = await UnixTransport.createFace({ fw }, this.path)
    this.#t.teardown(() => {
      face.close()
      fw.close()
    })
    return { fw, id: await accepted }
  }

  route(prefix: string, face: number): void {
    this.forwarder.fib.add(OurName.parse(prefix), face, 0)
  }
}

async function connected(t: Test, prefix: string) {
  const node = new Node(t)
  await node.start()
  const consumer = await node.connect()
  const producer = await node.connect()
  node.route(prefix, producer.id)
  return { node, consumer, producer }
}

t.test('an NDNts consumer and producer exchange hundreds of packets through our forwarder', async (t) => {
  const { node, consumer, producer } = await connected(t, '/A')
  const closable = produce(
    '/A',
    async (interest) => {
      const data = new Data(
        interest.name,
        Data.FreshnessPeriod(3_600_000),
        Buffer.from(`content of ${interest.name}`),
      )
      await digestSigning.sign(data)
      return data
    },
    { fw: producer.fw, concurrency: 64 },
  )
  t.teardown(() => closable.close())
  const total = 500
  const window = 50
  for (let first = 0; first < total; first += window) {
    await Promise.all(
      Array.from({ length: window }, async (_, i) => {
        const name = new Name(`/A/${first + i}`)
        const data = await consume(new Interest(name, PATIENT), { fw: consumer.fw })
        if (!data.name.equals(name)) t.fail(`${data.name} for ${name}`)
        await digestSigning.verify(data)
      }),
    )
  }
  t.equal(node.forwarder.counters(consumer.id)?.dataOut, total)
  t.equal(node.forwarder.counters(producer.id)?.interestsOut, total)

  const again = await consume(new Interest('/A/7', Interest.MustBeFresh, PATIENT), { fw: consumer.fw })
  t.equal(Buffer.from(again.content).toString(), `content of ${again.name}`)
  t.equal(node.forwarder.counters(producer.id)?.interestsOut, total, 'the Content Store answered')
  t.equal(node.forwarder.pit.size, 0)
})

t.test('NDNts fetches an object of many segments through our forwarder', async (t) => {
  const { consumer, producer } = await connected(t, '/object')
  const object = randomBytes(200_000)
  const segmentSize = 7000
  const last = Math.floor(object.length / segmentSize)
  const closable = produce(
    '/object',
    async ({ name }) => {
      const segment = name.at(-1).is(Segment) ? name.at(-1).as(Segment) : 0
      const part = object.subarray(segment * segmentSize, (segment + 1) * segmentSize)
      const data = new Data(new Name('/object/54=%01').append(Segment, segment), part)
      data.finalBlockId = Segment.create(last)
      await digestSigning.sign(data)
      return data
    },
    { fw: producer.fw, concurrency: 16 },
  )
  t.teardown(() => closable.close())
  const fetched = await fetch('/object/54=%01', { fw: consumer.fw })
  t.same(Buffer.from(fetched), object)

  const first = await consume(new Interest('/object', Interest.CanBePrefix, PATIENT), { fw: consumer.fw })
  t.equal(
    first.name.toString(),
    '/8=object/54=%01/50=%00',
    'a prefix finds the first segment in the Content Store',
  )
})

t.test('an NDNts consumer that knows nothing of chains asks for one by its flat name', async (t) => {
  const { node, consumer, producer } = await connected(t, '/nothing')
  node.route('/128=F', producer.id)
  const closable = produce(
    '/128=F',
    async ({ name }) => {
      const data = new Data(name, Buffer.from('result'))
      await digestSigning.sign(data)
      return data
    },
    { fw: producer.fw },
  )
  t.teardown(() => closable.close())
  const name = new Name([new Component(0x80, 'F'), new Component(0x08, 'camera')])
  const data = await consume(new Interest(name, PATIENT), { fw: consumer.fw })
  t.ok(data.name.equals(name))
})

t.test('an Interest that nobody answers expires, and its consumer learns nothing', async (t) => {
  const { node, consumer } = await connected(t, '/silent')
  await t.rejects(consume(new Interest('/silent/1', Interest.Lifetime(30)), { fw: consumer.fw }))
  while (node.forwarder.pit.size > 0) await new Promise((resolve) => setImmediate(resolve))
  t.equal(node.forwarder.counters(consumer.id)?.expired, 1)
})
