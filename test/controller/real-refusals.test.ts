import t, { type Test } from 'tap'
import { skipWithoutRegistry } from '../repository/registry-host.ts'
import { saysWho } from '../router/assignment-fixture.ts'
import { askText } from '../router/fixture.ts'
import { areServing, FACTS, RealSite } from './fixtures/real-site.ts'

t.setTimeout(300_000)

t.test('what cannot be deployed changes nothing', { skip: skipWithoutRegistry }, async (t) => {
  const labels = { camera: 'true' }
  const site = await RealSite.open(t, { nodes: [{}, { facts: FACTS, labels }] })
  const [one, two] = site.nodes.map(({ name }) => name)
  await site.registry.push(t, 'who', '1.0.0', saysWho('v1'))
  await site.registry.push(t, 'numbers', '1.0.0', `output: 'application/json', apply: () => '1'`)
  await site.deploy('name: who\nfunctions:\n  who: { instances: 1 }')
  const before = { revisions: await site.revisions(), instances: await site.instancesOf('who') }
  const pid = await askText(site.endpoint, 'who/text/before')

  const flow = (tasks: string) =>
    `name: flows\nworkflows:\n  flow:\n    content: /text\n    tasks:\n      ${tasks}`
  const cases: [what: string, text: string, lines: RegExp][] = [
    [
      'an unknown function',
      'name: x\nfunctions:\n  whom: {}',
      /^site\.yaml:3: functions\.whom: .*repository.*whom|^site\.yaml:3: .*whom.* who/,
    ],
    ['a function unknown to a chain', 'name: x\nchains:\n  - whom/text', /^site\.yaml:3: .*whom/],
    [
      'a cycle',
      flow('a: { function: who, from: b }\n      b: { function: who, from: a }'),
      /^site\.yaml:\d: .*(circle|cycle)/m,
    ],
    [
      'types that do not fit',
      flow('a: { function: numbers, from: content }\n      b: { function: who, from: a }'),
      /^site\.yaml:7: .*application\/json/m,
    ],
    [
      'a negative count',
      'name: x\nfunctions:\n  who: { instances: -1 }',
      /^site\.yaml:3: functions\.who\.instances: /,
    ],
    [
      'a version that is not there',
      'name: x\nfunctions:\n  who: { version: 9.0.0 }',
      /^site\.yaml:3: .*9\.0\.0/,
    ],
  ]
  for (const [what, text, lines] of cases) {
    for (const change of [() => site.deploy(text), () => site.controller.plan(site.source(text))]) {
      const error = await change().then(
        () => undefined,
        (error: Error) => error,
      )
      t.match(error, { code: 'bad-file' }, what)
      t.match(error?.message ?? '', lines, what)
    }
  }
  const demanding =
    'name: x\nfunctions:\n  numbers: { demands: [node.labels.camera == false, memory >= 1MiB] }'
  const refused = await site.deploy(demanding).then(
    () => undefined,
    (error: Error) => error,
  )
  t.match(refused, { code: 'cannot-place' })
  t.match(refused?.message ?? '', new RegExp(`${one}: .*camera`))
  t.match(refused?.message ?? '', new RegExp(`${two}: .*camera.*true`))

  t.same(
    (await site.controller.deployments()).map(({ name }) => name),
    ['who'],
  )
  t.same(await site.revisions(), before.revisions)
  t.match(
    await site.controller.instances(),
    before.instances.map(({ id, process, since }) => ({ id, process, since })),
  )
  t.equal((await askText(site.endpoint, 'who/text/after')).split(' ')[1], pid.split(' ')[1])

  // One node of the two has it.
  const placed = await site.deploy(
    'name: x\nfunctions:\n  numbers: { demands: [node.labels.camera == true] }',
  )
  t.match(await site.instancesOf('numbers'), [{ node: two }])
  t.match(placed, { state: 'ready' })
})

t.test('a registry that is away', { skip: skipWithoutRegistry }, async (t) => {
  const site = await RealSite.open(t, { nodes: [{}, {}] })
  const { host } = site.registry
  await site.registry.push(t, 'who', '1.0.0', saysWho('v1'))
  await site.registry.push(t, 'who', '2.0.0', saysWho('v2'))
  const file = (version: string) => `name: who\nfunctions:\n  who: { version: ${version}, instances: 1 }`
  await site.deploy(file('1.0.0'))
  const [before] = await site.instancesOf('who')
  const isUnharmed = async (t: Test, what: string) => {
    t.match(await askText(site.endpoint, `who/text/${what}`), /^v1 /)
    t.match(await site.instancesOf('who'), [
      { id: before?.id, process: before?.process, since: before?.since },
    ])
    t.match(await site.controller.deployment('who'), { revision: 1, state: 'ready' })
  }

  await t.test('before a deployment: it is refused, with the reason', async (t) => {
    await host.stop()
    await t.rejects(site.deploy(file('2.0.0')), { code: 'unreachable', message: /127\.0\.0\.1:\d+/ })
    await isUnharmed(t, 'refused')
    await host.run()
  })

  await t.test('after it was planned: nodes try again until it is back', async (t) => {
    let hasFailed = false
    const deploying = site.deploy(file('2.0.0'), (event) => {
      if (event.type === 'planned') void host.stop()
      if (event.type !== 'instance' || event.instance.state !== 'failed' || hasFailed) return
      hasFailed = true
      t.match(event.instance.cause, /127\.0\.0\.1:\d+/)
      void askText(site.endpoint, 'who/text/meanwhile').then((answer) => {
        t.match(answer, /^v1 /)
        return host.run()
      })
    })
    t.match(await deploying, { revision: 2, state: 'ready' })
    t.ok(hasFailed)
    t.match(await askText(site.endpoint, 'who/text/updated'), /^v2 /)
    t.ok(areServing(1)(await site.instancesOf('who')))
    await site.controller.rollback('who')
    t.match(await askText(site.endpoint, 'who/text/back'), /^v1 /)
  })
})
