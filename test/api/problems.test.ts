import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import t from 'tap'
import { ApiClient } from '../../src/api/index.ts'
import { ControllerError, type ControllerErrorCode } from '../../src/controller/index.ts'
import { ask, FakeController, serve } from './fixture.ts'

const PROBLEM = 'application/problem+json'

t.test('what the controller refuses comes as a problem, and is thrown again by the client', async (t) => {
  const statuses: Record<ControllerErrorCode, number> = {
    'bad-file': 422,
    'bad-request': 400,
    'not-found': 404,
    'cannot-place': 409,
    conflict: 409,
    unreachable: 503,
    failed: 502,
    'too-many': 429,
  }
  for (const [code, status] of Object.entries(statuses)) {
    const error = new ControllerError(code as ControllerErrorCode, `no: ${code}`, { problems: ['a:1: b'] })
    const deployments = async () => Promise.reject(error)
    const { url, client } = await serve(t, new FakeController({ deployments }))
    t.match(await ask(`${url}/v1/deployments`), {
      status,
      type: PROBLEM,
      body: {
        type: `urn:ndn-sfc:problem:${code}`,
        title: /\w/,
        status,
        detail: `no: ${code}`,
        code,
        problems: ['a:1: b'],
      },
    })
    await t.rejects(client.deployments(), {
      name: 'ControllerError',
      code,
      message: `no: ${code}`,
      problems: ['a:1: b'],
    })
  }
})

t.test('a fault of ours tells nothing but that it is one', async (t) => {
  const deployments = async () => Promise.reject(new Error('secret'))
  const { url, client } = await serve(t, new FakeController({ deployments }))
  const answer = await ask(`${url}/v1/deployments`)
  t.match(answer, { status: 500, type: PROBLEM, body: { code: 'internal' } })
  t.notMatch(JSON.stringify(answer.body), /secret/)
  await t.rejects(client.deployments(), { name: 'ApiError', code: 'internal' })
})

t.test('what cannot be understood is refused with what is wrong, and no action is asked', async (t) => {
  const controller = new FakeController()
  const { url } = await serve(t, controller)
  const json = { 'content-type': 'application/json' }
  const cases: [path: string, init: Parameters<typeof ask>[1], status: number, detail: RegExp][] = [
    ['/v1/nothing', {}, 404, /there is no GET \/v1\/nothing: \/openapi\.json/],
    ['/v1/nodes', { method: 'DELETE' }, 404, /there is no DELETE \/v1\/nodes/],
    ['/v1/nodes/%zz', {}, 400, /%zz/],
    ['/v1/nodes/none', {}, 404, /there is no node none/],
    [`/v1/instances/${'a'.repeat(65)}`, {}, 400, /the path cannot be used: id: .*64/],
    ['/v1/nodes/a/availability', { method: 'PUT', body: '{', headers: json }, 400, /not valid JSON/],
    ['/v1/nodes/a/availability', { method: 'PUT' }, 400, /the body cannot be used/],
    [
      '/v1/nodes/a/availability',
      { method: 'PUT', json: { availability: 'off' } },
      400,
      /availability: .*drain/,
    ],
    ['/v1/nodes/a/labels', { method: 'PATCH', json: { set: { a: 1 } } }, 400, /set\.a: /],
    ['/v1/nodes/a/labels', { method: 'PATCH', json: { remove: [] } }, 400, /remove/],
    ['/v1/plans', { method: 'POST', json: { file: 'a' } }, 400, /text: /],
    ['/v1/plans', { method: 'POST', json: { file: 'a', text: '', timeLimit: -1 } }, 400, /timeLimit: /],
    [
      '/v1/plans',
      { method: 'POST', body: 'a=1', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
      415,
      /./,
    ],
    ['/v1/deployments/a/source?revision=x', {}, 400, /the query cannot be used: revision: write a number/],
    ['/v1/instances/a/hold', { method: 'POST', json: { hold: 'sleep' } }, 400, /hold: /],
    ['/v1/workflows/a/runs', { method: 'POST', json: {} }, 400, /content: /],
  ]
  for (const [path, init, status, detail] of cases) {
    const answer = await ask(url + path, init)
    t.match(answer, { status, type: PROBLEM, body: { status, detail, problems: Array } }, path)
    t.match((answer.body as { type: string }).type, /^urn:ndn-sfc:problem:/)
  }
  t.same(
    controller.calls.filter(([action]) => action !== 'nodes'),
    [],
  )
})

t.test('a client says where there is no controller, and what is none', async (t) => {
  const gone = createServer()
  await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve))
  const { port } = gone.address() as AddressInfo
  const url = `http://127.0.0.1:${port}`
  gone.removeAllListeners('request').on('request', (_, response) => response.end('<html>'))
  await t.rejects(new ApiClient({ url }).nodes(), {
    name: 'ApiError',
    code: 'bad-answer',
    message: /is no controller/,
  })
  gone
    .removeAllListeners('request')
    .on('request', (_, response) => response.writeHead(502).end('bad gateway'))
  await t.rejects(new ApiClient({ url }).nodes(), {
    code: 'bad-answer',
    message: /is no controller: HTTP 502/,
  })
  gone.removeAllListeners('request').on('request', (_, response) => {
    response.writeHead(200)
    response.write('[')
    setImmediate(() => response.destroy())
  })
  await t.rejects(new ApiClient({ url }).nodes(), { code: 'no-controller' })
  gone.closeAllConnections()
  await new Promise((resolve) => gone.close(resolve))
  await t.rejects(new ApiClient({ url }).nodes(), {
    name: 'ApiError',
    code: 'no-controller',
    message: `no controller at ${url}: connect ECONNREFUSED 127.0.0.1:${port}`,
  })
})
