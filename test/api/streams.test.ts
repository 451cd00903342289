import { once } from 'node:events'
import t from 'tap'
import { type ControllerActions, ControllerError } from '../../src/controller/index.ts'
import { FakeController, promised, serve } from './fixture.ts'
import { DEPLOYMENT, RUN } from './views.ts'

const SOURCE = { file: 'photos.yaml', text: '' }
const PHASE = { type: 'phase', phase: 'plan', ms: 1 } as const

t.test('events come as they happen', async (t) => {
  const seen = promised()
  const deploy: ControllerActions['deploy'] = async (_source, _options, onEvent) => {
    onEvent?.(PHASE)
    await seen.promise
    return DEPLOYMENT
  }
  const { client } = await serve(t, new FakeController({ deploy }))
  const view = await client.deploy(SOURCE, {}, (event) => {
    if (event.type === 'phase') seen.resolve()
  })
  t.same(view, DEPLOYMENT, 'the action went on only when its first event was seen')
})

t.test('what fails at once has a status, what fails later ends the stream', async (t) => {
  const actions: Partial<ControllerActions> = {
    deploy: async () => Promise.reject(new ControllerError('bad-file', 'photos.yaml:3: no')),
    rollback: async (_name, _revision, onEvent) => {
      onEvent?.(PHASE)
      throw new ControllerError('failed', 'resize-1 does not start', { problems: ['exit 1'] })
    },
  }
  const { url, client } = await serve(t, new FakeController(actions))
  const post = (path: string, body: object) =>
    fetch(url + path, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    })
  const refused = await post('/v1/deployments', SOURCE)
  t.equal(refused.status, 422)
  t.equal(refused.headers.get('content-type'), 'application/problem+json')
  await t.rejects(client.deploy(SOURCE), { code: 'bad-file', message: 'photos.yaml:3: no' })

  const begun = await post('/v1/deployments/photos/rollback', {})
  t.equal(begun.status, 200)
  t.equal(begun.headers.get('content-type'), 'application/x-ndjson')
  const lines = (await begun.text()).trimEnd().split('\n')
  t.match(
    lines.map((line) => JSON.parse(line)),
    [PHASE, { type: 'urn:ndn-sfc:problem:failed', status: 502, code: 'failed', problems: ['exit 1'] }],
  )
  await t.rejects(client.rollback('photos'), { code: 'failed', message: 'resize-1 does not start' })
})

for (const [when, isBegun] of [
  ['before its first event', false],
  ['after it', true],
] as const) {
  t.test(`a client that goes away ends its run, ${when}`, async (t) => {
    const begun = promised()
    const ended = promised<unknown>()
    const run: ControllerActions['run'] = async (_workflow, _content, onEvent, signal) => {
      if (isBegun) onEvent?.({ type: 'begun', run: 'run-1', tasks: [], result: '/a' })
      begun.resolve()
      if (signal === undefined) throw new Error('there is no signal')
      await once(signal, 'abort')
      ended.resolve(signal.reason)
      throw signal.reason
    }
    const { client } = await serve(t, new FakeController({ run }))
    const leaving = new AbortController()
    const asked = client.run('photo-summary', '/camera/1', () => {}, leaving.signal)
    await begun.promise
    leaving.abort(new Error('enough'))
    await t.rejects(asked, { message: 'enough' })
    t.match(await ended.promise, { message: 'the client has gone' })
  })
}

t.test('a client that goes away ends the search for its plan', async (t) => {
  const begun = promised()
  const ended = promised<unknown>()
  const plan: ControllerActions['plan'] = async (_source, _options, signal) => {
    begun.resolve()
    if (signal === undefined) throw new Error('there is no signal')
    await once(signal, 'abort')
    ended.resolve(signal.reason)
    throw signal.reason
  }
  const { url } = await serve(t, new FakeController({ plan }))
  const leaving = new AbortController()
  const asked = fetch(`${url}/v1/plans`, {
    method: 'POST',
    body: JSON.stringify(SOURCE),
    headers: { 'content-type': 'application/json' },
    signal: leaving.signal,
  })
  await begun.promise
  leaving.abort()
  await t.rejects(asked)
  t.match(await ended.promise, { message: 'the client has gone' })
})

t.test('a deployment goes on though its client goes away', async (t) => {
  const left = promised()
  const ended = promised()
  const deploy: ControllerActions['deploy'] = async (_source, _options, onEvent) => {
    onEvent?.(PHASE)
    await left.promise
    onEvent?.(PHASE)
    ended.resolve()
    return DEPLOYMENT
  }
  const { client } = await serve(t, new FakeController({ deploy }))
  const stop = new Error('seen enough')
  await t.rejects(
    client.deploy(SOURCE, {}, () => {
      throw stop
    }),
    stop,
  )
  left.resolve()
  await ended.promise
  t.same(await client.deployments(), [DEPLOYMENT])
})

t.test('a server that closes cuts off who listens', async (t) => {
  const begun = promised()
  const gone = promised()
  const run: ControllerActions['run'] = async (_workflow, _content, onEvent, signal) => {
    onEvent?.({ type: 'begun', run: RUN.id, tasks: [], result: '/a' })
    begun.resolve()
    signal?.addEventListener('abort', () => gone.resolve())
    return new Promise(() => {})
  }
  const { serveApi, ApiClient } = await import('../../src/api/index.ts')
  const server = await serveApi(new FakeController({ run }), { port: 0 })
  const asked = t.rejects(new ApiClient({ url: server.url }).run('w', '/a'), { name: 'ApiError' })
  await begun.promise
  await server.close()
  await Promise.all([asked, gone.promise])
})
