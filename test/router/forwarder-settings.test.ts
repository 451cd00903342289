import t from 'tap'
import { Forwarder, StrategyRegistry } from '../../src/forwarder/index.ts'
import { Name } from '../../src/packet/index.ts'
import { applySettings } from '../../src/router/forwarder-settings.ts'
import { type ConfigSource, loadConfig } from '../../src/router/index.ts'

const configOf = (source: ConfigSource) => loadConfig(undefined, { home: '/h', ...source })

function choicesOf(forwarder: Forwarder, registry: StrategyRegistry): string[] {
  return [...forwarder.strategies.entries()]
    .map(({ prefix, strategy }) => `${prefix} ${registry.strategyName(strategy).slice(3)}`)
    .sort()
}

t.test('all that can be set while it runs is set', async (t) => {
  const forwarder = new Forwarder({ clock: () => 0 })
  const registry = new StrategyRegistry()
  const config = await configOf({
    contentStore: { packets: 9, admit: false, serve: false },
    unsolicited: 'admit-network',
    networkRegion: ['/north', '/east'],
    strategies: [{ prefix: '/video', strategy: 'asf/v=5/max-timeouts~5' }],
  })
  t.same(applySettings(forwarder, registry, config), [])
  t.match(forwarder.contentStore, { maxPackets: 9, isAdmitting: false, isServing: false })
  t.equal(forwarder.unsolicited, 'admit-network')
  t.same(forwarder.region.names.map(String), ['/north', '/east'])
  t.same(choicesOf(forwarder, registry), ['/ /best-route/v=5', '/video /asf/v=5/max-timeouts~5'])
})

t.test('what is no longer said is as it is by default', async (t) => {
  const forwarder = new Forwarder({ clock: () => 0 })
  const registry = new StrategyRegistry()
  const before = await configOf({
    contentStore: { packets: 9, serve: false },
    networkRegion: ['/north'],
    strategies: [
      { prefix: '/', strategy: 'multicast' },
      { prefix: '/a', strategy: 'random' },
      { prefix: '/b', strategy: 'sticky' },
    ],
  })
  applySettings(forwarder, registry, before)
  t.same(choicesOf(forwarder, registry), ['/ /multicast/v=4', '/a /random/v=1', '/b /sticky/v=1'])
  const kept = forwarder.strategies
  const sticky = [...kept.entries()].find(({ prefix }) => prefix.toString() === '/b')?.strategy
  const after = await configOf({
    strategies: [
      { prefix: '/b', strategy: 'sticky' },
      { prefix: '/c', strategy: 'asf' },
    ],
  })
  t.same(applySettings(forwarder, registry, after, before), [])
  t.match(forwarder.contentStore, { maxPackets: 65_536, isServing: true })
  t.same(forwarder.region.names, [])
  t.same(choicesOf(forwarder, registry), ['/ /best-route/v=5', '/b /sticky/v=1', '/c /asf/v=5'])
  t.equal(
    [...kept.entries()].find(({ prefix }) => prefix.toString() === '/b')?.strategy,
    sticky,
    'what it has learnt is not lost',
  )
})

t.test('what was commanded meanwhile stays where the configuration says the same as before', async (t) => {
  const forwarder = new Forwarder({ clock: () => 0 })
  const registry = new StrategyRegistry()
  const config = await configOf({ strategies: [{ prefix: '/a', strategy: 'random' }] })
  applySettings(forwarder, registry, config)
  forwarder.contentStore.maxPackets = 3
  forwarder.contentStore.isAdmitting = false
  forwarder.region.set([Name.parse('/west')])
  forwarder.strategies.unset(Name.parse('/a'))
  applySettings(forwarder, registry, { ...config, unsolicited: 'admit-all' }, config)
  t.match(forwarder.contentStore, { maxPackets: 3, isAdmitting: false })
  t.same(forwarder.region.names.map(String), ['/west'])
  t.same(choicesOf(forwarder, registry), ['/ /best-route/v=5'])
  t.equal(forwarder.unsolicited, 'admit-all')
})

t.test('a strategy for which there is no room is told of', async (t) => {
  const forwarder = new Forwarder({ clock: () => 0 })
  const registry = new StrategyRegistry()
  const strategies = Array.from({ length: 4096 }, (_, i) => ({ prefix: `/${i}`, strategy: 'best-route' }))
  const problems = applySettings(forwarder, registry, await configOf({ strategies }))
  t.same(problems, ['/4095 gets no strategy: there are as many choices as may be'])
})
