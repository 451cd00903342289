import { join } from 'node:path'
import t from 'tap'
import { registerPrefix } from '../../src/control/index.ts'
import type { Endpoint, FetchError } from '../../src/endpoint/index.ts'
import { ContentType, Data, encodeData, Name } from '../../src/packet/index.ts'
import {
  createVerifier,
  digestSigner,
  type Identity,
  Keychain,
  readInstanceIdentity,
  type Verified,
} from '../../src/trust/index.ts'
import { ask, connectTo, functionFile, publish, startNode, uniqueName } from './fixture.ts'

t.test('who made what comes from a node', async (t) => {
  const name = uniqueName()
  const functions = ['wrap', 'trouble', 'rogue'].map(functionFile)
  const node = await startNode(t, { name, functions })
  const keychain = await Keychain.open(node.config.home)
  const camera = await keychain.producerIdentity('camera')
  await publish(t, node, '/camera', { text: 'smile', signer: camera.signer })
  const consumer = await connectTo(t, node)
  const fetched: string[] = []
  const verifier = createVerifier({
    anchor: keychain.anchor,
    fetchCertificate: async (asked: Name) => {
      fetched.push(asked.toString())
      // A producer serves its own, as `ndn-sfc put` does.
      if (asked.isPrefixOf(camera.certificate.name)) return Data.decode(camera.certificate.wire)
      return await consumer.express(asked, { canBePrefix: true })
    },
    now: Date.now,
  })
  const who: Verified[] = []
  const verify = async (data: Data): Promise<void> => {
    who.push(await verifier.verify(data))
  }
  const digestOf = async (functionName: string) =>
    (await node.functions()).find((one) => one.name === functionName)?.digest

  await t.test('a result: an instance of its function, on this node, of this very code', async (t) => {
    const result = await ask(consumer, 'wrap(times=10000)/camera/1', { verify })
    t.ok(result.segments > 5)
    t.equal(who.length, result.segments, 'each segment')
    t.match(who[0], { kind: 'instance', node: name, function: 'wrap', digest: await digestOf('wrap') })
    t.match(
      who[0]?.chain.map((certificate) => certificate.toString()),
      [
        /\/node\/[^/]+\/function\/wrap\/[0-9a-f]{64}\/KEY\//,
        /\/node\/[^/]+\/KEY\//,
        keychain.anchor.name.toString(),
      ],
    )
    t.equal(fetched.length, 2, 'the certificates came over the network, each once')
  })

  await t.test('content: its producer', async (t) => {
    who.length = 0
    await ask(consumer, '/camera/2', { verify })
    t.match(who, [{ kind: 'producer', producer: 'camera' }])
  })

  await t.test("a function's own error: an instance of it", async (t) => {
    who.length = 0
    const error = await ask(consumer, 'trouble(mode=throw)/camera/1', { verify }).catch((e: FetchError) => e)
    t.match(error, { failure: { code: 'function-failed' } })
    t.match(who, [{ kind: 'instance', function: 'trouble' }])
  })

  await t.test('an error in its stead: the node', async (t) => {
    who.length = 0
    const refused = await ask(consumer, 'wrap(times=0)/camera/1', { verify }).catch((e: FetchError) => e)
    t.match(refused, { failure: { code: 'bad-parameter' } })
    const lost = await ask(consumer, 'trouble(mode=exit)/camera/3', { verify }).catch((e: FetchError) => e)
    t.match(lost, { failure: { code: 'instance-lost' } })
    t.match(who, [
      { kind: 'node', node: name },
      { kind: 'node', node: name },
    ])
  })

  await t.test('the instance that came after another has a certificate of its own', async (t) => {
    who.length = 0
    await ask(consumer, 'trouble/camera/1', { verify })
    t.match(who, [{ kind: 'instance', function: 'trouble', digest: await digestOf('trouble') }])
    const keys = new Set(fetched.filter((asked) => asked.includes('/function/trouble/')))
    t.equal(keys.size, 2)
  })

  await t.test('a result that nobody vouches for does not pass', async (t) => {
    await t.rejects(ask(consumer, 'rogue/camera/1', { verify }), {
      name: 'VerificationError',
      code: 'no-key-locator',
      message: /SHA-256 digest only/,
    })
  })

  await t.test('nor does what another instance has signed: a result, an error, or content', async (t) => {
    const doors = [0, 1, 2].map((door) => join(node.config.home, 'run', String(door), 'identity.json'))
    const trouble = doors
      .map(readInstanceIdentity)
      .find(({ name: one }) => one.toString().includes('/trouble/'))
    const thief: Endpoint = await connectTo(t, node, {
      onInterest: ({ name: asked }, pitToken) => {
        const contentType = asked.toString().includes('error') ? ContentType.Nack : ContentType.Blob
        thief.answer(encodeData({ name: asked, contentType }, (trouble as Identity).signer), pitToken)
      },
    })
    for (const prefix of ['/128=stolen', '/stolen'])
      await registerPrefix(thief, Name.parse(prefix), digestSigner)
    for (const chain of ['stolen/camera/result', 'stolen/camera/error']) {
      await t.rejects(ask(consumer, chain, { verify }), {
        code: 'not-allowed',
        message:
          /an instance of function 'stolen' must sign it, and it was signed by an instance of function 'trouble'/,
      })
    }
    await t.rejects(ask(consumer, '/stolen/content', { verify }), {
      code: 'not-allowed',
      message: /a producer or a node must sign it/,
    })
  })
})
