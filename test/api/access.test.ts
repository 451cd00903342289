import { request } from 'node:http'
import t from 'tap'
import { ApiClient, newToken, serveApi } from '../../src/api/index.ts'
import { ask, FakeController, MemoryTokens, serve } from './fixture.ts'
import { NODE, NOW, PLAN } from './views.ts'

t.test('a viewer looks and plans, an operator does all, anybody else nothing', async (t) => {
  const controller = new FakeController()
  const { url, as, client } = await serve(t, controller, { tokens: new MemoryTokens() })
  const document = (await ask(`${url}/openapi.json`)).body as {
    paths: Record<string, Record<string, object>>
  }
  const open = new Set(['GET /v1/health'])
  const forViewers = new Set(['POST /v1/plans'])
  const forOperators = new Set(['GET /v1/tokens'])
  for (const [path, operations] of Object.entries(document.paths)) {
    for (const operation of Object.keys(operations)) {
      const method = operation.toUpperCase()
      const route = `${method} ${path}`
      const ask401 = await ask(url + path.replaceAll(/\{\w+\}/g, 'x'), { method })
      const isOpen = open.has(route)
      t.equal(ask401.status === 401, !isOpen, `${route} without a token`)
      if (isOpen) continue
      t.equal(ask401.headers.get('www-authenticate'), 'Bearer')
      const { status } = await ask(url + path.replaceAll(/\{\w+\}/g, 'x'), { method, token: 'of-alice' })
      const isForViewers = forViewers.has(route) || (method === 'GET' && !forOperators.has(route))
      t.equal(status === 403, !isForViewers, `${route} as a viewer`)
      t.not(status, 401, route)
    }
  }
  t.ok(
    controller.calls.every(
      ([action]) => !/^(set|change|calibrate|deploy$|roll|remove|hold|restart|run)/.test(String(action)),
    ),
  )
  t.same(await as('alice').plan({ file: 'a', text: '' }), PLAN)
  await t.rejects(as('alice').calibrate('edge'), {
    name: 'ApiError',
    code: 'forbidden',
    message: /'alice' is a viewer's/,
  })
  t.same(await as('bob').calibrate('edge'), NODE)
  await t.rejects(client.nodes(), {
    name: 'ApiError',
    code: 'unauthorized',
    message: /send Authorization: Bearer/,
  })
  await t.rejects(as('nobody').nodes(), { code: 'unauthorized' })
  for (const authorization of ['Basic b2Y6Ym9i', 'Bearer', 'Bearer ', 'of-bob']) {
    t.match(await ask(`${url}/v1/nodes`, { headers: { authorization } }), { status: 401 }, authorization)
  }
  t.match(await ask(`${url}/v1/nodes`, { headers: { authorization: 'bearer of-bob' } }), { status: 200 })
  t.match(await ask(`${url}/v1/nothing`), { status: 401 }, 'what there is, is no business of strangers')
})

t.test('tokens are made, listed and taken back', async (t) => {
  const { as, url } = await serve(t, new FakeController(), { tokens: new MemoryTokens({ bob: 'operator' }) })
  const made = await as('bob').addToken('carol', 'viewer')
  t.match(made, { name: 'carol', role: 'viewer', token: /^sfc_[\w-]{43}$/ })
  const carol = new ApiClient({ url, token: made.token })
  t.equal((await carol.nodes()).length, 2)
  t.same(await as('bob').tokens(), [
    { name: 'bob', role: 'operator', created: NOW },
    { name: 'carol', role: 'viewer', created: NOW },
  ])
  await t.rejects(carol.tokens(), { code: 'forbidden' })
  await t.rejects(as('bob').addToken('carol', 'viewer'), { code: 'conflict' })
  await t.rejects(as('bob').addToken('no name', 'viewer'), {
    code: 'bad-request',
    message: /letters, digits/,
  })
  await as('bob').removeToken('carol')
  await t.rejects(carol.nodes(), { code: 'unauthorized' })
  await t.rejects(as('bob').removeToken('carol'), { code: 'not-found' })
})

t.test('each token is another', async (t) => {
  t.not(newToken(), newToken())
})

t.test('without tokens only this host is answered, by its own name', async (t) => {
  const { url, client } = await serve(t)
  t.equal((await client.nodes()).length, 2)
  const { port } = new URL(url)
  const status = (host: string): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      request({ port, host: '127.0.0.1', path: '/v1/nodes', headers: { host } }, (response) => {
        response.resume()
        resolve(response.statusCode)
      })
        .on('error', reject)
        .end()
    })
  t.equal(await status(`localhost:${port}`), 200)
  t.equal(await status(`[::1]:${port}`), 200)
  t.equal(await status(`rebound.example:${port}`), 403)
  for (const host of ['0.0.0.0', '::', '192.0.2.1', 'example.org']) {
    await t.rejects(serveApi(new FakeController(), { host, port: 0 }), {
      name: 'ApiError',
      code: 'forbidden',
      message: /without tokens/,
    })
  }
})

t.test('with tokens it listens where it is told to', async (t) => {
  const server = await serveApi(new FakeController(), {
    host: '0.0.0.0',
    port: 0,
    tokens: new MemoryTokens(),
  })
  t.teardown(() => server.close())
  const { port } = new URL(server.url)
  const client = new ApiClient({ url: `http://127.0.0.1:${port}/`, token: 'of-bob' })
  t.equal((await client.nodes()).length, 2)
})
