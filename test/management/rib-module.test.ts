import t, { type Test } from 'tap'
import {
  encodePrefixAnnouncement,
  MAX_PREFIX_COMPONENTS,
  type PrefixAnnouncement,
  ribEntry,
} from '../../src/management/index.ts'
import { MAX_EXPIRED_PER_TURN } from '../../src/management/rib-module.ts'
import { Data, Name } from '../../src/packet/index.ts'
import { digestSigner, VerificationError } from '../../src/trust/index.ts'
import { CLIENT, makeFaceStatus } from './fakes.ts'
import { responseIn, TestNode } from './fixture.ts'

const LAB = Name.parse('/lab')
const LONG = Name.parse('/x'.repeat(MAX_PREFIX_COMPONENTS + 1))

t.test('a route has the defaults of NFD', async (t) => {
  const node = new TestNode()
  t.same(await node.command('rib/register', { name: LAB }), {
    statusCode: 200,
    statusText: 'OK',
    parameters: { name: LAB, faceId: CLIENT, origin: 0, cost: 0, flags: 1 },
  })
  t.match(await node.command('rib/unregister', { name: LAB }), {
    statusCode: 200,
    parameters: { faceId: CLIENT, origin: 0 },
  })
  t.match(
    await node.command('rib/unregister', { name: LAB }),
    { statusCode: 200 },
    'it is as good as taken away',
  )
  t.equal(node.rib.size, 0)
})

t.test('a function is registered like any prefix', async (t) => {
  const node = new TestNode()
  const name = Name.parse('/128=detect-faces')
  t.match(await node.command('rib/register', { name, cost: 3 }), { statusCode: 200 })
  t.same(node.fib.text, ['/128=detect-faces 300@3'])
})

t.test('a route is refused', async (t) => {
  const node = new TestNode({}, 1)
  await t.test('over a face that is not there', async (t) => {
    t.match(await node.command('rib/register', { name: LAB, faceId: 4711 }), {
      statusCode: 410,
      statusText: 'there is no face 4711',
    })
  })
  await t.test('over nobody knows which', async (t) => {
    t.match(await node.command('rib/register', { name: LAB }, 'unknown'), {
      statusCode: 400,
      statusText: /FaceId/,
    })
  })
  await t.test('to a prefix of too many components', async (t) => {
    t.match(await node.command('rib/register', { name: LONG }), {
      statusCode: 414,
      statusText: 'a prefix cannot exceed 32 components',
    })
    t.match(await node.command('rib/register', { name: LONG.slice(1) }), { statusCode: 200 })
  })
  await t.test('by a RIB that is full', async (t) => {
    t.match(await node.command('rib/register', { name: LAB }), { statusCode: 503, statusText: /no room/ })
  })
})

t.test('a route by a FIB that is full is refused', async (t) => {
  const node = new TestNode()
  node.fib.maxPrefixes = 0
  t.match(await node.command('rib/register', { name: LAB }), { statusCode: 503 })
  t.equal(node.rib.size, 0)
})

/** A node whose routes end by its clock. */
function timed(t: Test) {
  const node = new TestNode()
  t.teardown(() => node.ribModule.close())
  const register = (prefix: string, expirationPeriod?: number) =>
    node.command('rib/register', {
      name: Name.parse(prefix),
      ...(expirationPeriod !== undefined && { expirationPeriod }),
    })
  return { node, register }
}

t.test('a route ends when its time is over', async (t) => {
  const { node, register } = timed(t)
  await register('/a', 100)
  await register('/b', 50)
  await register('/c')
  await register('/d', Number.MAX_SAFE_INTEGER)
  await node.clock.advance(49)
  t.equal(node.rib.size, 4)
  t.equal(node.clock.timers, 1)
  await node.clock.advance(1)
  t.equal(node.rib.size, 3)
  t.same(
    ribEntry
      .decodeAll(await node.dataset('rib/list'))
      .map(({ name, routes }) => `${name} ${routes[0]?.expirationPeriod}`)
      .toSorted(),
    ['/a 50', '/c undefined', '/d undefined'],
  )
  await node.clock.advance(50)
  t.equal(node.rib.size, 2)
  t.equal(node.clock.timers, 0)
})

t.test('a route that is registered again lasts for the new time', async (t) => {
  const { node, register } = timed(t)
  await register('/a', 100)
  await node.clock.advance(99)
  await register('/a', 100)
  await node.clock.advance(99)
  t.equal(node.rib.size, 1)
  await node.clock.advance(1)
  t.equal(node.rib.size, 0)
})

t.test('many routes that end at once do so in several turns', async (t) => {
  const { node, register } = timed(t)
  node.fib.maxPrefixes = Number.POSITIVE_INFINITY
  for (let i = 0; i <= MAX_EXPIRED_PER_TURN; i++) await register(`/${i}`, 10)
  t.equal(node.rib.size, MAX_EXPIRED_PER_TURN + 1)
  const left: number[] = []
  const { after } = node.clock
  node.clock.after = (ms, callback) => {
    left.push(node.rib.size)
    return after.call(node.clock, ms, callback)
  }
  await node.clock.advance(10)
  t.same(left, [1], 'one is left when it is time for the next turn')
  t.equal(node.rib.size, 0)
})

t.test('after close no route ends', async (t) => {
  const { node, register } = timed(t)
  await register('/a', 10)
  node.ribModule.close()
  t.equal(node.clock.timers, 0)
  await register('/b', 10)
  t.equal(node.clock.timers, 0)
})

const announcement = (fields: Partial<PrefixAnnouncement> = {}): Uint8Array =>
  encodePrefixAnnouncement(
    { prefix: Name.parse('/camera'), expirationPeriod: 1000, ...fields },
    1,
    digestSigner,
  )

/** Sends the command `rib/announce`. */
const announce = async (
  node: TestNode,
  applicationParameters: Uint8Array,
  face: number | undefined = CLIENT,
) =>
  responseIn(
    await node.ask(
      { name: Name.parse('/localhost/nfd/rib/announce'), applicationParameters, signer: digestSigner },
      face,
    ),
  )

t.test(
  'a prefix announcement makes a route over the face that it came from, as long as it is valid',
  async (t) => {
    const node = new TestNode()
    t.teardown(() => node.ribModule.close())
    const camera = Name.parse('/camera')
    t.match(await announce(node, announcement()), {
      statusCode: 200,
      parameters: { name: camera, faceId: CLIENT, origin: 129, cost: 2048, flags: 1, expirationPeriod: 1000 },
    })
    t.same(node.fib.text, ['/camera 300@2048'])
    await node.clock.advance(1000)
    t.same(node.fib.text, [])
    const validity = { notBefore: node.wallTime, notAfter: node.wallTime + 7000 }
    t.match(await announce(node, announcement({ expirationPeriod: 60_000, validity })), {
      parameters: { expirationPeriod: 7000 },
    })
    t.match(await announce(node, announcement({ expirationPeriod: 6000, validity })), {
      parameters: { expirationPeriod: 6000 },
    })
  },
)

t.test('a prefix announcement that came with a Data lasts no longer than is wanted', async (t) => {
  const node = new TestNode()
  t.teardown(() => node.ribModule.close())
  t.match(await node.ribModule.announce(Data.decode(announcement()), CLIENT, 300), { expirationPeriod: 300 })
})

t.test('a prefix announcement is refused', async (t) => {
  const node = new TestNode()
  t.teardown(() => node.ribModule.close())
  t.afterEach(() => t.equal(node.rib.size, 0))
  await t.test('that is not valid yet, or no longer', async (t) => {
    for (const [from, to] of [
      [1000, 2000],
      [-2000, -1000],
      [-2000, 0],
    ] as const) {
      const validity = { notBefore: node.wallTime + from, notAfter: node.wallTime + to }
      t.match(await announce(node, announcement({ validity })), { statusCode: 416 })
    }
    t.match(await announce(node, announcement({ expirationPeriod: 0 })), { statusCode: 416 })
  })
  await t.test('that is none', async (t) => {
    for (const octets of [new Uint8Array(), Buffer.from('nonsense')])
      t.match(await announce(node, octets), { statusCode: 400 })
  })
  await t.test('of too many components', async (t) => {
    t.match(await announce(node, announcement({ prefix: LONG })), { statusCode: 414 })
  })
  await t.test('that is not trusted', async (t) => {
    node.trustAnnouncement = async ({ name }) => {
      throw new VerificationError('not-allowed', `${name} is not for you`)
    }
    t.match(await announce(node, announcement()), {
      statusCode: 403,
      statusText: /^\/camera\/32=PA.* is not for you/,
    })
    node.trustAnnouncement = async () => {
      throw new TypeError('a secret')
    }
    t.match(await announce(node, announcement()), {
      statusCode: 403,
      statusText: 'prefix announcement rejected',
    })
  })
  await t.test('whose face has gone meanwhile', async (t) => {
    node.faces.statuses.set(9, makeFaceStatus(9))
    node.trustAnnouncement = async () => {
      node.faces.statuses.delete(9)
    }
    t.match(await announce(node, announcement(), 9), { statusCode: 410 })
  })
})
