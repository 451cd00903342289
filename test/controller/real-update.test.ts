import t from 'tap'
import type { InstanceView } from '../../src/controller/index.ts'
import { skipWithoutRegistry } from '../repository/registry-host.ts'
import { saysWho, steadily } from '../router/assignment-fixture.ts'
import { areServing, FACTS, RealSite } from './fixtures/real-site.ts'

t.setTimeout(300_000)

/** Every second result takes several segments. */
const asks = (what: string) => (i: number) => `who(times=${i % 2 === 0 ? 2000 : 1})/text/${what}-${i}`
const EVERY_MS = 10

/** So that two instances are on two nodes. */
const ONE_VCPU = { ...FACTS, vcpus: 1 }
const areOnBoth = (instances: readonly InstanceView[]): boolean =>
  areServing(2)(instances) && new Set(instances.map(({ node }) => node)).size === 2

const file = (version: string) => `name: who
functions:
  who: { version: ${version}, instances: 2 }`

const versions = (answers: readonly string[]): string => answers.map((answer) => answer.slice(0, 2)).join(' ')
const isWhole = (answer: string): boolean => /^(v\d \d+ smile )\1*$/.test(answer)

t.test('changes at a steady stream of requests', { skip: skipWithoutRegistry }, async (t) => {
  const site = await RealSite.open(t, { nodes: [{ facts: ONE_VCPU }, { facts: ONE_VCPU }] })
  await site.registry.push(t, 'who', '1.0.0', saysWho('v1', 20))
  await site.registry.push(t, 'who', '2.0.0', saysWho('v2', 20))
  await site.deploy(file('1.0.0'))
  t.ok(areOnBoth(await site.instancesOf('who')))

  await t.test('an update and the way back lose no request', async (t) => {
    for (const [version, change] of [
      ['v2', () => site.deploy(file('2.0.0'))],
      ['v1', () => site.controller.rollback('who')],
    ] as const) {
      const load = steadily(site.endpoint, asks(`to-${version}`), EVERY_MS)
      await load.more(50)
      await change()
      const done = load.count
      await load.more(50)
      const answers = await load.stop()
      t.same(
        answers.filter((answer) => !isWhole(answer)),
        [],
      )
      t.notMatch(versions(answers.slice(0, 50)), version)
      t.match(versions(answers.slice(done)), new RegExp(`^(${version} ?)+$`))
      t.ok(areOnBoth(await site.instancesOf('who')))
    }
    t.match(await site.controller.deployment('who'), { revision: 3, state: 'ready', earlier: [2, 1] })
  })

  await t.test('a drain loses none, and what was there is elsewhere', async (t) => {
    for (const { name } of site.nodes) {
      const load = steadily(site.endpoint, asks(`drain-${name}`), EVERY_MS)
      await load.more(50)
      t.match(await site.controller.setAvailability(name, 'drain'), { facts: { availability: 'drain' } })
      const instances = await site.instancesOf('who')
      t.ok(instances.length > 0 && instances.every(({ node, role }) => node !== name && role === 'serving'))
      await load.more(50)
      t.match(await site.controller.setAvailability(name, 'active'), { facts: { availability: 'active' } })
      await site.until('who', areOnBoth)
      await load.more(50)
      t.same(
        (await load.stop()).filter((answer) => !isWhole(answer)),
        [],
      )
      t.same(
        (await site.controller.nodes()).map(({ problems }) => problems),
        [[], []],
      )
    }
  })
})
