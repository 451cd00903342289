import { connect } from 'node:net'
import t from 'tap'
import { RunResults } from '../../src/api/run-results.ts'
import type { ControllerActions, DeployEvent } from '../../src/controller/index.ts'
import { ask, FakeController, promised, serve } from './fixture.ts'
import { DEPLOYMENT, PLAN, RUN } from './views.ts'

const SOURCE = { file: 'photos.yaml', text: '' }

t.test('a body that is too large is refused', async (t) => {
  const controller = new FakeController()
  const { url, client } = await serve(t, controller, { maxBodyBytes: 1000 })
  const json = { file: 'a', text: 'x'.repeat(1000) }
  t.match(await ask(`${url}/v1/plans`, { method: 'POST', json }), {
    status: 413,
    type: 'application/problem+json',
    body: { code: 'bad-request', status: 413 },
  })
  t.same(await client.plan({ file: 'a', text: 'x'.repeat(900) }), PLAN)
})

t.test('streams beyond the bound are refused, and taken again when one has ended', async (t) => {
  const begun = promised()
  const end = promised()
  const deploy: ControllerActions['deploy'] = async (_source, _options, onEvent) => {
    onEvent?.({ type: 'phase', phase: 'plan', ms: 1 })
    begun.resolve()
    await end.promise
    return DEPLOYMENT
  }
  const { client } = await serve(t, new FakeController({ deploy }), { maxStreams: 1 })
  const first = client.deploy(SOURCE)
  await begun.promise
  await t.rejects(client.deploy(SOURCE), {
    name: 'ControllerError',
    code: 'too-many',
    message: /wait for one/,
  })
  end.resolve()
  t.same(await first, DEPLOYMENT)
  t.same(await client.deploy(SOURCE), DEPLOYMENT)
})

t.test('who reads too slowly is cut off, and the deployment goes on', async (t) => {
  const ended = promised()
  const deploy: ControllerActions['deploy'] = async (_source, _options, onEvent) => {
    // More than the sockets' buffers take is pushed before any of it can be sent.
    const event: DeployEvent = {
      type: 'planned',
      plan: { ...PLAN, scheduler: 'x'.repeat(100_000) },
      revision: 1,
    }
    for (let count = 0; count < 20; count++) onEvent?.(event)
    ended.resolve()
    return DEPLOYMENT
  }
  const { client } = await serve(t, new FakeController({ deploy }), { maxStreamBacklogBytes: 1_000_000 })
  await t.rejects(client.deploy(SOURCE), { name: 'ApiError' })
  await ended.promise
})

t.test('results of runs are kept, the last ones, up to so many and so many octets', async (t) => {
  const results = new RunResults(2, 10)
  const keep = (run: string, length: number): void => results.keep(run, { content: new Uint8Array(length) })
  const isKept = (run: string): boolean => {
    try {
      return results.get(run) !== undefined
    } catch {
      return false
    }
  }
  keep('a', 1)
  keep('b', 1)
  keep('c', 1)
  t.same(['a', 'b', 'c'].map(isKept), [false, true, true], 'so many')
  keep('d', 9)
  t.same(['b', 'c', 'd'].map(isKept), [false, true, true], 'just as many octets')
  keep('e', 10)
  t.same(['c', 'd', 'e'].map(isKept), [false, false, true])
  t.throws(() => keep('f', 11), { code: 'too-many', message: /11 octets.*at most 10/ })
  keep('e', 2)
  keep('g', 8)
  t.same(['e', 'g'].map(isKept), [true, true], 'one that comes again counts once')
})

t.test(
  'a result that is not kept any more cannot be fetched, one that is too large is told of',
  async (t) => {
    let count = 0
    let size = 1
    const run: ControllerActions['run'] = async () => {
      const view = { ...RUN, id: `run-${++count}`, mediaType: 'text/html\r\nx: y' }
      return { view, result: new Uint8Array(size) }
    }
    const { url, client } = await serve(t, new FakeController({ run }), {
      maxRunResults: 1,
      maxRunResultBytes: 5,
    })
    await client.run('w', '/a')
    const kept = await fetch(`${url}/v1/runs/run-1/result`)
    t.equal(kept.headers.get('content-type'), 'application/octet-stream', 'no header can be smuggled in')
    t.same(new Uint8Array(await kept.arrayBuffer()), new Uint8Array(1))
    await client.run('w', '/a')
    t.match(await ask(`${url}/v1/runs/run-1/result`), {
      status: 404,
      body: { detail: /run the workflow again/ },
    })
    size = 6
    await t.rejects(client.run('w', '/a'), { code: 'too-many', message: /6 octets/ })
  },
)

t.test('who connects and says nothing is cut off', async (t) => {
  const { url } = await serve(t, new FakeController(), { headersTimeout: 50, requestTimeout: 100 })
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  socket.on('error', () => {})
  socket.write('GET /v1/nodes HTTP/1.1\r\n')
  let said = ''
  socket.on('data', (chunk) => {
    said += chunk
  })
  await new Promise<void>((resolve) => socket.once('close', () => resolve()))
  t.match(said, /^HTTP\/1\.1 408 /)
})

t.test('connections beyond the bound are not taken', async (t) => {
  const { url, client } = await serve(t, new FakeController(), { maxConnections: 1 })
  const first = connect(Number(new URL(url).port), '127.0.0.1')
  await new Promise<void>((resolve) => first.once('connect', () => resolve()))
  await t.rejects(client.nodes(), { code: 'no-controller' })
  first.destroy()
})
