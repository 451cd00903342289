import t from 'tap'
import { defaultAddress } from '../../src/control/index.ts'
import type { InstanceView } from '../../src/controller/index.ts'
import type { Endpoint } from '../../src/endpoint/index.ts'
import { skipWithoutRegistry } from '../repository/registry-host.ts'
import { saysWho, steadily } from '../router/assignment-fixture.ts'
import { connectTo } from '../router/fixture.ts'
import { areServing, FACTS, RealSite } from './fixtures/real-site.ts'

t.setTimeout(300_000)

/** How often each consumer asks, in milliseconds. */
const EVERY_MS = 20

/** A consumer at each node, 100 requests a second in all: every second result takes several segments, every tenth more than half a second. */
function ask(endpoints: readonly Endpoint[], what: string) {
  const streams = endpoints.map((endpoint, at) =>
    steadily(
      endpoint,
      (i) => `who(times=${i % 2 === 0 ? 2000 : 1},ms=${i % 10 === 0 ? 700 : 20})/text/${what}-${at}-${i}`,
      EVERY_MS,
    ),
  )
  return {
    more: (count: number) => Promise.all(streams.map((stream) => stream.more(count))),
    counts: () => streams.map(({ count }) => count),
    stop: () => Promise.all(streams.map((stream) => stream.stop())),
  }
}

/** So that two instances are on two nodes. */
const ONE_VCPU = { ...FACTS, vcpus: 1 }
const areOnBoth = (instances: readonly InstanceView[]): boolean =>
  areServing(2)(instances) && new Set(instances.map(({ node }) => node)).size === 2

/** How long it works is asked for. */
const patient = (fields: string): string =>
  fields
    .replace('parameters: {', "parameters: { ms: { type: 'integer', default: 0 },")
    .replace('(resolve, 0)', '(resolve, Number(parameters.ms))')

const file = (version: string) => `name: who
functions:
  who: { version: ${version}, instances: 2 }`

const versions = (answers: readonly string[]): string => answers.map((answer) => answer.slice(0, 2)).join(' ')
const isWhole = (answer: string): boolean => /^(v\d \d+ smile )\1*$/.test(answer)

t.test('changes at a steady stream of requests', { skip: skipWithoutRegistry }, async (t) => {
  const site = await RealSite.open(t, { nodes: [{ facts: ONE_VCPU }, { facts: ONE_VCPU }] })
  await site.registry.push(t, 'who', '1.0.0', patient(saysWho('v1')))
  await site.registry.push(t, 'who', '2.0.0', patient(saysWho('v2')))
  await site.deploy(file('1.0.0'))
  t.ok(areOnBoth(await site.instancesOf('who')))
  const endpoints = [site.endpoint, await connectTo(t, defaultAddress(site.second.home))]

  await t.test('an update and the way back lose no request', async (t) => {
    for (const [version, change] of [
      ['v2', () => site.deploy(file('2.0.0'))],
      ['v1', () => site.controller.rollback('who')],
    ] as const) {
      const load = ask(endpoints, `to-${version}`)
      await load.more(25)
      await change()
      const done = load.counts()
      await load.more(25)
      const answers = await load.stop()
      t.same(
        answers.flat().filter((answer) => !isWhole(answer)),
        [],
      )
      for (const [at, own] of answers.entries()) {
        t.notMatch(versions(own.slice(0, 25)), version)
        t.match(versions(own.slice(done[at])), new RegExp(`^(${version} ?)+$`))
      }
      t.ok(areOnBoth(await site.instancesOf('who')))
    }
    t.match(await site.controller.deployment('who'), { revision: 3, state: 'ready', earlier: [2, 1] })
  })

  await t.test('a drain loses none, and what was there is elsewhere', async (t) => {
    for (const { name } of site.nodes) {
      const load = ask(endpoints, `drain-${name}`)
      await load.more(25)
      t.match(await site.controller.setAvailability(name, 'drain'), { facts: { availability: 'drain' } })
      const instances = await site.instancesOf('who')
      t.ok(instances.length > 0 && instances.every(({ node, role }) => node !== name && role === 'serving'))
      await load.more(25)
      t.match(await site.controller.setAvailability(name, 'active'), { facts: { availability: 'active' } })
      await site.until('who', areOnBoth)
      await load.more(25)
      t.same(
        (await load.stop()).flat().filter((answer) => !isWhole(answer)),
        [],
      )
      t.same(
        (await site.controller.nodes()).map(({ problems }) => problems),
        [[], []],
      )
    }
  })
})
