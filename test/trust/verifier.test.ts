import t from 'tap'
import { ContentType, Data, SignatureType } from '../../src/packet/index.ts'
import { createSigner, digestSigner, generatePrivateKey, instanceName } from '../../src/trust/index.ts'
import {
  bitsThatMayFlip,
  codeOf,
  DIGEST,
  functionUri,
  makeData,
  makeIdentity,
  relocated,
  World,
} from './fixtures/world.ts'

for (const keyType of ['ed25519', 'p-256'] as const) {
  t.test(`${keyType}: a result tells function, digest and node, and the way to the anchor`, async (t) => {
    const world = new World(keyType)
    const verified = await world.verifier().verify(makeData(functionUri('edges'), world.instance.signer))
    t.match(verified, { kind: 'instance', function: 'edges', digest: DIGEST, node: 'n1' })
    t.ok(verified.identity.equals(world.instance.name))
    const chain = [world.instance, world.node, world.anchor].map(({ certificate }) => certificate.name)
    t.same(verified.chain.map(String), chain.map(String))
  })
}

t.test('content tells the producer or node that signed it', async (t) => {
  const world = new World()
  const verifier = world.verifier()
  t.match(await verifier.verify(makeData('/camera/lobby/1', world.producer.signer)), {
    kind: 'producer',
    producer: 'camera',
  })
  t.match(await verifier.verify(makeData('/status', world.node.signer)), { kind: 'node', node: 'n1' })
})

t.test('a result with parameters, of several functions, is judged by its first function', async (t) => {
  const world = new World()
  const verifier = world.verifier()
  const first = makeData('/128=edges/130=k=v/128=resize/camera/1/v=1/seg=0', world.instance.signer)
  const second = makeData('/128=resize/128=edges/camera/1/v=1/seg=0', world.instance.signer)
  t.equal((await verifier.verify(first)).kind, 'instance')
  t.equal(await codeOf(verifier.verify(second)), 'not-allowed')
})

t.test('only an instance of the function may sign its results', async (t) => {
  const world = new World()
  const other = world.serve(makeIdentity(instanceName(world.node.name, 'resize', DIGEST), world.node))
  const verifier = world.verifier()
  for (const { name, signer } of [other, world.node, world.producer, world.anchor]) {
    t.equal(
      await codeOf(verifier.verify(makeData(functionUri('edges'), signer))),
      'not-allowed',
      name.toString(),
    )
  }
})

t.test('a node may sign the error of a function, another function or a producer may not', async (t) => {
  const world = new World()
  const other = world.serve(makeIdentity(instanceName(world.node.name, 'resize', DIGEST), world.node))
  const verifier = world.verifier()
  const nack = { contentType: ContentType.Nack }
  const verify = (identity: typeof other) =>
    codeOf(verifier.verify(makeData(functionUri('edges'), identity.signer, nack)))
  t.equal(await verify(world.node), 'verified')
  t.equal(await verify(world.instance), 'verified')
  t.equal(await verify(other), 'not-allowed')
  t.equal(await verify(world.producer), 'not-allowed')
})

t.test('an instance may sign nothing but its results, the operator nothing but certificates', async (t) => {
  const world = new World()
  const verifier = world.verifier()
  t.equal(await codeOf(verifier.verify(makeData('/camera/lobby/1', world.instance.signer))), 'not-allowed')
  t.equal(await codeOf(verifier.verify(makeData('/camera/lobby/1', world.anchor.signer))), 'not-allowed')
})

t.test('a refusal says which name, which key and what rule', async (t) => {
  const world = new World()
  const refused = world.verifier().verify(makeData(functionUri('edges'), world.producer.signer))
  await t.rejects(refused, {
    name: 'VerificationError',
    message: `cannot trust edges/camera/lobby/1: an instance of function 'edges' must sign it, and it was signed by producer 'camera' (${world.producer.certificate.name})`,
  })
})

t.test('a packet that names no key is refused', async (t) => {
  const world = new World()
  const verify = (signer: typeof digestSigner) => codeOf(world.verifier().verify(makeData('/a', signer)))
  t.equal(await verify(digestSigner), 'no-key-locator')
  t.equal(await verify(relocated(world.producer, undefined)), 'no-key-locator')
  t.equal(await verify(relocated(world.producer, world.producer.name)), 'no-key-locator')
  t.equal(
    await verify({ ...digestSigner, keyLocator: world.producer.certificate.name }),
    'no-key-locator',
    'a digest stays a digest',
  )
})

t.test('a signature of an unknown type is refused', async (t) => {
  const world = new World()
  for (const type of [SignatureType.SignatureSha256WithRsa, SignatureType.SignatureHmacWithSha256, 200]) {
    const data = makeData('/a', { ...world.producer.signer, type })
    t.equal(await codeOf(world.verifier().verify(data)), 'unknown-signature-type')
  }
})

t.test('a packet signed by another key than it says is refused', async (t) => {
  const world = new World()
  const stranger = createSigner(generatePrivateKey(), world.producer.certificate.name)
  t.equal(await codeOf(world.verifier().verify(makeData('/a', stranger))), 'bad-signature')
})

t.test('no packet with any one bit changed is verified', async (t) => {
  const world = new World()
  const verifier = world.verifier()
  const { wire } = makeData(functionUri('edges'), world.instance.signer)
  t.equal(await codeOf(verifier.verify(Data.decode(wire))), 'verified')
  const survivors = await bitsThatMayFlip(wire, (changed) => verifier.verify(Data.decode(changed)))
  t.same(survivors, [])
})
