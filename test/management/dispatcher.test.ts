import t from 'tap'
import {
  CommandError,
  controlParameters,
  controlResponse,
  MANAGEMENT_PREFIX,
} from '../../src/management/index.ts'
import { MAX_STATUS_TEXT } from '../../src/management/response.ts'
import { Component, ContentType, NackReason, Name, TT } from '../../src/packet/index.ts'
import { digestSigner, VerificationError } from '../../src/trust/index.ts'
import { CLIENT } from './fakes.ts'
import { dataIn, responseIn, TestNode } from './fixture.ts'

const LAB = Name.parse('/lab')
const lab = controlParameters.encode({ name: LAB })
const generic = (octets: Uint8Array): Component => new Component(TT.GenericNameComponent, octets)

t.test('a command is carried out and answered under its own name, with its PIT token', async (t) => {
  const node = new TestNode()
  const name = Name.parse('/localhost/nfd/rib/register').append(generic(lab))
  const answer = await node.ask({ name, signer: digestSigner })
  const data = dataIn(answer)
  t.ok(name.isPrefixOf(data.name))
  t.equal(data.name.typeAt(-1), TT.ParametersSha256DigestComponent)
  t.equal(data.freshnessPeriod, 1000)
  t.equal(answer?.pitToken, 'token')
  t.match(controlResponse.decode(data.content), { statusCode: 200, parameters: { faceId: CLIENT } })
  t.same(node.log, [`rib/register /lab face ${CLIENT} from face ${CLIENT}: 200 OK`])
})

t.test('a command is not carried out', async (t) => {
  const node = new TestNode()
  const refuses = async (answer: Promise<unknown>, response: object): Promise<void> => {
    t.match(await answer, response)
    t.equal(node.rib.size, 0)
  }
  await t.test('that is not trusted, and who sent it is told why', async () => {
    node.trust = async (module) => {
      throw new VerificationError('not-allowed', `no ${module} for you`)
    }
    await refuses(node.command('rib/register', { name: LAB }), {
      statusCode: 403,
      statusText: 'no rib for you',
    })
  })
  await t.test('when what looks at it fails', async () => {
    node.trust = async () => {
      throw new TypeError('a secret')
    }
    await refuses(node.command('rib/register', { name: LAB }), {
      statusCode: 403,
      statusText: 'authorization rejected',
    })
    node.trust = new TestNode().trust
  })
  await t.test('that is not signed', async () => {
    const name = Name.parse('/localhost/nfd/rib/register').append(generic(lab))
    await refuses(node.ask({ name }).then(responseIn), { statusCode: 403, statusText: /not a signed/ })
  })
  await t.test('whose ControlParameters cannot be read', async () => {
    await refuses(node.command('rib/register', Uint8Array.of(104, 200, 1)), {
      statusCode: 400,
      statusText: /octets/,
    })
    await refuses(node.command('rib/register', Uint8Array.of()), {
      statusCode: 400,
      statusText: 'ControlParameters is missing',
    })
    const name = Name.parse('/localhost/nfd/rib/register')
    await refuses(node.ask({ name, signer: digestSigner }).then(responseIn), {
      statusCode: 400,
      statusText: 'ControlParameters is missing',
    })
  })
  await t.test('that lacks a parameter', async () => {
    await refuses(node.command('rib/register', {}), {
      statusCode: 400,
      statusText: 'Name is required but missing',
    })
  })
  await t.test('that has one too many', async () => {
    await refuses(node.command('rib/register', { name: LAB, uri: 'tcp4://192.0.2.1:6363' }), {
      statusCode: 400,
      statusText: 'Uri is forbidden but present',
    })
  })
  await t.test('that has Flags without Mask, or Mask without Flags', async () => {
    const refusal = { statusCode: 400, statusText: 'Flags must be accompanied by Mask' }
    await refuses(node.command('faces/update', { flags: 1 }), refusal)
    await refuses(node.command('cs/config', { mask: 1 }), refusal)
  })
  await t.test('that is not known', async () => {
    await refuses(node.command('rib/forget', { name: LAB }), {
      statusCode: 501,
      statusText: 'rib/forget is not supported',
    })
    await refuses(node.command('weather/report', {}), { statusCode: 501 })
  })
})

t.test('an error in a handler is an internal error, told to the log alone', async (t) => {
  const node = new TestNode()
  node.dispatcher.addCommand('test', 'fail', {}, () => {
    throw new TypeError('a secret')
  })
  t.match(await node.command('test/fail', {}), { statusCode: 500, statusText: 'internal error' })
  t.match(node.log, [/test\/fail: TypeError: a secret/, /test\/fail from face 300: 500/])
})

t.test('what is not a command and not known is nacked', async (t) => {
  const node = new TestNode()
  for (const name of [
    '/localhost/nfd',
    '/localhost/nfd/rib',
    '/localhost/nfd/rib/nothing',
    '/localhost/nfd/v=1/v=2',
  ])
    t.match(await node.ask({ name: Name.parse(name), canBePrefix: true }), { nack: NackReason.NoRoute })
})

t.test('two things cannot be served under one name', async (t) => {
  const node = new TestNode()
  t.throws(() => node.dispatcher.addDataset('rib', 'register', () => []), /rib\/register is served already/)
})

t.test('a place serves the modules that it is for', async (t) => {
  const localhop = Name.parse('/localhop/nfd')
  const node = new TestNode({
    places: [{ prefix: MANAGEMENT_PREFIX }, { prefix: localhop, modules: ['rib'] }],
  })
  t.same(node.dispatcher.prefixes.map(String), ['/localhost/nfd', '/localhop/nfd'])
  const send = (command: string) =>
    node.ask({ name: Name.parse(`/localhop/nfd/${command}`).append(generic(lab)), signer: digestSigner })
  t.match(responseIn(await send('rib/register')), { statusCode: 200 })
  t.match(await send('cs/erase'), { nack: NackReason.NoRoute })
})

t.test(
  'a response that does not fit has no parameters, one for which there is no room at all no command',
  async (t) => {
    const node = new TestNode()
    const register = (octets: number) =>
      node.ask({
        name: Name.parse('/localhost/nfd/rib/register').append(
          generic(controlParameters.encode({ name: Name.of(generic(Buffer.alloc(octets))) })),
        ),
        signer: digestSigner,
      })
    t.match(responseIn(await register(3000)), { statusCode: 200, parameters: { faceId: CLIENT } })
    const short = responseIn(await register(7000))
    t.equal(short.statusCode, 200)
    t.equal(short.parameters, undefined)
    t.equal(node.rib.size, 2)
    t.match(await register(8000), { nack: NackReason.None })
    t.equal(node.rib.size, 2)
  },
)

t.test('a long StatusText is cut off', async (t) => {
  const node = new TestNode()
  node.dispatcher.addCommand('test', 'talk', {}, () => {
    throw new CommandError(409, '…'.repeat(5000))
  })
  t.equal((await node.command('test/talk', {})).statusText.length, MAX_STATUS_TEXT)
})

t.test('no more commands are worked on at a time than are bounded', async (t) => {
  const node = new TestNode({ maxRequestsInHand: 2 })
  const waiting: (() => void)[] = []
  node.trust = () => new Promise((resolve) => waiting.push(resolve))
  const first = node.command('rib/register', { name: Name.parse('/1') })
  const second = node.command('rib/register', { name: Name.parse('/2') })
  const name = Name.parse('/localhost/nfd/rib/register').append(generic(lab))
  t.match(await node.ask({ name, signer: digestSigner }), { nack: NackReason.Congestion })
  t.equal(node.rib.size, 0)
  // Each of these asks for the answer that comes after it was sent, which is the Nack.
  await Promise.allSettled([first, second, ...waiting.map(async (resolve) => resolve())])
  await Promise.allSettled([first, second])
  t.equal(node.rib.size, 2)
  node.trust = async () => {}
  t.match(await node.command('rib/register', { name: LAB }), { statusCode: 200 }, 'there is room again')
})

t.test('a PIT token lasts longer than the memory that it came in', async (t) => {
  const node = new TestNode()
  const token = Buffer.from('token')
  const { Interest, encodeInterest } = await import('../../src/packet/index.ts')
  const name = Name.parse('/localhost/nfd/rib/register').append(generic(lab))
  const done = node.dispatcher.onInterest(
    Interest.decode(encodeInterest({ name, signer: digestSigner })),
    CLIENT,
    token,
  )
  token.fill(0)
  await done
  t.equal(node.answers[0]?.pitToken, 'token')
})

t.test('a dataset that refuses a query says so in a Data of ContentType Nack', async (t) => {
  const node = new TestNode()
  const name = Name.parse('/localhost/nfd/faces/query').append(Component.generic('nonsense'))
  const data = dataIn(await node.ask({ name, canBePrefix: true, mustBeFresh: true }))
  t.ok(data.name.equals(name))
  t.equal(data.contentType, ContentType.Nack)
  t.match(controlResponse.decode(data.content), { statusCode: 400 })
})

t.test('a dataset is nacked', async (t) => {
  const node = new TestNode()
  const nacked = async (fields: { name: string; canBePrefix?: boolean }, nack: number): Promise<void> => {
    t.match(await node.ask({ ...fields, name: Name.parse(fields.name) }), { nack })
  }
  await t.test('that is asked for exactly: its answer would have another name', () =>
    nacked({ name: '/localhost/nfd/faces/list' }, NackReason.NoRoute),
  )
  await t.test('that takes no query and gets one', () =>
    nacked({ name: '/localhost/nfd/faces/list/x', canBePrefix: true }, NackReason.NoRoute),
  )
  await t.test('that takes a query and gets none', () =>
    nacked({ name: '/localhost/nfd/faces/query', canBePrefix: true }, NackReason.NoRoute),
  )
  await t.test('of a version that never was', () =>
    nacked({ name: '/localhost/nfd/faces/list/v=1/seg=0' }, NackReason.NoRoute),
  )
  await t.test('that cannot be made', async () => {
    node.dispatcher.addDataset('test', 'broken', () => {
      throw new TypeError('broken')
    })
    await nacked({ name: '/localhost/nfd/test/broken', canBePrefix: true }, NackReason.None)
    t.match(node.log, [/test\/broken: TypeError: broken/])
  })
})
