import t from 'tap'
import { Endpoint, NackError, TimeoutError, UnreachableError } from '../../src/endpoint/index.ts'
import { encodeData, encodeInterest, NackReason, Name, PacketError } from '../../src/packet/index.ts'
import { digestSigner } from '../../src/trust/index.ts'
import { type Ask, Peer } from './fixtures/peer.ts'
import { quiet, VirtualClock } from './fixtures/virtual-clock.ts'

const X = Name.parse('/x')
const Y = Name.parse('/y')

t.test('an answer goes to the Interest whose PIT token it carries', async (t) => {
  const peer = new Peer()
  const endpoint = new Endpoint(peer.face)
  const fresh = endpoint.express(X, { canBePrefix: true, mustBeFresh: true })
  const any = endpoint.express(X, { canBePrefix: true })
  await quiet()
  const [first, second] = peer.asks as [Ask, Ask]
  t.notSame(first.pitToken, second.pitToken)
  peer.data({ name: X, content: Buffer.from('any') }, { pitToken: second.pitToken })
  peer.data({ name: X, content: Buffer.from('fresh') }, { pitToken: first.pitToken })
  t.equal(Buffer.from((await any).content).toString(), 'any')
  t.equal(Buffer.from((await fresh).content).toString(), 'fresh')
})

t.test('a peer that sends no tokens back answers by name', async (t) => {
  const peer = new Peer()
  const endpoint = new Endpoint(peer.face)
  const [x, y] = [endpoint.express(X), endpoint.express(Y, { canBePrefix: true })]
  await quiet()
  peer.data({ name: Name.parse('/y/1'), content: Buffer.from('y') })
  peer.data({ name: X, content: Buffer.from('x') })
  t.equal(Buffer.from((await x).content).toString(), 'x')
  t.equal(Buffer.from((await y).content).toString(), 'y')
})

t.test('one Data without a token answers every Interest that it fits', async (t) => {
  const peer = new Peer()
  const endpoint = new Endpoint(peer.face)
  const both = Promise.all([endpoint.express(X), endpoint.express(X, { mustBeFresh: true })])
  await quiet()
  peer.data({ name: X })
  t.equal((await both).length, 2)
})

t.test('a token of another length than ours is no token of ours', async (t) => {
  const peer = new Peer()
  const answer = new Endpoint(peer.face).express(X)
  await quiet()
  peer.data({ name: X }, { pitToken: Buffer.from('12345678') })
  t.ok((await answer).name.equals(X))
})

t.test('all who ask for one name at once are answered by the one Data that a face gets', async (t) => {
  const peer = new Peer()
  const endpoint = new Endpoint(peer.face)
  const all = Promise.all([1, 2, 3].map(() => endpoint.express(X)))
  await quiet()
  t.equal(peer.asks.length, 3)
  // A forwarder keeps one in-record, with the last token, for a face.
  peer.data({ name: X, content: Buffer.from('x') }, { pitToken: peer.asks.at(-1)?.pitToken })
  t.same(
    (await all).map(({ content }) => Buffer.from(content).toString()),
    ['x', 'x', 'x'],
  )
})

t.test('one who gives up leaves the others waiting', async (t) => {
  const clock = new VirtualClock()
  const peer = new Peer()
  const endpoint = new Endpoint(peer.face, { clock })
  const abort = new AbortController()
  const aborted = endpoint.express(X, { signal: abort.signal })
  const short = endpoint.express(X, { lifetime: 10 })
  const long = endpoint.express(X, { lifetime: 1000 })
  abort.abort(new Error('not wanted any more'))
  await t.rejects(aborted, { message: 'not wanted any more' })
  await t.rejects(clock.run(short), TimeoutError)
  peer.data({ name: X }, { pitToken: peer.asks[0]?.pitToken })
  t.ok((await long).name.equals(X))
  t.equal(clock.timers, 0, 'no timer is left')
})

t.test('Data that answers nothing is ignored', async (t) => {
  const clock = new VirtualClock()
  const peer = new Peer()
  const endpoint = new Endpoint(peer.face, { clock })
  const answer = endpoint.express(X, { lifetime: 100 })
  await quiet()
  const { pitToken } = peer.asks[0] as Ask
  peer.data({ name: Y }, { pitToken })
  peer.data({ name: Name.parse('/x/1') }, { pitToken })
  peer.data({ name: X }, { pitToken: Buffer.from('ffffffff', 'hex') })
  peer.send(Buffer.from('0500', 'hex'))
  await t.rejects(clock.run(answer), {
    name: 'TimeoutError',
    code: 'timeout',
    message: /no answer to \/x within 100 ms/,
  })
})

for (const echoesTokens of [true, false]) {
  t.test(`a Nack ends the Interest, ${echoesTokens ? 'with' : 'without'} its token`, async (t) => {
    const peer = new Peer(({ interest, pitToken }, peer) => {
      peer.nack({ interest, pitToken: echoesTokens ? pitToken : undefined }, NackReason.NoRoute)
    })
    const endpoint = new Endpoint(peer.face)
    const rejected = endpoint.express(X)
    await t.rejects(rejected, NackError)
    await t.rejects(rejected, { code: 'nack', reason: 150, message: /refused \/x: NoRoute/ })
  })
}

t.test('a Nack without a token ends only the Interest with its selectors', async (t) => {
  const peer = new Peer()
  const endpoint = new Endpoint(peer.face)
  const prefix = endpoint.express(X, { canBePrefix: true })
  const exact = endpoint.express(X)
  await quiet()
  peer.nack({ interest: (peer.asks[0] as Ask).interest, pitToken: undefined }, NackReason.Congestion)
  await t.rejects(prefix, NackError)
  peer.data({ name: X })
  t.ok(await exact)
})

t.test('the signal ends an Interest that waits, and keeps one that has not gone from going', async (t) => {
  const clock = new VirtualClock()
  const peer = new Peer()
  const endpoint = new Endpoint(peer.face, { clock })
  const abort = new AbortController()
  const waiting = endpoint.express(X, { signal: abort.signal })
  const reason = new Error('enough')
  abort.abort(reason)
  await t.rejects(waiting, reason)
  await t.rejects(endpoint.express(X, { signal: abort.signal }), reason)
  await quiet()
  t.equal(peer.asks.length, 1)
  t.equal(clock.timers, 0)
})

t.test('when the face closes everything is rejected, and so is what comes after', async (t) => {
  const clock = new VirtualClock()
  const peer = new Peer()
  let closed = ''
  const endpoint = new Endpoint(peer.face, {
    clock,
    onClose: (reason) => {
      closed = reason
    },
  })
  const all = [endpoint.express(X), endpoint.express(Y), endpoint.express(X, { canBePrefix: true })]
  peer.close()
  for (const one of all) await t.rejects(one, UnreachableError)
  t.equal(closed, 'closed-by-peer')
  await t.rejects(endpoint.express(X), { code: 'unreachable' })
  t.equal(clock.timers, 0)
})

t.test('close() rejects what waits', async (t) => {
  const endpoint = new Endpoint(new Peer().face)
  const waiting = endpoint.express(X)
  await quiet()
  endpoint.close()
  await t.rejects(waiting, UnreachableError)
})

t.test('a signed Interest is answered under the name that its parameters give it', async (t) => {
  const peer = new Peer(({ interest, pitToken }, peer) => peer.data({ name: interest.name }, { pitToken }))
  const endpoint = new Endpoint(peer.face)
  const data = await endpoint.express(X, { signer: digestSigner, applicationParameters: Buffer.from('p') })
  t.equal(data.name.length, 2)
  t.ok(peer.asks[0]?.interest.parametersDigestAgrees)
})

t.test('the lifetime that is asked for is the one that is sent, within what timers can do', async (t) => {
  const clock = new VirtualClock()
  const peer = new Peer()
  const endpoint = new Endpoint(peer.face, { clock })
  const lifetimes = [undefined, 250.4, 0, -5, 2 ** 40]
  const all = lifetimes.map((lifetime) =>
    t.rejects(endpoint.express(X, lifetime === undefined ? {} : { lifetime }), TimeoutError),
  )
  await clock.run(Promise.all(all))
  t.same(
    peer.asks.map(({ interest }) => interest.lifetime),
    [4000, 250, 1, 1, 2 ** 31 - 1],
  )
})

t.test('a chain is sent in the form that the endpoint was told', async (t) => {
  const name = Name.parse('/128=F2/128=F1/x')
  for (const form of ['extended', 'flat'] as const) {
    const peer = new Peer(({ interest, pitToken }, peer) => peer.data({ name: interest.name }, { pitToken }))
    await new Endpoint(peer.face, { form }).express(name)
    t.equal(peer.asks[0]?.interest.form, form)
    t.ok(peer.asks[0]?.interest.name.equals(name))
  }
})

t.test('an Interest that is too large is refused at once', async (t) => {
  const clock = new VirtualClock()
  const peer = new Peer()
  const endpoint = new Endpoint(peer.face, { clock })
  for (const length of [8770, 8790, 9000]) {
    await t.rejects(endpoint.express(Name.parse(`/${'x'.repeat(length)}`)), PacketError, `${length}`)
  }
  t.equal(clock.timers, 0)
  t.equal(peer.asks.length, 0)
})

t.test('what the link header would make too large is not sent', async (t) => {
  const peer = new Peer()
  const endpoint = new Endpoint(peer.face, {
    onInterest: (interest, pitToken) => endpoint.nack(interest, NackReason.NoRoute, pitToken),
  })
  for (const length of [8780, 10]) peer.send(encodeInterest({ name: Name.parse(`/${'x'.repeat(length)}`) }))
  await quiet()
  t.match(peer.answers, [{ kind: 'nack', interest: { name: Name.parse('/xxxxxxxxxx') } }])
  t.equal(peer.answers.length, 1)
})

t.test('Interests are given with their token and face, and answered with the token', async (t) => {
  const peer = new Peer()
  const seen: unknown[] = []
  const endpoint = new Endpoint(peer.face, {
    onInterest: ({ name }, pitToken, incomingFaceId) => {
      seen.push([name.toString(), pitToken, incomingFaceId])
      endpoint.answer(encodeData({ name }, digestSigner), pitToken)
    },
  })
  const pitToken = Buffer.from('token')
  peer.send(encodeInterest({ name: X }), { pitToken, incomingFaceId: 7 })
  await quiet()
  t.same(seen, [['/x', pitToken, 7]])
  t.match(peer.answers, [{ kind: 'data', data: { name: X }, pitToken }])
})
