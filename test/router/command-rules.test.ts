import { generateKeyPairSync } from 'node:crypto'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { Endpoint } from '../../src/endpoint/index.ts'
import { type Face, listen } from '../../src/face/index.ts'
import {
  type ControlParameters,
  controlResponse,
  encodePrefixAnnouncement,
} from '../../src/management/index.ts'
import { Name, type Signer } from '../../src/packet/index.ts'
import type { Node } from '../../src/router/index.ts'
import {
  createSigner,
  digestSigner,
  type Identity,
  Keychain,
  readInstanceIdentity,
  writeInstanceIdentity,
} from '../../src/trust/index.ts'
import { sendCommand } from './commands.ts'
import { connectTo, Log, makeHome, startNode } from './fixture.ts'

const LAB = Name.parse('/lab')
const STRATEGY = Name.parse('/localhost/nfd/strategy/multicast')

/** A command of each module, with how to see that it was not carried out. */
const COMMANDS: readonly (readonly [string, ControlParameters])[] = [
  ['faces/create', { uri: 'udp4://127.0.0.1:9' }],
  ['faces/update', { mtu: 1400 }],
  ['faces/destroy', { faceId: 1 }],
  ['fib/add-nexthop', { name: LAB }],
  ['fib/remove-nexthop', { name: LAB }],
  ['cs/config', { capacity: 1 }],
  ['cs/erase', { name: LAB }],
  ['strategy-choice/set', { name: LAB, strategy: STRATEGY }],
  ['strategy-choice/unset', { name: LAB }],
  ['rib/register', { name: LAB }],
  ['rib/unregister', { name: LAB }],
]

const isOfRib = (command: string): boolean => command.startsWith('rib/')

/** All that a command could change. */
function stateOf(node: Node): unknown {
  const { contentStore } = node.status()
  return [node.routes(), node.faces().map(({ id, remote }) => [id, remote]), contentStore.maxPackets]
}

function stranger(): Signer {
  return createSigner(generateKeyPairSync('ed25519').privateKey, Name.parse('/someone/KEY/1/self/v=1'))
}

/** An endpoint over TCP that serves the certificate of who commands. */
async function overTcp(t: Test, node: Node, identity?: Identity): Promise<Endpoint> {
  const endpoint: Endpoint = await connectTo(t, node.addresses[1] as string, {
    onInterest: (_interest, pitToken) => {
      if (identity !== undefined) endpoint.answer(identity.certificate.wire, pitToken)
    },
  })
  return endpoint
}

t.test('over TCP', async (t) => {
  const log = new Log()
  const node = await startNode(t, { listen: ['tcp://127.0.0.1:0'], log })
  const keychain = await Keychain.open(node.config.home)
  const producer = await keychain.producerIdentity('camera')

  for (const [who, signer, statusText] of [
    ['nobody', undefined, /not a signed Interest/],
    ['a mere digest', digestSigner, /SHA-256 digest/],
    ['a stranger', stranger(), /not a key of operator/],
  ] as const) {
    await t.test(`${who} commands nothing`, async (t) => {
      const endpoint = await overTcp(t, node)
      // The first command shows that the face is there.
      await sendCommand(endpoint, 'rib/unregister', { name: LAB }, signer)
      const before = stateOf(node)
      for (const [command, parameters] of COMMANDS) {
        const seen = log.lines.length
        t.match(
          await sendCommand(endpoint, command, parameters, signer),
          { statusCode: 403, statusText },
          command,
        )
        await log.saw(new RegExp(`^${command}.* from face \\d+: 403 `), seen)
      }
      t.same(stateOf(node), before)
    })
  }

  await t.test('a producer commands the RIB and nothing else', async (t) => {
    const endpoint = await overTcp(t, node, producer)
    for (const [command, parameters] of COMMANDS) {
      const expected = isOfRib(command)
        ? { statusCode: 200 }
        : { statusCode: 403, statusText: /producer 'camera' .* may not give this command/ }
      t.match(await sendCommand(endpoint, command, parameters, producer.signer), expected, command)
    }
  })

  await t.test('the operator and nodes command all', async (t) => {
    const { signer } = await keychain.operatorIdentity()
    const endpoint = await overTcp(t, node)
    for (const identity of [signer, (await keychain.nodeIdentity(node.config.name)).signer]) {
      t.match(await sendCommand(endpoint, 'cs/config', { capacity: 77 }, identity), { statusCode: 200 })
      t.match(
        await sendCommand(endpoint, 'strategy-choice/set', { name: LAB, strategy: STRATEGY }, identity),
        {
          statusCode: 200,
        },
      )
    }
    t.equal(node.status().contentStore.maxPackets, 77)
  })

  await t.test('an instance of a function commands nothing', async (t) => {
    const own = await keychain.nodeIdentity(node.config.name)
    const keys = keychain.issueInstance({ node: own, functionName: 'wrap', digest: '0'.repeat(64) })
    const file = join(node.config.home, 'instance.json')
    await writeInstanceIdentity(file, keys, { mode: 0o600 })
    const instance = await readInstanceIdentity(file)
    const endpoint = await overTcp(t, node, instance)
    for (const [command, parameters] of COMMANDS)
      t.match(
        await sendCommand(endpoint, command, parameters, instance.signer),
        { statusCode: 403, statusText: /instance of function 'wrap' .* may not give this command/ },
        command,
      )
  })

  await t.test('a prefix announcement must be of somebody who is known', async (t) => {
    const endpoint = await overTcp(t, node, producer)
    const announce = async (signer: Signer) => {
      const applicationParameters = encodePrefixAnnouncement(
        { prefix: LAB, expirationPeriod: 60_000 },
        1,
        signer,
      )
      const data = await endpoint.express(Name.parse('/localhost/nfd/rib/announce'), {
        mustBeFresh: true,
        applicationParameters,
        signer: producer.signer,
      })
      return controlResponse.decode(data.content)
    }
    t.match(await announce(digestSigner), { statusCode: 403 })
    t.match(await announce(stranger()), { statusCode: 403 })
    t.notOk(node.routes().some(({ prefix }) => prefix === '/lab'))
    t.match(await announce(producer.signer), { statusCode: 200 })
    t.match(node.routes().find(({ prefix }) => prefix === '/lab')?.hops, [{ origin: 'prefix-announcement' }])
  })
})

t.test('over the Unix socket of the node', async (t) => {
  const log = new Log()
  const node = await startNode(t, { log })

  await t.test('whoever signs commands, whatever the key', async (t) => {
    for (const signer of [digestSigner, stranger()]) {
      const endpoint = await connectTo(t, node)
      for (const [command, parameters] of COMMANDS.filter(([command]) => !command.startsWith('faces/')))
        t.match(await sendCommand(endpoint, command, parameters, signer), { statusCode: 200 }, command)
      t.match(await sendCommand(endpoint, 'faces/create', { uri: 'udp4://127.0.0.1:9' }, signer), {
        statusCode: signer === digestSigner ? 200 : 409,
      })
    }
  })

  await t.test('what is not signed, or was changed, is refused', async (t) => {
    const endpoint = await connectTo(t, node)
    const forged: Signer = { ...digestSigner, sign: () => Buffer.alloc(32) }
    await sendCommand(endpoint, 'rib/unregister', { name: LAB }, digestSigner)
    const before = stateOf(node)
    for (const [command, parameters] of COMMANDS) {
      t.match(await sendCommand(endpoint, command, parameters), {
        statusCode: 403,
        statusText: /not a signed Interest/,
      })
      t.match(await sendCommand(endpoint, command, parameters, forged), {
        statusCode: 403,
        statusText: /digest is not that of its bytes/,
      })
    }
    t.same(stateOf(node), before)
  })
})

t.test('who is trusted to be connected to is not trusted to command', async (t) => {
  const folder = await makeHome(t)
  const connected = new Promise<Face>((resolve, reject) => {
    const listening = listen(`unix://${folder}/peer.sock`, resolve)
    listening.then((listener) => t.teardown(() => listener.close()), reject)
  })
  const node = await startNode(t, { routes: [{ prefix: '/x', to: `unix://${folder}/peer.sock` }] })
  const endpoint = new Endpoint(await connected)
  t.teardown(() => endpoint.close())
  t.match(await sendCommand(endpoint, 'rib/register', { name: LAB }, digestSigner), { statusCode: 403 })
  t.notOk(node.routes().some(({ prefix }) => prefix === '/lab'))
})
