import t from 'tap'
import { commandNode } from '../../src/control/index.ts'
import type { Endpoint } from '../../src/endpoint/index.ts'
import { controlResponse } from '../../src/management/index.ts'
import { Name, type Signer } from '../../src/packet/index.ts'
import { digestSigner, Keychain } from '../../src/trust/index.ts'
import { connectTo, startNode } from './fixture.ts'

/** Sends whatever as a command. */
async function send(endpoint: Endpoint, verb: string, text: string, signer?: Signer): Promise<string> {
  const data = await endpoint.express(Name.parse(`/localhost/ndn-sfc/control/node/${verb}`), {
    mustBeFresh: true,
    applicationParameters: Buffer.from(text),
    ...(signer !== undefined && { signer }),
  })
  const { statusCode, statusText } = controlResponse.decode(data.content)
  return `${statusCode} ${statusText}`
}

t.test(
  'through the Unix socket any signed command counts, and one that is not signed does not',
  async (t) => {
    const node = await startNode(t, { facts: { speed: 1 } })
    const endpoint = await connectTo(t, node)
    await commandNode(endpoint, 'label', { set: { a: '1' }, removed: [] }, digestSigner)
    t.same((await node.facts()).labels, { a: '1' })
    await commandNode(endpoint, 'availability', { availability: 'pause' }, digestSigner)
    t.equal(node.status().availability, 'pause')
    const drain = JSON.stringify({ availability: 'drain' })
    t.match(await send(endpoint, 'availability', drain), /^403 it is not a signed Interest/)
    t.equal(node.status().availability, 'pause')
  },
)

t.test('elsewhere it must be the operator or a node', async (t) => {
  const node = await startNode(t, { listen: ['tcp://127.0.0.1:0'], facts: { speed: 1 } })
  const keychain = await Keychain.open(node.config.home)
  const endpoint = await connectTo(t, node.addresses[1] as string)
  const drain = { availability: 'drain' }
  await t.rejects(commandNode(endpoint, 'availability', drain, digestSigner), {
    message: /the node refused the command: /,
  })
  const producer = await keychain.producerIdentity('camera')
  const atProducer: Endpoint = await connectTo(t, node.addresses[1] as string, {
    onInterest: (_, pitToken) => atProducer.answer(producer.certificate.wire, pitToken),
  })
  await t.rejects(commandNode(atProducer, 'availability', drain, producer.signer), {
    message: /the node refused the command: /,
  })
  t.equal(node.status().availability, 'active')
  const { signer } = await keychain.operatorIdentity()
  await commandNode(endpoint, 'availability', drain, signer)
  t.equal(node.status().availability, 'drain')
})

t.test('what a command says is looked at before anything is done', async (t) => {
  const node = await startNode(t, { labels: { a: 1 }, facts: { speed: 1 } })
  const endpoint = await connectTo(t, node)
  const label = (set: object, removed: string[] = []): string => JSON.stringify({ set, removed })
  const cases: [verb: string, parameters: string, answer: RegExp][] = [
    ['label', '', /^400 its parameters are no JSON object$/],
    ['label', '{}', /^400 /],
    ['label', label({ b: 1 }), /^400 /],
    ['label', label({ b: '1', 'no key': '' }), /^400 'no key' cannot be a key/],
    ['label', label({ b: 'v'.repeat(256) }), /^400 a value has at most 255 characters/],
    ['label', label({ b: '1' }, ['c']), /^400 there is no label c to remove$/],
    [
      'availability',
      '{"availability":"sleep"}',
      /^400 there is no availability 'sleep': it is one of active/,
    ],
    ['availability', '{"availability":"drain","now":true}', /^400 /],
    ['reboot', '{}', /^501 node\/reboot is not supported$/],
  ]
  for (const [verb, parameters, answer] of cases)
    t.match(await send(endpoint, verb, parameters, digestSigner), answer)
  t.equal(node.status().availability, 'active')
  t.same((await node.facts()).labels, { a: '1' })
})
