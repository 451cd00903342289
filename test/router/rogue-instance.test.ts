import t from 'tap'
import { registerPrefix } from '../../src/control/index.ts'
import type { FetchError } from '../../src/endpoint/index.ts'
import { Name } from '../../src/packet/index.ts'
import { digestSigner } from '../../src/trust/index.ts'
import { ask, askText, connectTo, functionFile, Log, publish, startNode } from './fixture.ts'

t.test('an instance that does not keep to the rules', async (t) => {
  const log = new Log()
  const functions = [functionFile('rogue'), functionFile('wrap')]
  const supervision = {
    silence: 50,
    hangGrace: 100,
    firstBackOff: 10,
    maxBackOff: 20,
    soundAfter: 0,
    disconnectGrace: 50,
  }
  const node = await startNode(t, { functions, supervision, log })
  const consumer = await connectTo(t, node)
  const rogue = async () => (await node.functions()).find(({ name }) => name === 'rogue')
  const drops = () => node.faces().find((face) => face.function === 'rogue')?.drops

  await t.test('may not answer for another function, nor for content', async (t) => {
    await publish(t, node, '/camera', { text: 'true' })
    const silent = await connectTo(t, node, { onInterest: () => {} })
    await registerPrefix(silent, Name.parse('/cellar'), digestSigner)
    const content = consumer.express(Name.parse('/cellar/foreign'), { canBePrefix: true, lifetime: 400 })
    const result = consumer.express(Name.parse('/128=wrap/cellar/foreign'), {
      canBePrefix: true,
      lifetime: 400,
    })
    const waits = Promise.allSettled([content, result])
    t.equal(await askText(consumer, 'rogue/cellar/foreign'), 'honest', 'for itself it may')
    t.match(drops(), { 'foreign-name': 2 })
    t.equal(await askText(consumer, 'rogue/camera/foreign'), 'honest')
    t.equal(await askText(consumer, '/camera/foreign'), 'true', 'nothing forged is in the Content Store')
    t.equal(await askText(consumer, 'wrap/camera/foreign'), '(true)')
    t.match(drops(), { 'foreign-name': 4 })
    t.match(await waits, [{ reason: { code: 'timeout' } }, { reason: { code: 'timeout' } }])
    t.match(await rogue(), { state: 'ready', restarts: 0 }, 'the node serves on')
  })

  await t.test('may not ask to be handed work', async (t) => {
    t.equal(await askText(consumer, 'rogue/camera/dispatch'), 'honest')
    t.match(drops(), { 'foreign-name': 5 })
  })

  await t.test('may not connect twice', async (t) => {
    t.equal(await askText(consumer, 'rogue/camera/again'), 'closed-by-peer')
    t.match(await rogue(), { state: 'ready', restarts: 0 })
  })

  for (const [act, cause] of [
    [
      'garbage',
      /^rogue: instance ended: broke the protocol: the peer sent octets that do not begin a packet/,
    ],
    ['oversized', /^rogue: instance ended: broke the protocol: the peer announced a packet larger than 8800/],
    ['leave', /^rogue: instance ended: closed its connection and ran on/],
    ['silent', /^rogue: instance ended: hung: it said nothing for 400 ms/],
  ] as const) {
    await t.test(`is ended and started again: ${act}`, async (t) => {
      const before = log.lines.length
      const restarts = (await rogue())?.restarts as number
      const instance = (await rogue())?.instance
      const asked = ask(consumer, `rogue/camera/${act}`).catch((error: FetchError) => error)
      t.match(await log.saw(/instance ended/, before), cause)
      t.match(await asked, { code: 'function-failed', failure: { function: 'rogue' } })
      t.match(await askText(consumer, `rogue/camera/after-${act}`), /^by \d+$/)
      const status = await rogue()
      t.equal(status?.state, 'ready')
      t.ok((status?.restarts as number) > restarts)
      t.not(status?.instance, instance)
    })
  }
})
