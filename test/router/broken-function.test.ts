import t from 'tap'
import type { FetchError } from '../../src/endpoint/index.ts'
import type { NodeProgress } from '../../src/router/index.ts'
import { ask, askText, connectTo, functionFile, Log, publish, startNode, writeFunction } from './fixture.ts'

t.test('a node goes on without the functions that are no good, and says why', async (t) => {
  const syntax = await writeFunction(t, 'syntax.ts', 'export default defineFunction({\n  name: \n})\n')
  const loading = await writeFunction(t, 'loading.ts', "throw new Error('no camera is connected')\n")
  const other = await writeFunction(
    t,
    'other.ts',
    `import { defineFunction } from 'ndn-sfc'
     export default defineFunction({ name: 'upper', input: '*/*', output: 'text/plain', apply: () => 'x' })`,
  )
  const noType = await writeFunction(
    t,
    'no-type.ts',
    `import { defineFunction } from 'ndn-sfc'
     export default defineFunction({ name: 'no-type', output: 'text/plain', apply: () => 'x' })`,
  )
  const log = new Log()
  const settled = new Map<string, NodeProgress>()
  const node = await startNode(t, {
    functions: [
      syntax,
      loading,
      functionFile('upper'),
      noType,
      '/nonexistent/absent',
      functionFile('unprepared'),
      other,
    ],
    supervision: { firstBackOff: 1, maxBackOff: 1_000_000 },
    log,
    onProgress: (event) => {
      if (event.state !== undefined) settled.set(`${event.function} ${event.state}`, event)
    },
  })
  const status = await node.functions()
  const cause = (name: string): string =>
    status.find((one) => one.name === name && one.state === 'failed')?.cause ?? ''

  t.match(cause('syntax'), /syntax\.ts:3:1: Unexpected "\}"/)
  t.match(cause('loading'), /loading\.ts: cannot be loaded:.*no camera is connected/s)
  t.match(cause('no-type'), /input/)
  t.match(cause('absent'), '/nonexistent/absent: no such function folder or file')
  t.match(cause('unprepared'), /^exited with code 1: .*the model is damaged/s)
  t.match(cause('upper'), /a function upper is there already, from elsewhere than .*: rename one of them/)
  t.match(
    status.filter(({ state }) => state === 'ready'),
    [{ name: 'upper' }],
  )
  t.equal(status.length, 7)
  t.match(
    status.find(({ name }) => name === 'syntax'),
    { version: '', input: [], output: '', digest: '', restarts: 0, instance: undefined },
  )

  t.match(
    [...settled.keys()].sort(),
    [
      'absent failed',
      'loading failed',
      'no-type failed',
      'syntax failed',
      'unprepared failed',
      'upper failed',
      'upper ready',
    ],
    'each was told of as settled',
  )
  for (const name of ['syntax', 'loading', 'absent'])
    t.ok(
      log.lines.some((line) => line.startsWith(`${name}: `)),
      `the log tells of ${name}`,
    )

  const asked = await publish(t, node, '/camera', { text: 'smile' })
  const consumer = await connectTo(t, node)
  t.equal(await askText(consumer, 'upper/camera/1'), 'SMILE', 'the one that is good works')
  const failed = await ask(consumer, 'unprepared/camera/2').catch((error: FetchError) => error)
  t.match(failed, {
    code: 'function-failed',
    failure: { code: 'instance-lost', function: 'unprepared', reason: /the model is damaged/ },
  })
  await t.rejects(
    ask(consumer, 'syntax/camera/2'),
    { code: 'no-route' },
    'what was never built is not offered',
  )
  t.same(asked, ['/camera/1'])
})

t.test('an instance that never becomes ready is ended, and who asks learns it at once', async (t) => {
  const functions = [functionFile('sleeper'), functionFile('upper')]
  const node = await startNode(t, { functions, supervision: { readyTimeout: 3000, maxBackOff: 1_000_000 } })
  const status = async (name: string) => (await node.functions()).find((one) => one.name === name)
  t.match(await status('sleeper'), { state: 'failed', cause: /^was not ready within 3000 ms/, restarts: 1 })
  const consumer = await connectTo(t, node)
  const refused = await ask(consumer, 'sleeper/camera/1').catch((error: FetchError) => error)
  t.match(refused, {
    failure: { code: 'instance-lost', reason: /^no instance runs: was not ready within 3000 ms/ },
  })
  t.match(await status('upper'), { state: 'ready' })
})

t.test('a node without functions is a router', async (t) => {
  const node = await startNode(t, { functions: [] })
  await publish(t, node, '/camera', { text: 'smile' })
  t.equal(await askText(await connectTo(t, node), '/camera/1'), 'smile')
  t.same(await node.functions(), [])
})
