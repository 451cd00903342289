import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { skipWithoutRegistry } from '../repository/registry-host.ts'
import { saysWho } from '../router/assignment-fixture.ts'
import { askText } from '../router/fixture.ts'
import { areServing, RealSite } from './fixtures/real-site.ts'

t.setTimeout(300_000)

const PATIENT = { timeout: 60_000 }

t.test('instances come and go with the work', { skip: skipWithoutRegistry }, async (t) => {
  const site = await RealSite.open(t, { nodes: [{}, {}] })
  await site.registry.push(t, 'who', '1.0.0', saysWho('v1'))
  await site.registry.push(
    t,
    'slow',
    '1.0.0',
    saysWho('v1', 300).replace('concurrency: 64', 'concurrency: 1'),
  )

  await t.test('to zero, and from there at the first Interest', async (t) => {
    await site.deploy('name: who\nfunctions:\n  who: { instances: { min: 0, max: 1 }, idle: 300ms }')
    const pids = new Set<string | undefined>()
    for (const round of [1, 2]) {
      const asked = Date.now()
      const [{ process } = {}] = await site.until(
        'who',
        ([one]) => one?.state === 'idle' && (round === 1 || one.since > asked),
      )
      t.equal(process, undefined, 'no process is left')
      const answer = await askText(site.endpoint, `who/text/idle-${round}`, PATIENT)
      t.match(answer, /^v1 \d+ smile/)
      pids.add(answer.split(' ')[1])
    }
    t.equal(pids.size, 2)
    t.match(await site.controller.deployment('who'), { state: 'ready' })
    await site.controller.remove('who')
  })

  await t.test('one more where the queue is long, and less when there is nothing to do', async (t) => {
    await site.deploy(
      'name: slow\nfunctions:\n  slow: { instances: { min: 1, max: 3 }, idle: 500ms, queue: 2 }',
    )
    t.ok(areServing(1)(await site.instancesOf('slow')))
    let most = 0
    let isDone = false
    let number = 0
    // Each asks for the next as soon as it has its answer: so many wait at all times, whatever the machine's speed.
    const askers = Array.from({ length: 16 }, async () => {
      const answers: string[] = []
      while (!isDone)
        answers.push(await askText(site.endpoint, `slow(times=2000)/text/busy-${++number}`, PATIENT))
      return answers
    })
    await site.until('slow', (instances) => {
      most = Math.max(most, instances.length)
      return areServing(3)(instances)
    })
    const before = number
    while (number < before + 20) {
      most = Math.max(most, (await site.instancesOf('slow')).length)
      await delay(20)
    }
    t.equal(most, 3)
    isDone = true
    const answers = (await Promise.all(askers)).flat()
    t.same(
      answers.filter((answer) => !answer.startsWith('v1 ')),
      [],
    )
    t.equal(new Set(answers.map((answer) => answer.split(' ')[1])).size, 3)

    // All has been quiet for longer than the idle time when the first one goes; the work comes while it does.
    await site.until('slow', (instances) => instances.some(({ role }) => role === 'leaving'))
    const late = await Promise.all(
      Array.from({ length: 8 }, (_, i) => askText(site.endpoint, `slow(times=2000)/text/late-${i}`, PATIENT)),
    )
    t.same(
      late.filter((answer) => !answer.startsWith('v1 ')),
      [],
    )
    await site.until('slow', areServing(1))
    await site.controller.remove('slow')
  })
})

t.test('an instance that hangs is found and replaced', { skip: skipWithoutRegistry }, async (t) => {
  const site = await RealSite.open(t, { nodes: [{ supervision: { silence: 100, hangGrace: 500 } }] })
  await site.registry.push(
    t,
    'stuck',
    '1.0.0',
    `limits: { timeout: '1s', concurrency: 8 }, parameters: { forever: { type: 'boolean', default: false } },
     apply: (_, { parameters }) => { while (parameters.forever); return String(process.pid) }`,
  )
  await site.deploy('name: stuck\nfunctions:\n  stuck: { instances: 1 }')
  const [before] = await site.instancesOf('stuck')
  const pid = await askText(site.endpoint, 'stuck/text/1', PATIENT)
  await t.rejects(askText(site.endpoint, 'stuck(forever=true)/text/2', PATIENT), { code: 'function-failed' })
  const next = await askText(site.endpoint, 'stuck/text/3', PATIENT)
  t.match(next, /^\d+$/)
  t.not(next, pid)
  const [after] = await site.until(
    'stuck',
    (instances) => areServing(1)(instances) && instances[0]?.process !== before?.process,
  )
  t.equal(after?.id, before?.id)
  t.equal(after?.restarts, 1)
  t.throws(() => process.kill(Number(pid), 0), 'the one that hung is gone')
})
