import t from 'tap'
import type { WorkReport } from '../../src/control/index.ts'
import { MAX_RUNS } from '../../src/controller/controller.ts'
import type { RunEvent } from '../../src/controller/index.ts'
import type { FetchedObject } from '../../src/endpoint/index.ts'
import { FetchError, pause } from '../../src/endpoint/index.ts'
import type { Name } from '../../src/packet/index.ts'
import { type FakeNode, fileOf, Lab } from './fixtures/fake-nodes.ts'

const FILE = fileOf({
  name: 'photos',
  functions: [],
  workflows: {
    summary: [
      { name: 'halve', inputs: [undefined] },
      { name: 'merge', inputs: ['halve', undefined] },
    ],
  },
})

function workOf(instance: string, name: string, result: string, received: number): WorkReport {
  const inputs = [{ name: '/workflow/summary', mediaType: 'text/plain', bytes: 7 }]
  const times = { received, fetch: 10, wait: 5, run: 100 }
  return { instance, function: name, result, mediaType: 'text/plain', bytes: 3, inputs, ...times }
}

async function makeLab(t: Parameters<typeof Lab.open>[0]) {
  const lab = await Lab.open(t, ['a', 'b'])
  await lab.clock.run(lab.controller.deploy(FILE))
  const where = new Map(
    (await lab.controller.instances()).map((one) => [one.function, { id: one.id, node: lab.node(one.node) }]),
  )
  const answer = (onFetch: (name: Name) => Promise<FetchedObject>) => {
    for (const node of lab.nodes.values()) node.onFetch = onFetch
  }
  return { lab, answer, where: (name: string) => where.get(name) as { id: string; node: FakeNode } }
}

const RESULT = '/128=merge/workflow/summary/merge/camera/1/v=9'

t.test('a run gives the result, each of its tasks once, and what was planned beside what was', async (t) => {
  const { lab, answer, where } = await makeLab(t)
  const halve = where('halve')
  const merge = where('merge')
  halve.node.done.push(
    workOf(halve.id, 'halve', '/128=halve/workflow/summary/halve/camera/1/v=1', Date.now() - 60_000),
  )
  await lab.clock.advance(1000)
  answer(async (name) => {
    const object = {
      name: name.append(),
      content: Buffer.from('abc'),
      mediaType: 'text/plain',
      freshnessPeriod: 0,
    }
    halve.node.done.push(
      workOf(halve.id, 'halve', '/128=halve/workflow/summary/halve/camera/1/v=2', Date.now()),
    )
    halve.node.done.push(
      workOf(halve.id, 'halve', '/128=halve/workflow/summary/halve/camera/2/v=2', Date.now()),
    )
    await pause(lab.clock, 350)
    // Its node hears of it only after the result is there.
    lab.clock.after(150, () => merge.node.done.push(workOf(merge.id, 'merge', RESULT, Date.now())))
    return { ...object, segments: 1, retransmissions: 0 }
  })
  const events: RunEvent[] = []
  const { view, result } = await lab.clock.run(
    lab.controller.run('summary', '/camera/1', (event) => events.push(event)),
  )
  t.equal(Buffer.from(result).toString(), 'abc')
  t.match(events, [
    { type: 'begun', tasks: ['halve', 'merge'], result: RESULT.replace('/v=9', '') },
    {
      type: 'task',
      task: { task: 'halve', instance: halve.id, node: halve.node.name, inputBytes: 7, bytes: 3 },
    },
    { type: 'task', task: { task: 'merge' } },
    { type: 'done', run: { id: view.id } },
  ])
  t.match(view, {
    workflow: 'summary',
    content: '/camera/1',
    planName: 'photos/sf-cuv/1',
    bytes: 3,
    responseTime: 0.35,
  })
  t.equal(view.plan.pieces.length, 2)
  for (const { start, finish, vcpu } of view.actual.tasks) {
    t.ok(Math.abs(finish - start - 0.1) < 1e-9)
    t.match(vcpu, /^[ab]\/[0-3]$/)
  }
  t.equal(view.actual.makespan, view.responseTime)
})

t.test('what cannot be run is refused, with the reason', async (t) => {
  const { lab, answer } = await makeLab(t)
  const run = (workflow: string, content: string) => lab.clock.run(lab.controller.run(workflow, content))
  await t.rejects(run('none', '/camera/1'), { code: 'not-found', message: /there are summary/ })
  await t.rejects(run('summary', '/elsewhere/1'), { code: 'bad-request', message: /below \/camera/ })
  await t.rejects(run('summary', '/%'), { code: 'bad-request' })
  answer(() => Promise.reject(new FetchError('function-failed', 'merge: no')))
  await t.rejects(run('summary', '/camera/1'), { code: 'failed', message: /no result: merge: no/ })
  const failure = { code: 'no-route', function: 'halve', reason: 'nobody has /camera/1' } as const
  answer(() => Promise.reject(new FetchError('function-failed', 'halve: nobody has /camera/1', failure)))
  await t.rejects(run('summary', '/camera/1'), { code: 'not-found', message: /nobody has/ })
  answer(() => Promise.reject(new FetchError('timeout', 'no answer')))
  await t.rejects(run('summary', '/camera/1'), { code: 'unreachable' })
  answer(() => new Promise(() => {}))
  for (let n = 0; n < MAX_RUNS; n++) lab.controller.run('summary', '/camera/1').catch(() => {})
  await t.rejects(run('summary', '/camera/1'), { code: 'too-many' })
})
