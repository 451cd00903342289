import t, { type Test } from 'tap'
import type { FunctionStatus } from '../../src/control/index.ts'
import type { Endpoint, FetchError } from '../../src/endpoint/index.ts'
import type { Node } from '../../src/router/index.ts'
import { ask, askText, connectTo, functionFile, Log, publish, startNode } from './fixture.ts'

/** A function that has 300 ms for its work is ended 100 ms after it has stopped to react. */
const QUICK = { silence: 50, hangGrace: 100, firstBackOff: 10, maxBackOff: 40 }

interface Stage {
  node: Node
  consumer: Endpoint
  log: Log
  trouble(): Promise<FunctionStatus>
}

async function setUp(t: Test, supervision = {}): Promise<Stage> {
  const log = new Log()
  const functions = [functionFile('trouble'), functionFile('wrap')]
  const node = await startNode(t, { functions, supervision: { ...QUICK, ...supervision }, log })
  await publish(t, node, '/camera', { text: 'smile' })
  const trouble = async () =>
    (await node.functions()).find(({ name }) => name === 'trouble') as FunctionStatus
  return { node, consumer: await connectTo(t, node), log, trouble }
}

const failure = (asked: Promise<unknown>): Promise<FetchError> =>
  asked.then(
    () => Promise.reject(new Error('it did not fail')),
    (error: FetchError) => error,
  )

t.test('a function that goes wrong and lives on', async (t) => {
  const { consumer, node, trouble } = await setUp(t)
  const { instance } = await trouble()

  const cases = {
    throw: 'threw RangeError: the lens cap is on',
    stall: 'did not finish within 300 ms',
    nothing: 'returned nothing',
    number: 'returned number where bytes or text were expected',
  }
  for (const [mode, reason] of Object.entries(cases)) {
    await t.test(`mode ${mode}: it ${reason}`, async (t) => {
      const error = await failure(ask(consumer, `trouble(mode=${mode})/camera/1`))
      t.match(error, { code: 'function-failed', message: `trouble: ${reason}` })
      t.same(error.failure, { code: 'function-failed', function: 'trouble', reason })
      const outer = await failure(ask(consumer, `wrap:trouble(mode=${mode})/camera/2`))
      t.same(outer.failure, error.failure, 'nobody computes on it; the consumer learns who it was')
    })
  }

  t.match(await askText(consumer, 'trouble/camera/1'), /^smile by \d+$/, 'it serves on')
  t.match(await trouble(), { state: 'ready', instance, restarts: 0 })
  t.equal(node.status().pit.entries, 0)
})

t.test('a function that exits in the middle of its work', async (t) => {
  const { consumer, trouble, log } = await setUp(t, { firstBackOff: 100, maxBackOff: 200 })

  await t.test('is started again, and the work that it always dies of is given up', async (t) => {
    const error = await failure(ask(consumer, 'trouble(mode=exit)/camera/1'))
    t.match(error, { code: 'function-failed', failure: { code: 'instance-lost', function: 'trouble' } })
    t.match(error.message, /^trouble: 2 instances ended over it: exited with code 3: .*no more film/s)
  })

  await t.test('the next request works', async (t) => {
    t.match(await askText(consumer, 'trouble/camera/1'), /^smile by/)
    t.match(await trouble(), { state: 'ready', restarts: 2, instance: 'trouble-3' })
  })

  await t.test(
    'after one end too many all are answered at once with the cause, until it recovers',
    async (t) => {
      const error = await failure(ask(consumer, 'trouble(mode=exit)/camera/2'))
      const none = { code: 'instance-lost', reason: /^no instance runs: exited with code 3: .*no more film/s }
      t.match(error.failure, none)
      t.match((await failure(ask(consumer, 'trouble/camera/2'))).failure, none)
      t.match(await trouble(), {
        state: 'failed',
        cause: /exited with code 3/,
        instance: undefined,
        restarts: 3,
      })
      await log.saw(/^trouble: ready/, log.lines.length)
      t.match(await askText(consumer, 'trouble/camera/2'), /^smile by/)
      t.match(await trouble(), { state: 'ready', cause: undefined, instance: 'trouble-4' })
    },
  )
})

t.test('a function that blocks its process', async (t) => {
  const { consumer, trouble, log } = await setUp(t)
  const { since } = await trouble()

  const stuck = failure(ask(consumer, 'trouble(mode=spin)/camera/1'))
  await log.saw(/working on spin/)
  const beside = failure(ask(consumer, 'trouble(key=beside)/camera/1'))
  const error = await stuck
  t.match(error.failure, {
    code: 'function-failed',
    function: 'trouble',
    reason: 'hung: it said nothing for 400 ms, and was ended',
  })
  t.same((await beside).failure, error.failure, 'also who waited beside it')
  t.match(await askText(consumer, 'trouble/camera/1'), /^smile by/, 'the next request works')
  const status = await trouble()
  t.match(status, { state: 'ready', restarts: 1, instance: 'trouble-2' })
  t.ok(status.since > since)
  t.ok(log.lines.some((line) => /instance ended: hung: it said nothing for 400 ms/.test(line)))
})

t.test('a function that takes its time is left to it', async (t) => {
  const { consumer, trouble, log } = await setUp(t, { silence: 20, hangGrace: 0 })
  const slow = ask(consumer, 'trouble(mode=slow)/camera/1')
  t.match(Buffer.from((await slow).content).toString(), /^smile by/)
  t.match(await trouble(), { state: 'ready', restarts: 0 })
  t.notOk(log.lines.some((line) => /hung/.test(line)))
})
