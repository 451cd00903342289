import t from 'tap'
import {
  CsFlag,
  csInfo,
  ERASE_LIMIT,
  fibEntry,
  forwarderStatus,
  MAX_PREFIX_COMPONENTS,
  STRATEGY_PREFIX,
  strategyChoice,
} from '../../src/management/index.ts'
import { resolveStrategy } from '../../src/management/strategy-module.ts'
import { Name } from '../../src/packet/index.ts'
import { CLIENT, GENERAL } from './fakes.ts'
import { TestNode } from './fixture.ts'

const LAB = Name.parse('/lab')
const LONG = Name.parse('/x'.repeat(MAX_PREFIX_COMPONENTS + 1))

t.test('next hops are added to the FIB by hand, and removed', async (t) => {
  const node = new TestNode()
  await node.command('rib/register', { name: LAB, cost: 9 })
  t.same((await node.command('fib/add-nexthop', { name: LAB, cost: 2 })).parameters, {
    name: LAB,
    faceId: CLIENT,
    cost: 2,
  })
  const [entry] = fibEntry.decodeAll(await node.dataset('fib/list'))
  t.equal(String(entry?.prefix), '/lab')
  t.same(entry?.nextHops, [{ faceId: CLIENT, cost: 2 }])
  t.match(await node.command('fib/remove-nexthop', { name: LAB }), {
    statusCode: 200,
    parameters: { faceId: CLIENT },
  })
  t.same(node.fib.text, ['/lab 300@9'], 'the route is still there')
  t.match(await node.command('fib/remove-nexthop', { name: LAB, faceId: 4711 }), { statusCode: 200 })
})

t.test('a next hop is refused', async (t) => {
  const node = new TestNode()
  t.match(await node.command('fib/add-nexthop', { name: LAB, faceId: 4711 }), {
    statusCode: 410,
    statusText: 'there is no face 4711',
  })
  t.match(await node.command('fib/add-nexthop', { name: LONG }), { statusCode: 414 })
  node.fib.maxPrefixes = 0
  t.match(await node.command('fib/add-nexthop', { name: LAB }), {
    statusCode: 503,
    statusText: 'the FIB is full',
  })
})

t.test('the Content Store is configured, in part or as a whole', async (t) => {
  const node = new TestNode()
  t.match(await node.command('cs/config', {}), { statusCode: 200, parameters: { capacity: 65536, flags: 1 } })
  t.match(await node.command('cs/config', { flags: CsFlag.EnableServe, mask: CsFlag.EnableServe }), {
    parameters: { capacity: 65536, flags: 3 },
  })
  t.match(await node.command('cs/config', { capacity: 0, flags: 0, mask: 1 }), {
    parameters: { capacity: 0, flags: 2 },
  })
  t.match(await node.command('cs/config', { capacity: 100_001 }), {
    statusCode: 409,
    statusText: 'capacity is at most 100000',
  })
  t.same(node.store.settings, { capacity: 0, admit: false, serve: true })
  t.same(csInfo.decode(await node.dataset('cs/info')), {
    capacity: 0,
    flags: 2,
    nCsEntries: 1000,
    nHits: 5,
    nMisses: 6,
  })
})

t.test('packets are erased, so many at a time', async (t) => {
  const node = new TestNode()
  t.same((await node.command('cs/erase', { name: LAB, count: 10 })).parameters, { name: LAB, count: 10 })
  t.same((await node.command('cs/erase', { name: LAB, count: ERASE_LIMIT })).parameters, {
    name: LAB,
    count: ERASE_LIMIT,
  })
  const more = { name: LAB, count: ERASE_LIMIT, capacity: ERASE_LIMIT }
  t.same((await node.command('cs/erase', { name: LAB })).parameters, more, 'it says that there are more')
  t.same((await node.command('cs/erase', { name: LAB, count: 1000 })).parameters, more)
  t.same((await node.command('cs/erase', { name: LAB })).parameters, {
    name: LAB,
    count: 1000 - 10 - 3 * ERASE_LIMIT,
  })
  t.match(await node.command('cs/erase', { name: LAB, count: 0 }), {
    statusCode: 400,
    statusText: 'Count must be positive',
  })
})

t.test('a strategy is chosen by name', async (t) => {
  const node = new TestNode()
  const set = (strategy: string, name = LAB) =>
    node.command('strategy-choice/set', { name, strategy: Name.parse(`/localhost/nfd/strategy/${strategy}`) })
  t.equal(String((await set('best-route')).parameters?.strategy), '/localhost/nfd/strategy/best-route/v=5')
  t.equal(
    String((await set('best-route/v=3/a=1')).parameters?.strategy),
    '/localhost/nfd/strategy/best-route/v=3/a=1'.replace('a=1', 'a%3D1'),
  )
  const [choice] = strategyChoice.decodeAll(await node.dataset('strategy-choice/list'))
  t.equal(`${choice?.name} ${choice?.strategy}`, '/lab /localhost/nfd/strategy/best-route/v=3/a%3D1')
  t.match(await set('fastest'), {
    statusCode: 404,
    statusText: 'there is no strategy /localhost/nfd/strategy/fastest',
  })
  t.match(await set('multicast', LONG), { statusCode: 414 })
  node.strategies.result = { detail: 'it takes no parameters' }
  t.match(await set('multicast/v=4/x'), { statusCode: 409, statusText: 'it takes no parameters' })
  node.strategies.result = 'full'
  t.match(await set('multicast'), { statusCode: 503 })
})

t.test('the strategy of a prefix is unset, but not that of all', async (t) => {
  const node = new TestNode()
  await node.command('strategy-choice/set', {
    name: LAB,
    strategy: Name.parse('/localhost/nfd/strategy/multicast'),
  })
  t.match(await node.command('strategy-choice/unset', { name: LAB }), { statusCode: 200 })
  t.match(await node.command('strategy-choice/unset', { name: LAB }), { statusCode: 200 })
  t.equal(node.strategies.chosen.size, 0)
  t.match(await node.command('strategy-choice/unset', { name: Name.of() }), {
    statusCode: 400,
    statusText: /of \//,
  })
})

t.test('of the versions of a strategy that which is asked for, or the next, is taken', async (t) => {
  const available = new Map([['x', [5, 1, 3]]])
  const version = (name: string) =>
    resolveStrategy(Name.parse(`${STRATEGY_PREFIX}${name}`), available)?.version
  t.equal(version('/x'), 5)
  t.equal(version('/x/v=5'), 5)
  t.equal(version('/x/v=3/p/q'), 3)
  t.equal(version('/x/v=2'), 3)
  t.equal(version('/x/v=0'), 1)
  t.equal(version('/x/v=6'), undefined, 'no later one')
  t.equal(version('/x/p'), undefined, 'parameters without a version')
  t.equal(version('/y'), undefined)
  t.equal(version(''), undefined)
  t.equal(version('/v=1'), undefined)
  t.equal(resolveStrategy(Name.parse('/localhost/other/strategy/x'), available), undefined)
})

t.test('the general status is one item without an element around it', async (t) => {
  const node = new TestNode()
  t.same(forwarderStatus.decode(await node.dataset('status/general')), GENERAL)
})
