import t from 'tap'
import {
  Endpoint,
  FetchError,
  type FetchOptions,
  fetchObject,
  TimeoutError,
  UnreachableError,
} from '../../src/endpoint/index.ts'
import { Component, ContentType, type DataFields, NackReason, Name } from '../../src/packet/index.ts'
import { bytesOf, FakeObject } from './fixtures/objects.ts'
import { type Ask, Peer } from './fixtures/peer.ts'
import { quiet, VirtualClock } from './fixtures/virtual-clock.ts'

const X = Name.parse('/x')
const CONTENT = bytesOf(1000)
const object = new FakeObject({ content: CONTENT, segmentSize: 100 })

const segmentOf = ({ interest }: Ask): number | undefined =>
  interest.name.length === 3 ? interest.name.at(-1)?.number : undefined

/** Fetches from a peer with a script, in virtual time; everything that waits must be gone in the end. */
async function run(script: (ask: Ask, peer: Peer) => void, options: FetchOptions = {}, name = X) {
  const clock = new VirtualClock()
  const peer = new Peer(script)
  const result = await clock
    .run(fetchObject(new Endpoint(peer.face, { clock }), name, options))
    .catch((error: unknown) => error)
  await quiet()
  return { result, error: result as FetchError, peer, time: clock.now(), timers: clock.timers }
}

t.test('a function that nobody offers is named', async (t) => {
  const nack = (ask: Ask, peer: Peer) => peer.nack(ask, NackReason.NoRoute)
  const { error, time } = await run(nack, {}, Name.parse('/128=F3/128=F2/x'))
  t.ok(error instanceof FetchError)
  t.match(error, { code: 'no-route', message: "no node offers function 'F3'" })
  t.equal(time, 0, 'at once')
})

t.test('content that nobody has is named', async (t) => {
  for (const reason of [NackReason.NoRoute, NackReason.None]) {
    const { error } = await run((ask, peer) => peer.nack(ask, reason))
    t.match(error, { code: 'no-route', message: 'nobody has /x' })
  }
})

t.test('a chain name that is no chain is refused in the same words', async (t) => {
  const name = Name.parse('/128=F3/130=nonsense/x')
  const { error } = await run((ask, peer) => peer.nack(ask, NackReason.NoRoute), {}, name)
  t.match(error, { code: 'no-route', message: "no node offers function 'F3'" })
})

t.test('no answer at all ends with the time for the object', async (t) => {
  const { error, time, timers, peer } = await run(() => {}, { timeout: 10_000 }, Name.parse('/128=F1/x'))
  t.match(error, { code: 'timeout', message: 'no answer to F1/x in the time allowed' })
  t.equal(time, 10_000)
  t.equal(timers, 0)
  t.same(
    peer.asks.map(({ interest }) => interest.lifetime),
    [4000, 4000, 2000],
  )
})

t.test('segments that do not come end with the time for the object', async (t) => {
  const script = (ask: Ask, peer: Peer) => (segmentOf(ask) ?? 0) < 3 && object.answer(ask, peer)
  const { error, time, timers } = await run(script, { timeout: 3000 })
  t.match(error, { code: 'timeout', message: '/x/v=1: time was over after 3 segments' })
  t.equal(time, 3000)
  t.equal(timers, 0)
})

t.test('a segment that is asked for in vain again and again ends it before', async (t) => {
  const script = (ask: Ask, peer: Peer) => segmentOf(ask) !== 5 && object.answer(ask, peer)
  const { error, time, peer, timers } = await run(script, { timeout: 3_600_000 })
  t.match(error, { code: 'timeout', message: '/x/v=1/seg=5 did not come in 8 attempts' })
  t.equal(peer.asks.filter((ask) => segmentOf(ask) === 5).length, 8)
  t.ok(time < 60_000, `${time} ms`)
  t.equal(timers, 0)
})

t.test('a version that is gone midway is said to be gone', async (t) => {
  const script = (ask: Ask, peer: Peer) => {
    if (segmentOf(ask) === 4) peer.nack(ask, NackReason.NoRoute)
    else object.answer(ask, peer)
  }
  const { error, timers } = await run(script)
  t.match(error, { code: 'no-route', message: '/x/v=1/seg=4 is not to be had any more' })
  t.equal(timers, 0)
})

t.test('an object beyond the bound is not fetched further', async (t) => {
  const small = new FakeObject({ content: CONTENT, segmentSize: 10 })
  const { error, peer } = await run(small.answer, { maxBytes: 25 })
  t.match(error, { code: 'too-large', message: '/x/v=1 is larger than the 25 bytes that are allowed' })
  t.ok(peer.asks.length < 20, `${peer.asks.length} Interests`)
  const { error: single } = await run(new FakeObject({ content: CONTENT, segmentSize: 1000 }).answer, {
    maxBytes: 999,
  })
  t.match(single, { code: 'too-large' })
  const { result } = await run(object.answer, { maxBytes: 1000 })
  t.match(result, { segments: 10 }, 'the bound itself is allowed')
})

t.test('what verify throws ends it, at the first Data as at any other', async (t) => {
  for (const bad of [0, 4]) {
    const error = new Error(`segment ${bad} is forged`)
    const verify = async ({ name }: { name: Name }) => {
      if (name.at(-1)?.number === bad) throw error
    }
    const { result, timers } = await run(object.answer, { verify })
    t.equal(result, error)
    t.equal(timers, 0)
  }
})

t.test('a verifier whose own Interests time out is not taken for a lost segment', async (t) => {
  const verify = async ({ name }: { name: Name }) => {
    if (name.at(-1)?.number === 4) throw new TimeoutError(Name.parse('/key'), 100)
  }
  const { result, time } = await run(object.answer, { verify })
  t.match(result, { name: 'TimeoutError', message: /\/key/ })
  t.equal(time, 0)
})

t.test('an error in the progress callback ends it', async (t) => {
  const error = new Error('disk full')
  const { result, timers } = await run(object.answer, {
    onProgress: (_, segments) => {
      if (segments === 3) throw error
    },
  })
  t.equal(result, error)
  t.equal(timers, 0)
})

t.test('the signal ends it wherever it stands', async (t) => {
  const reason = new Error('enough')
  for (const at of ['discovery', 'back-off', 'verification', 'segments'] as const) {
    const abort = new AbortController()
    const script = (ask: Ask, peer: Peer) => {
      if (at === 'discovery') abort.abort(reason)
      else if (at === 'back-off') {
        peer.nack(ask, NackReason.Congestion)
        setImmediate(() => abort.abort(reason))
      } else if (at === 'segments' && segmentOf(ask) === 4) abort.abort(reason)
      else object.answer(ask, peer)
    }
    const verify = async () => {
      if (at === 'verification') abort.abort(reason)
    }
    const { result, timers } = await run(script, { signal: abort.signal, verify })
    t.equal(result, reason, at)
    t.equal(timers, 0)
  }
})

t.test('a face that closes ends it', async (t) => {
  const script = (ask: Ask, peer: Peer) => (segmentOf(ask) === 4 ? peer.close() : object.answer(ask, peer))
  const { result, timers } = await run(script)
  t.ok(result instanceof UnreachableError)
  t.equal(timers, 0)
})

/** Answers with the fields of the object's own segments, but for what `change` says. */
const changed = (change: (index: number) => Partial<DataFields>) => (ask: Ask, peer: Peer) => {
  const index = segmentOf(ask) ?? 0
  peer.data({ ...object.segment(index), ...change(index) }, { pitToken: ask.pitToken })
}

t.test('segments that do not agree on the last one are no object', async (t) => {
  const finals = [
    (index: number) => (index === 4 ? 20 : 9),
    (index: number) => (index === 4 ? 6 : 9),
    (index: number) => (index === 0 ? undefined : index === 3 ? 2 : 9),
  ]
  for (const finalOf of finals) {
    const { error, timers } = await run(
      changed((index) => {
        const final = finalOf(index)
        return { finalBlockId: final === undefined ? undefined : Component.segment(final) }
      }),
    )
    t.match(error, { code: 'bad-object', message: /the segments of \/x\/v=1 do not agree/ })
    t.equal(timers, 0)
  }
})

t.test('a segment beyond the last is no object', async (t) => {
  const beyond = new FakeObject({ content: CONTENT, segmentSize: 100, discovered: 7 })
  const { error } = await run((ask, peer) => {
    const fields = { ...(beyond.find(ask) as DataFields), finalBlockId: Component.segment(5) }
    peer.data(fields, { pitToken: ask.pitToken })
  })
  t.match(error, { code: 'bad-object' })
})

t.test('a failure in the place of a segment is a failure', async (t) => {
  const { error } = await run(
    changed((index) =>
      index === 3 ? { contentType: ContentType.Nack, content: Buffer.from('out of paper') } : {},
    ),
  )
  t.match(error, { code: 'function-failed', message: /\/x\/v=1\/seg=3 is an application Nack: out of paper/ })
})

t.test('an answer that is another object below the name is not taken for it', async (t) => {
  for (const uri of ['/x/y', '/x/y/v=1/seg=0', '/x/v=1/32=trace', '/x/v=1/seg=0/seg=0', '/x/v=1/v=2/seg=0']) {
    const { error } = await run(({ pitToken }, peer) => peer.data({ name: Name.parse(uri) }, { pitToken }))
    t.match(error, { code: 'bad-object', message: `/x is not an object: what answers is ${uri}` }, uri)
  }
})

t.test('a segment whose number is none is no segment', async (t) => {
  const name = Name.parse('/x/50=%01%02%03')
  const { error } = await run(({ pitToken }, peer) => peer.data({ name }, { pitToken }))
  t.match(error, { code: 'bad-object', message: /does not end in a number/ })
})
