import { createPublicKey } from 'node:crypto'
import t from 'tap'
import { Component, Data, Name } from '../../src/packet/index.ts'
import {
  createSigner,
  generatePrivateKey,
  instanceName,
  nodeName,
  producerName,
} from '../../src/trust/index.ts'
import {
  bitsThatMayFlip,
  codeOf,
  DIGEST,
  forgeCertificate,
  functionUri,
  HOUR,
  makeAnchor,
  makeData,
  makeIdentity,
  NOW,
  OPERATOR,
  relocated,
  VALID,
  World,
} from './fixtures/world.ts'

t.test('a KeyLocator may name the key instead of the certificate', async (t) => {
  const world = new World()
  const data = makeData('/a', relocated(world.producer, world.producer.certificate.keyName))
  t.match(await world.verifier().verify(data), { kind: 'producer' })
})

t.test('a certificate that cannot be had is reported with its name and the reason', async (t) => {
  const world = new World()
  const name = world.producer.certificate.name.toString()
  world.served.clear()
  await t.rejects(world.verifier().verify(makeData('/a', world.producer.signer)), {
    code: 'certificate-unavailable',
    message: `cannot trust /a: certificate ${name} cannot be had: nobody has it`,
  })
})

t.test('what is fetched must be the certificate that was asked for', async (t) => {
  const world = new World()
  const { keyName } = world.producer.certificate
  const longer = forgeCertificate(
    { name: keyName.append(...['KEY', 'x', 'y'].map(Component.generic), Component.version(1)) },
    world.producer.certificate,
    world.anchor.signer,
  )
  const garbage = makeData(world.producer.certificate.name.toString(), world.anchor.signer)
  for (const answer of [world.node.certificate.data, garbage, Data.decode(longer)]) {
    const verifier = world.verifier({ fetchCertificate: async () => answer })
    for (const locator of [keyName, world.producer.certificate.name]) {
      const data = makeData('/a', relocated(world.producer, locator))
      t.equal(await codeOf(verifier.verify(data)), 'certificate-unavailable')
    }
  }
})

t.test('another certificate for the same key serves only a KeyLocator that names the key', async (t) => {
  const world = new World()
  const { name, keyName } = world.producer.certificate
  const newer = forgeCertificate(
    { name: name.slice(0, -1).append(Component.version(1)) },
    world.producer.certificate,
    world.anchor.signer,
  )
  const verifier = world.verifier({ fetchCertificate: async () => Data.decode(newer) })
  const verify = (locator: Name) =>
    codeOf(verifier.verify(makeData('/a', relocated(world.producer, locator))))
  t.equal(await verify(name), 'certificate-unavailable')
  t.equal(await verify(keyName), 'verified')
})

t.test('expired and not yet valid certificates are refused, wherever in the chain', async (t) => {
  const expired = { notBefore: NOW - HOUR, notAfter: NOW - 1000 }
  const early = { notBefore: NOW + 1000, notAfter: NOW + HOUR }
  for (const validity of [expired, early]) {
    const world = new World()
    const node = world.serve(makeIdentity(nodeName(OPERATOR, 'n2'), world.anchor, validity))
    // Forged past its issuer's end, which issuing prevents.
    const instance = makeIdentity(instanceName(node.name, 'edges', DIGEST), node, validity)
    const longer = Data.decode(forgeCertificate({}, instance.certificate, node.signer, VALID))
    world.served.set(instance.certificate.name.toString(), longer)
    const late = world.serve(
      makeIdentity(instanceName(world.node.name, 'edges', DIGEST), world.node, validity),
    )
    const verifier = world.verifier()
    for (const { signer } of [instance, late]) {
      t.equal(await codeOf(verifier.verify(makeData(functionUri('edges'), signer))), 'certificate-expired')
    }
  }
})

t.test('an expired anchor vouches for nothing', async (t) => {
  const world = new World()
  world.now = VALID.notAfter + 1
  const unending = { notBefore: NOW, notAfter: NOW + 9 * HOUR }
  const forged = forgeCertificate({}, world.producer.certificate, world.anchor.signer, unending)
  world.served.set(world.producer.certificate.name.toString(), Data.decode(forged))
  t.equal(await codeOf(world.verifier().verify(makeData('/a', world.producer.signer))), 'certificate-expired')
})

t.test('a certificate that was verified once is refused when it has expired since', async (t) => {
  const world = new World()
  const verifier = world.verifier()
  const data = makeData(functionUri('edges'), world.instance.signer)
  t.equal(await codeOf(verifier.verify(data)), 'verified')
  world.now = VALID.notAfter + 1
  t.equal(await codeOf(verifier.verify(data)), 'certificate-expired')
})

t.test('a KeyLocator that names a key finds its renewed certificate', async (t) => {
  const world = new World()
  const verifier = world.verifier()
  const data = makeData('/a', relocated(world.producer, world.producer.certificate.keyName))
  const short = { notBefore: NOW, notAfter: NOW + 1000 }
  const { certificate } = world.producer
  const serve = (validity: typeof short) =>
    world.served.set(
      certificate.name.toString(),
      Data.decode(forgeCertificate({}, certificate, world.anchor.signer, validity)),
    )
  serve(short)
  t.equal(await codeOf(verifier.verify(data)), 'verified')
  world.now = NOW + 2000
  t.equal(await codeOf(verifier.verify(data)), 'certificate-expired')
  serve(VALID)
  t.equal(await codeOf(verifier.verify(data)), 'verified')
})

t.test('a certificate changed on its way is refused', async (t) => {
  const world = new World()
  const { certificate } = world.producer
  const mine = generatePrivateKey()
  const spki = createPublicKey(mine).export({ type: 'spki', format: 'der' })
  const forged = forgeCertificate(
    { content: spki },
    certificate,
    createSigner(mine, world.anchor.certificate.name),
  )
  world.served.set(certificate.name.toString(), Data.decode(forged))
  const verifier = world.verifier()
  const data = makeData('/a', createSigner(mine, certificate.name))
  t.equal(await codeOf(verifier.verify(data)), 'bad-signature')
  t.equal(await codeOf(verifier.verify(data)), 'bad-signature', 'and is not remembered')
})

t.test(
  'keys of another operator, or of another anchor of the same name, are refused unfetched',
  async (t) => {
    const world = new World()
    const stranger = makeAnchor(Name.parse('/ndn-sfc/other'))
    const strangersNode = world.serve(makeIdentity(nodeName(stranger.name, 'n1'), stranger))
    const verifier = world.verifier()
    t.equal(await codeOf(verifier.verify(makeData('/a', strangersNode.signer))), 'not-under-anchor')
    const twin = makeAnchor()
    t.equal(await codeOf(verifier.verify(makeData('/a', twin.signer))), 'not-under-anchor')
    t.same(world.fetched, [])
    const twinsNode = world.serve(makeIdentity(nodeName(OPERATOR, 'n2'), twin))
    t.equal(await codeOf(verifier.verify(makeData('/a', twinsNode.signer))), 'not-under-anchor')
  },
)

t.test('an identity that no operator hands out is refused unfetched', async (t) => {
  const world = new World()
  const names = [
    OPERATOR.append(Component.generic('node')),
    OPERATOR.append(Component.generic('guest'), Component.generic('x')),
    nodeName(OPERATOR, 'n1').append(Component.generic('more')),
    producerName(OPERATOR, 'p').append(Component.generic('more')),
    OPERATOR.append(new Component(50, Buffer.from('node')), Component.generic('n1')),
    nodeName(OPERATOR, 'n1').append(
      ...['function', 'edges', 'not-hexadecimal'].map((text) => Component.generic(text)),
    ),
    OPERATOR.append(Component.generic('node'), new Component(8, Buffer.from([0xff]))),
  ]
  const verifier = world.verifier()
  for (const name of names) {
    const { signer } = world.serve(makeIdentity(name, world.anchor))
    t.equal(await codeOf(verifier.verify(makeData('/a', signer))), 'not-allowed', name.toString())
  }
  t.same(world.fetched, [])
})

t.test('only the operator certifies nodes and producers, only its node an instance', async (t) => {
  const world = new World()
  const otherNode = world.serve(makeIdentity(nodeName(OPERATOR, 'n2'), world.anchor))
  const cases = [
    ['/a', makeIdentity(nodeName(OPERATOR, 'n3'), world.node)],
    ['/a', makeIdentity(producerName(OPERATOR, 'p'), world.node)],
    ['/a', makeIdentity(producerName(OPERATOR, 'p'), world.producer)],
    [functionUri('edges'), makeIdentity(instanceName(world.node.name, 'edges', DIGEST), otherNode)],
    [functionUri('edges'), makeIdentity(instanceName(world.node.name, 'edges', DIGEST), world.anchor)],
    [functionUri('resize'), makeIdentity(instanceName(world.node.name, 'resize', DIGEST), world.instance)],
    [functionUri('edges'), makeIdentity(instanceName(world.node.name, 'edges', DIGEST), world.producer)],
  ] as const
  for (const [uri, identity] of cases) {
    world.serve(identity)
    const said = `${identity.name} by ${identity.certificate.issuer}`
    t.equal(await codeOf(world.verifier().verify(makeData(uri, identity.signer))), 'not-allowed', said)
  }
})

t.test('no certificate with any one bit changed leads to the anchor', async (t) => {
  const world = new World()
  const { certificate } = world.producer
  const data = makeData('/a', world.producer.signer)
  const survivors = await bitsThatMayFlip(certificate.wire, (changed) => {
    const served = Data.decode(changed)
    return world.verifier({ fetchCertificate: async () => served }).verify(data)
  })
  t.same(survivors, [])
})

t.test('a node that certifies itself is refused', async (t) => {
  const world = new World()
  const node = world.serve(makeAnchor(nodeName(OPERATOR, 'n9')))
  t.equal(await codeOf(world.verifier().verify(makeData('/a', node.signer))), 'not-allowed')
})

t.test('a chain longer than allowed is not followed', async (t) => {
  const world = new World()
  const result = makeData(functionUri('edges'), world.instance.signer)
  t.equal(await codeOf(world.verifier({ maxChainLength: 2 }).verify(result)), 'too-deep')
  t.equal(await codeOf(world.verifier({ maxChainLength: 3 }).verify(result)), 'verified')
})

t.test('each certificate is fetched once, also for packets that come together', async (t) => {
  const world = new World()
  const verifier = world.verifier()
  const results = [1, 2, 3].map((i) => makeData(functionUri('edges', `/c/${i}`), world.instance.signer))
  await Promise.all(results.map((data) => verifier.verify(data)))
  await verifier.verify(makeData(functionUri('edges'), world.instance.signer))
  t.same(
    world.fetched,
    [world.instance, world.node].map(({ certificate }) => certificate.name.toString()),
  )
})

t.test('certificates are remembered up to a number, the one used longest ago goes first', async (t) => {
  const world = new World()
  const [a, b, c] = ['a', 'b', 'c'].map((name) =>
    world.serve(makeIdentity(producerName(OPERATOR, name), world.anchor)),
  ) as [typeof world.node, typeof world.node, typeof world.node]
  const verifier = world.verifier({ cacheSize: 2 })
  const fetches = async (identity: typeof a): Promise<number> => {
    const before = world.fetched.length
    await verifier.verify(makeData('/x', identity.signer))
    return world.fetched.length - before
  }
  t.same([await fetches(a), await fetches(b), await fetches(a)], [1, 1, 0])
  t.same([await fetches(c), await fetches(a), await fetches(b)], [1, 0, 1])
})

t.test('a failed fetch is not remembered', async (t) => {
  const world = new World()
  const verifier = world.verifier()
  const data = makeData('/a', world.producer.signer)
  world.served.clear()
  t.equal(await codeOf(verifier.verify(data)), 'certificate-unavailable')
  world.serve(world.producer)
  t.equal(await codeOf(verifier.verify(data)), 'verified')
})
