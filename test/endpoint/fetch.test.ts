import t from 'tap'
import { Endpoint, encodeFailure, fetchObject } from '../../src/endpoint/index.ts'
import { Component, type DataFields, Name } from '../../src/packet/index.ts'
import { digestSigner } from '../../src/trust/index.ts'
import { bytesOf, FakeObject, type FinalIn } from './fixtures/objects.ts'
import { Peer } from './fixtures/peer.ts'
import { quiet, VirtualClock } from './fixtures/virtual-clock.ts'

const X = Name.parse('/x')
const CONTENT = bytesOf(1000)

t.test('an object of one segment takes one Interest', async (t) => {
  const peer = new Peer(new FakeObject({ content: CONTENT, segmentSize: 1000, version: 7 }).answer)
  const fetched = await fetchObject(new Endpoint(peer.face), X, { hopLimit: 9 })
  t.match(fetched, { mediaType: 'text/plain', freshnessPeriod: 1000, segments: 1, retransmissions: 0 })
  t.equal(fetched.name.toString(), '/x/v=7')
  t.ok(CONTENT.equals(fetched.content))
  t.match(peer.asks, [{ interest: { canBePrefix: true, mustBeFresh: true, hopLimit: 9 } }])
})

t.test('the Interests for further segments are for exactly these, and may be cached long ago', async (t) => {
  const peer = new Peer(new FakeObject({ content: CONTENT, segmentSize: 300 }).answer)
  await fetchObject(new Endpoint(peer.face), X, { hopLimit: 9 })
  t.same(
    peer.asks.map(({ interest }) => interest.name.toString()),
    ['/x', '/x/v=1/seg=1', '/x/v=1/seg=2', '/x/v=1/seg=3'],
  )
  for (const { interest } of peer.asks.slice(1))
    t.match(interest, { canBePrefix: false, mustBeFresh: false, hopLimit: 9 })
})

t.test('a version that is not fresh will do where the caller says so', async (t) => {
  const peer = new Peer(new FakeObject({ content: CONTENT, segmentSize: 1000 }).answer)
  await fetchObject(new Endpoint(peer.face), X, { mustBeFresh: false })
  t.match(peer.asks, [{ interest: { mustBeFresh: false } }])
})

for (const finalIn of ['every', 'first', 'last'] as const satisfies FinalIn[]) {
  for (const discovered of [0, 3, 9]) {
    t.test(`FinalBlockId in ${finalIn}, discovery answered by segment ${discovered} of 10`, async (t) => {
      const object = new FakeObject({ content: CONTENT, segmentSize: 100, finalIn, discovered })
      const peer = new Peer(object.answer)
      const fetched = await fetchObject(new Endpoint(peer.face), X)
      t.ok(CONTENT.equals(fetched.content))
      t.equal(fetched.segments, 10)
      t.equal(peer.asks.length, 10, 'no segment is asked for twice, and none beyond the last')
    })
  }
}

t.test('segments are put in order whatever order they come in', async (t) => {
  const object = new FakeObject({ content: CONTENT, segmentSize: 10 })
  const peer = new Peer()
  const fetching = fetchObject(new Endpoint(peer.face, { clock: new VirtualClock() }), X)
  for (let answered = 0; answered < 100; ) {
    await quiet()
    const asks = peer.asks.slice(answered)
    answered += asks.length
    for (const ask of asks.reverse()) object.answer(ask, peer)
  }
  t.ok(CONTENT.equals((await fetching).content))
})

t.test('an empty object', async (t) => {
  const peer = new Peer(new FakeObject({ content: Buffer.alloc(0), segmentSize: 10 }).answer)
  t.match(await fetchObject(new Endpoint(peer.face), X), { segments: 1, content: { length: 0 } })
})

async function fetchOne(name: Name, fields: DataFields) {
  const peer = new Peer(({ pitToken }, peer) => peer.data(fields, { pitToken }))
  return await fetchObject(new Endpoint(peer.face), name)
}

t.test('a Data without version and segment is an object, whatever FinalBlockId it has', async (t) => {
  for (const finalBlockId of [undefined, Component.segment(4), Component.generic('x')]) {
    const fetched = await fetchOne(X, { name: X, content: CONTENT, finalBlockId })
    t.match(fetched, { segments: 1, freshnessPeriod: 0, mediaType: undefined })
    t.ok(fetched.name.equals(X))
    t.ok(CONTENT.equals(fetched.content))
  }
})

t.test('a Data with a version and no segment is an object', async (t) => {
  const fetched = await fetchOne(X, { name: Name.parse('/x/v=3'), content: CONTENT })
  t.equal(fetched.name.toString(), '/x/v=3')
})

t.test('segments without a version make an object', async (t) => {
  const contents = ['ab', 'cd', 'e']
  const peer = new Peer(({ interest, pitToken }, peer) => {
    const segment = interest.name.at(1)?.number ?? 0
    const name = X.append(Component.segment(segment))
    const content = Buffer.from(contents[segment] as string)
    peer.data({ name, content, finalBlockId: Component.segment(2) }, { pitToken })
  })
  const fetched = await fetchObject(new Endpoint(peer.face), X)
  t.equal(Buffer.from(fetched.content).toString(), 'abcde')
  t.ok(fetched.name.equals(X))
})

t.test('a name that ends in a version stands for that one', async (t) => {
  const peer = new Peer(new FakeObject({ content: CONTENT, segmentSize: 300, version: 4 }).answer)
  const fetched = await fetchObject(new Endpoint(peer.face), Name.parse('/x/v=4'))
  t.ok(CONTENT.equals(fetched.content))
})

t.test('a name that ends in a segment stands for that one', async (t) => {
  const name = Name.parse('/x/v=4/seg=2')
  const peer = new Peer(new FakeObject({ content: CONTENT, segmentSize: 300, version: 4 }).answer)
  const fetched = await fetchObject(new Endpoint(peer.face), name)
  t.ok(CONTENT.subarray(600, 900).equals(fetched.content))
  t.ok(fetched.name.equals(name))
  t.equal(peer.asks.length, 1)
})

t.test('each Data is verified, once, before it is used', async (t) => {
  const peer = new Peer(new FakeObject({ content: CONTENT, segmentSize: 300 }).answer)
  const verified: string[] = []
  await fetchObject(new Endpoint(peer.face), X, {
    verify: async ({ name }) => verified.push(name.toString()),
  })
  t.same(verified.sort(), ['/x/v=1/seg=0', '/x/v=1/seg=1', '/x/v=1/seg=2', '/x/v=1/seg=3'])
})

t.test('progress goes up segment by segment to the whole', async (t) => {
  const peer = new Peer(new FakeObject({ content: CONTENT, segmentSize: 400 }).answer)
  const progress: unknown[] = []
  await fetchObject(new Endpoint(peer.face), X, { onProgress: (...args) => progress.push(args) })
  t.same(progress, [
    [400, 1, 3],
    [800, 2, 3],
    [1000, 3, 3],
  ])
  const single = new Peer(new FakeObject({ content: CONTENT, segmentSize: 1000 }).answer)
  await fetchObject(new Endpoint(single.face), X, {
    onProgress: (...args) => t.same(args, [1000, 1, 1]),
  })
})

t.test('an answer that does not come is asked for again until it does', async (t) => {
  const clock = new VirtualClock()
  const object = new FakeObject({ content: CONTENT, segmentSize: 1000 })
  const peer = new Peer((ask, peer) => {
    if (peer.asks.length === 3) object.answer(ask, peer)
  })
  const fetched = await clock.run(fetchObject(new Endpoint(peer.face, { clock }), X))
  t.equal(fetched.retransmissions, 2)
  t.equal(clock.now(), 8000, 'two lifetimes of 4 s')
})

t.test(
  'the caller says before each attempt how long it may last, and the rest has its own time',
  async (t) => {
    const clock = new VirtualClock()
    const object = new FakeObject({ content: CONTENT, segmentSize: 400 })
    const lifetimes = [10_000, 20_000, 30_000]
    const peer = new Peer((ask, peer) => {
      if (peer.asks.length === 3) object.answer(ask, peer)
      else if (peer.asks.length > 3) clock.after(900, () => object.answer(ask, peer))
    })
    const fetched = await clock.run(
      fetchObject(new Endpoint(peer.face, { clock }), X, {
        lifetime: () => lifetimes.shift() ?? 0,
        timeout: 1000,
      }),
    )
    t.equal(fetched.segments, 3)
    t.same(
      peer.asks.slice(0, 3).map(({ interest }) => interest.lifetime),
      [10_000, 20_000, 30_000],
    )
    t.equal(clock.now(), 30_900)
  },
)

t.test('nothing is left behind: no timer, no listener', async (t) => {
  const clock = new VirtualClock()
  const peer = new Peer(new FakeObject({ content: CONTENT, segmentSize: 100 }).answer)
  const { signal } = new AbortController()
  let listeners = 0
  const { addEventListener, removeEventListener } = signal
  signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
    listeners++
    addEventListener.apply(signal, args)
  }
  signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
    listeners--
    removeEventListener.apply(signal, args)
  }
  await clock.run(fetchObject(new Endpoint(peer.face, { clock }), X, { signal }))
  t.equal(clock.timers, 0)
  t.equal(listeners, 0)
})

t.test('a failure of a function is thrown with its words', async (t) => {
  const failure = { code: 'function-failed', function: 'F1', reason: 'threw Error: no' } as const
  const name = Name.parse('/128=F2/128=F1/x')
  const peer = new Peer(({ pitToken }, peer) =>
    peer.send(encodeFailure(name, failure, digestSigner) as Uint8Array, { pitToken }),
  )
  await t.rejects(fetchObject(new Endpoint(peer.face), name), {
    name: 'FetchError',
    code: 'function-failed',
    message: 'F1: threw Error: no',
    failure,
  })
})
