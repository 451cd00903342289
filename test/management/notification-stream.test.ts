import t from 'tap'
import { faceEventNotification } from '../../src/management/index.ts'
import { MAX_INTERESTS_WAITING, MAX_NOTIFICATIONS_KEPT } from '../../src/management/notification-stream.ts'
import { Component, NackReason, Name } from '../../src/packet/index.ts'
import { CLIENT, makeFaceStatus } from './fakes.ts'
import { type Answer, dataIn, TestNode } from './fixture.ts'

const STREAM = '/localhost/nfd/faces/events'

/** Asks for a notification, or with `'last'` for the stream. */
function listen(node: TestNode, sequence: number | 'last', token = 'token', lifetime = 4000) {
  const name = Name.parse(sequence === 'last' ? STREAM : `${STREAM}/seq=${sequence}`)
  const isLast = sequence === 'last'
  return node.ask({ name, canBePrefix: isLast, mustBeFresh: isLast, lifetime }, CLIENT, token)
}

const post = (node: TestNode, face: number): void => node.faceModule.notify('created', makeFaceStatus(face))

const faceIn = (answer: Answer | undefined): number =>
  faceEventNotification.decode(dataIn(answer).content).faceId

t.test('an event that has happened is told at once', async (t) => {
  const node = new TestNode()
  post(node, 7)
  post(node, 8)
  const answer = await listen(node, 1)
  t.equal(faceIn(answer), 8)
  t.equal(dataIn(answer).name.toString(), `${STREAM}/seq=1`)
  t.equal(dataIn(answer).freshnessPeriod, 1000)
  t.equal(faceIn(await listen(node, 0)), 7)
})

t.test('who asks for the next event waits until it happens', async (t) => {
  const node = new TestNode()
  post(node, 7)
  t.equal(await listen(node, 1, 'a'), undefined)
  t.equal(await listen(node, 1, 'b'), undefined)
  t.equal(await listen(node, 2, 'c'), undefined, 'who asks for a later one, too')
  post(node, 8)
  t.same(
    node.answers.map(({ pitToken }) => pitToken),
    ['a', 'b'],
  )
  t.equal(faceIn(node.answers[0]), 8)
  post(node, 9)
  t.match(node.answers[2], { pitToken: 'c' })
})

t.test(
  'who does not know where the stream is gets its last event, if it is fresh, or else the next',
  async (t) => {
    const node = new TestNode()
    t.equal(await listen(node, 'last', 'first'), undefined)
    post(node, 7)
    t.match(node.answers, [{ pitToken: 'first' }])
    t.equal(faceIn(await listen(node, 'last')), 7)
    await node.clock.advance(1000)
    t.equal(await listen(node, 'last', 'later'), undefined)
    const stale = { name: Name.parse(STREAM), canBePrefix: true }
    t.equal(faceIn(await node.ask(stale)), 7, 'to whom it need not be fresh')
    post(node, 8)
    t.match(node.answers.at(-1), { pitToken: 'later' })
  },
)

t.test('an Interest whose lifetime has ended is not answered', async (t) => {
  const node = new TestNode()
  await listen(node, 0, 'short', 100)
  await listen(node, 0, 'long', 5000)
  await node.clock.advance(100)
  post(node, 7)
  t.match(node.answers, [{ pitToken: 'long' }])
})

t.test('no more Interests wait than are bounded, those that have ended aside', async (t) => {
  const node = new TestNode()
  for (let i = 0; i < MAX_INTERESTS_WAITING; i++)
    t.equal(await listen(node, 0, String(i), i < 10 ? 100 : 5000), undefined)
  t.match(await listen(node, 0), { nack: NackReason.Congestion })
  await node.clock.advance(100)
  for (let i = 0; i < 10; i++) t.equal(await listen(node, 0), undefined)
  t.match(await listen(node, 0), { nack: NackReason.Congestion })
  node.answers.length = 0
  post(node, 7)
  t.equal(node.answers.length, MAX_INTERESTS_WAITING)
  node.answers.length = 0
  post(node, 8)
  t.equal(node.answers.length, 0, 'each once')
})

t.test('the last events are kept, and no more than are bounded', async (t) => {
  const node = new TestNode()
  for (let i = 0; i <= MAX_NOTIFICATIONS_KEPT; i++) post(node, i)
  t.match(await listen(node, 0), { nack: NackReason.NoRoute })
  t.equal(faceIn(await listen(node, 1)), 1)
  t.equal(faceIn(await listen(node, MAX_NOTIFICATIONS_KEPT)), MAX_NOTIFICATIONS_KEPT)
})

t.test('what is no part of the stream is nacked', async (t) => {
  const node = new TestNode()
  post(node, 7)
  const name = Name.parse(STREAM)
  for (const fields of [
    { name },
    { name: name.append(Component.generic('x')) },
    { name: name.append(Component.version(0)) },
    { name: Name.parse(`${STREAM}/seq=0/x`) },
  ])
    t.match(await node.ask(fields), { nack: NackReason.NoRoute })
})
