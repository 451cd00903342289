import { createHash } from 'node:crypto'
import t, { type Test } from 'tap'
import { openRepository } from './fixture.ts'
import { Interposer } from './interposer.ts'

/** A registry that gives the answers of the test. */
async function answering(
  t: Test,
  answers: Record<string, { status?: number; body?: string; headers?: Record<string, string> }>,
) {
  const registry = await Interposer.start(t)
  registry.intercept = (request, response) => {
    const { status = 200, body = '', headers = {} } = answers[request.url ?? ''] ?? { status: 404 }
    response.writeHead(status, headers).end(body)
    return true
  }
  return { registry, repository: openRepository(t, registry.url) }
}

t.test('a long list is read page by page', async (t) => {
  const { repository } = await answering(t, {
    '/v2/ndn-sfc/a/tags/list?n=1000': {
      body: '{"tags":["1.0.0","1.1.0"]}',
      headers: { link: '</v2/ndn-sfc/a/tags/list?n=1000&last=1.1.0>; rel="next"' },
    },
    '/v2/ndn-sfc/a/tags/list?n=1000&last=1.1.0': { body: '{"tags":["2.0.0"]}' },
  })
  t.same(await repository.versions('a'), ['2.0.0', '1.1.0', '1.0.0'])
})

t.test('an empty page that leads on is the last one', async (t) => {
  const { repository } = await answering(t, {
    '/v2/ndn-sfc/a/tags/list?n=1000': {
      body: '{"tags":null}',
      headers: { link: '</v2/ndn-sfc/a/tags/list?n=1000>; rel="next"' },
    },
  })
  t.same(await repository.versions('a'), [])
})

t.test('what is too much is refused, with the bound', async (t) => {
  const tags = Array.from({ length: 10_001 }, (_, index) => `1.0.${index}`)
  const { repository } = await answering(t, {
    '/v2/ndn-sfc/a/tags/list?n=1000': { body: JSON.stringify({ tags }) },
    '/v2/ndn-sfc/b/manifests/1.0.0': { body: 'x'.repeat(4 * 2 ** 20 + 1) },
  })
  await t.rejects(repository.versions('a'), { code: 'too-large', message: /more than 10000 tags/ })
  await t.rejects(repository.resolve('b:1.0.0'), { code: 'too-large', message: /4194304 bytes/ })
})

t.test('something that is no registry is told of', async (t) => {
  const { repository } = await answering(t, { '/v2/_catalog?n=1000': { body: '<html>' } })
  await t.rejects(repository.list(), { code: 'registry-refused', message: /is it a registry\?/ })
  await t.rejects((await answering(t, {})).repository.list(), {
    code: 'registry-refused',
    message: /ask for a function by its name/,
  })
})

t.test('a manifest that is not what was asked for by digest is refused', async (t) => {
  const digest = `sha256:${createHash('sha256').update('other').digest('hex')}`
  const { repository } = await answering(t, { [`/v2/ndn-sfc/a/manifests/${digest}`]: { body: '{}' } })
  await t.rejects(repository.resolve(`a@${digest}`), { code: 'wrong-digest' })
})

t.test('redirections end', async (t) => {
  const { registry, repository } = await answering(t, {
    '/v2/ndn-sfc/a/tags/list?n=1000': {
      status: 307,
      headers: { location: '/v2/ndn-sfc/a/tags/list?n=1000' },
    },
  })
  await t.rejects(repository.versions('a'), { code: 'registry-refused', message: /not followed/ })
  t.equal(registry.seen.length, 6)
})

t.test('functions are below the path of the address, or below ndn-sfc', async (t) => {
  t.equal(openRepository(t, '127.0.0.1:5000').repositoryOf('a'), 'ndn-sfc/a')
  t.equal(openRepository(t, 'https://registry.example/lab/edge/').repositoryOf('a'), 'lab/edge/a')
  for (const [address, why] of [
    ['ftp://127.0.0.1', /must be http:/],
    ['http://a:b@127.0.0.1', /may not hold a password/],
    ['https://registry.example/UPPER', /has a path that no repository can have/],
    ['http://', /must be http:/],
  ] as const) {
    t.throws(() => openRepository(t, address), { code: 'bad-reference', message: why })
  }
})
