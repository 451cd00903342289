import { generateKeyPairSync } from 'node:crypto'
import t from 'tap'
import { CommandError, registerPrefix, unregisterPrefix } from '../../src/control/index.ts'
import type { Endpoint } from '../../src/endpoint/index.ts'
import { type ControlResponse, controlParameters, controlResponse } from '../../src/management/index.ts'
import {
  Component,
  type Data,
  encodeData,
  NackReason,
  Name,
  type Signer,
  TT,
} from '../../src/packet/index.ts'
import type { Node } from '../../src/router/index.ts'
import { createSigner, digestSigner, Keychain } from '../../src/trust/index.ts'
import { connectTo, startNode } from './fixture.ts'

const LAB = Name.parse('/lab')

/** Sends a command by hand. */
async function command(
  endpoint: Endpoint,
  verb: string,
  parameters: Uint8Array | undefined,
  signer?: Signer,
): Promise<ControlResponse> {
  const prefix = Name.parse(`/localhost/nfd/rib/${verb}`)
  const name =
    parameters === undefined ? prefix : prefix.append(new Component(TT.GenericNameComponent, parameters))
  const signed = { applicationParameters: new Uint8Array(), ...(signer === undefined ? {} : { signer }) }
  const data: Data = await endpoint.express(name, { mustBeFresh: true, ...signed })
  return controlResponse.decode(data.content)
}

const hasRoute = (node: Node, prefix: string): boolean =>
  node.routes().some((route) => route.prefix === prefix)

t.test('commands at a node', async (t) => {
  const node = await startNode(t, { listen: ['tcp://127.0.0.1:0'] })
  const tcp = node.addresses[1] as string
  const keychain = await Keychain.open(node.config.home)
  const lab = controlParameters.encode({ name: LAB })

  await t.test('over the Unix socket a digest will do', async (t) => {
    const endpoint = await connectTo(t, node)
    await registerPrefix(endpoint, LAB, digestSigner)
    t.ok(hasRoute(node, '/lab'))
    await unregisterPrefix(endpoint, LAB, digestSigner)
    t.notOk(hasRoute(node, '/lab'))
  })

  await t.test('over TCP it will not', async (t) => {
    const endpoint = await connectTo(t, tcp)
    const refused = await registerPrefix(endpoint, LAB, digestSigner).then(
      () => undefined,
      (error: CommandError) => error,
    )
    t.type(refused, CommandError)
    t.match(refused, { code: 'command-refused', statusCode: 403, message: /refused to register \/lab: / })
    t.notOk(hasRoute(node, '/lab'))
  })

  await t.test('over TCP the operator may', async (t) => {
    const endpoint = await connectTo(t, tcp)
    const { signer } = await keychain.operatorIdentity()
    await registerPrefix(endpoint, LAB, signer)
    t.ok(hasRoute(node, '/lab'))
    await unregisterPrefix(endpoint, LAB, signer)
    t.notOk(hasRoute(node, '/lab'))
  })

  await t.test('over TCP a producer may, whose certificate is asked of itself', async (t) => {
    const identity = await keychain.producerIdentity('camera')
    const asked: string[] = []
    const endpoint: Endpoint = await connectTo(t, tcp, {
      onInterest: ({ name }, pitToken) => {
        asked.push(name.toString())
        endpoint.answer(identity.certificate.wire, pitToken)
      },
    })
    await registerPrefix(endpoint, LAB, identity.signer)
    t.ok(hasRoute(node, '/lab'))
    t.same(asked, [identity.certificate.name.toString()])
    t.notOk(hasRoute(node, identity.certificate.name.toString()), 'the way to it is taken back')
    await unregisterPrefix(endpoint, LAB, identity.signer)
  })

  await t.test('a key that nobody vouches for may not', async (t) => {
    const endpoint = await connectTo(t, tcp)
    const { privateKey } = generateKeyPairSync('ed25519')
    const stranger = createSigner(privateKey, Name.parse('/someone/KEY/1/self/v=1'))
    await t.rejects(registerPrefix(endpoint, LAB, stranger), { code: 'command-refused', statusCode: 403 })
  })

  await t.test('without a signature it is refused, on either', async (t) => {
    for (const where of [node, tcp]) {
      const endpoint = await connectTo(t, where)
      t.match(await command(endpoint, 'register', lab), {
        statusCode: 403,
        statusText: /not a signed Interest/,
      })
    }
    t.notOk(hasRoute(node, '/lab'))
  })

  await t.test('bad ControlParameters are refused', async (t) => {
    const endpoint = await connectTo(t, node)
    const ask = (bytes: number[]) => command(endpoint, 'register', Buffer.from(bytes), digestSigner)
    t.match(await ask([104, 200, 1]), { statusCode: 400 }, 'cut short')
    t.match(await ask([104, 3, 105, 1]), { statusCode: 400 })
    t.match(await ask([104, 5, 105, 3, 1, 2, 3]), { statusCode: 400 }, 'a number of three octets')
    t.match(await ask([104, 3, 7, 5, 8]), { statusCode: 400 }, 'a Name that is none')
    t.match(await ask([104, 0]), { statusCode: 400, statusText: 'Name is required but missing' })
    t.match(await ask([99, 0]), { statusCode: 400, statusText: /ControlParameters is expected/ })
    t.match(await ask([]), { statusCode: 400, statusText: 'ControlParameters is missing' })
    t.match(await command(endpoint, 'register', undefined, digestSigner), { statusCode: 400 })
  })

  await t.test('a verb that is not known is refused', async (t) => {
    const endpoint = await connectTo(t, node)
    t.match(await command(endpoint, 'proclaim', lab, digestSigner), {
      statusCode: 501,
      statusText: 'rib/proclaim is not supported',
    })
  })

  await t.test('a face that is not there is refused', async (t) => {
    const endpoint = await connectTo(t, node)
    const parameters = controlParameters.encode({ name: LAB, faceId: 4711 })
    t.match(await command(endpoint, 'register', parameters, digestSigner), {
      statusCode: 410,
      statusText: 'there is no face 4711',
    })
  })

  await t.test('one face may be given a route by another', async (t) => {
    const before = new Set(node.faces().map(({ id }) => id))
    const producer = await connectTo(t, node)
    await registerPrefix(producer, Name.parse('/other'), digestSigner)
    const [face] = node.faces().filter(({ id }) => !before.has(id))
    const endpoint = await connectTo(t, node)
    const parameters = controlParameters.encode({ name: LAB, faceId: face?.id, cost: 5 })
    t.match(await command(endpoint, 'register', parameters, digestSigner), { statusCode: 200 })
    const lab = node.routes().find(({ prefix }) => prefix === '/lab')
    t.ok(lab?.hops.some((hop) => hop.face === face?.id && hop.cost === 5))
  })

  await t.test('a client cannot take away what is not its own', async (t) => {
    const endpoint = await connectTo(t, node)
    const [own] = node.routes().filter(({ prefix }) => prefix === '/localhost/ndn-sfc')
    const faceId = own?.hops[0]?.face
    const parameters = controlParameters.encode({ name: Name.parse('/localhost/ndn-sfc'), faceId })
    t.match(await command(endpoint, 'unregister', parameters, digestSigner), { statusCode: 200 })
    t.ok(hasRoute(node, '/localhost/ndn-sfc'))
  })

  await t.test('a command whose answer would be too large is refused at once', async (t) => {
    const endpoint = await connectTo(t, node)
    const long = controlParameters.encode({
      name: Name.of(new Component(TT.GenericNameComponent, Buffer.alloc(8000))),
    })
    await t.rejects(command(endpoint, 'register', long, digestSigner), {
      code: 'nack',
      reason: NackReason.None,
    })
  })
})

t.test("a client's routes go when its face closes", async (t) => {
  const node = await startNode(t)
  const producer = await connectTo(t, node)
  await registerPrefix(producer, LAB, digestSigner)
  t.ok(hasRoute(node, '/lab'))
  producer.close()
  while (node.faces().length > 0) await new Promise(setImmediate)
  t.notOk(hasRoute(node, '/lab'))
})

t.test('of two producers the cheaper is asked, and the other when that is gone', async (t) => {
  const node = await startNode(t)
  const consumer = await connectTo(t, node)
  const produce = async (text: string, cost: number): Promise<Endpoint> => {
    const content = Buffer.from(text)
    const producer: Endpoint = await connectTo(t, node, {
      onInterest: ({ name }, pitToken) =>
        producer.answer(encodeData({ name, content }, digestSigner), pitToken),
    })
    const parameters = controlParameters.encode({ name: LAB, cost })
    t.match(await command(producer, 'register', parameters, digestSigner), { statusCode: 200 })
    return producer
  }
  const ask = async (name: string) =>
    Buffer.from((await consumer.express(Name.parse(name))).content).toString()
  await produce('dear', 10)
  const cheap = await produce('cheap', 5)
  t.equal(await ask('/lab/1'), 'cheap')
  cheap.close()
  while (node.faces().length > 2) await new Promise(setImmediate)
  t.equal(await ask('/lab/2'), 'dear')
})

t.test('a FIB that is full refuses a route', async (t) => {
  const node = await startNode(t, { limits: { routes: 16 } })
  const endpoint = await connectTo(t, node)
  for (let i = node.routes().length; i < 16; i++) {
    await registerPrefix(endpoint, Name.parse(`/lab/${i}`), digestSigner)
  }
  await t.rejects(registerPrefix(endpoint, LAB, digestSigner), {
    statusCode: 503,
    message: /the FIB is full/,
  })
})

t.test('certificates of the node are served by name and by key', async (t) => {
  const node = await startNode(t)
  const endpoint = await connectTo(t, node)
  const keychain = await Keychain.open(node.config.home)
  const { certificate } = await keychain.nodeIdentity(node.config.name)
  t.same((await endpoint.express(certificate.name)).wire, certificate.wire)
  const byKey = await endpoint.express(certificate.keyName, { canBePrefix: true })
  t.ok(byKey.name.equals(certificate.name))
  await t.rejects(endpoint.express(certificate.keyName), { code: 'nack' }, 'a prefix is not the name')
  const other = certificate.identity.append(Component.generic('KEY'), Component.generic('other'))
  await t.rejects(endpoint.express(other, { canBePrefix: true }), {
    code: 'nack',
    reason: NackReason.NoRoute,
  })
})
