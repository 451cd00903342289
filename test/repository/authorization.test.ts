import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import { parseChallenge } from '../../src/repository/authorization.ts'
import { dockerCredentials } from '../../src/repository/docker-credentials.ts'
import { push } from '../../src/repository/push.ts'
import { Registry } from '../../src/repository/registry.ts'
import { smallImage } from './craft.ts'
import { Home, makeFunction, openRepository, temporaryFolder } from './fixture.ts'
import { Interposer } from './interposer.ts'
import { RegistryHost, skipWithoutRegistry, USER } from './registry-host.ts'

const run = promisify(execFile)

t.test('a registry that wants a password', { skip: skipWithoutRegistry }, async (t) => {
  const { url } = await RegistryHost.start(t, { withPassword: true })
  const home = await Home.make(t)
  const image = await smallImage(home.store, await makeFunction(t))

  await t.test('gives nothing and takes nothing without one', async (t) => {
    const repository = openRepository(t, url)
    const message = /wants a user name and password: give --username and --password-stdin/
    await t.rejects(push(repository, image, home.store), { code: 'credentials-refused', message })
    await t.rejects(repository.list(), { code: 'credentials-refused', message })
    t.same(repository.waits, [], 'another try would not help')
  })

  await t.test('refuses a wrong one', async (t) => {
    const repository = openRepository(t, url, { credentials: { ...USER, password: 'guess' } })
    await t.rejects(repository.find('hello'), {
      code: 'credentials-refused',
      message: /refuses these credentials: check user name and password/,
    })
    t.same(repository.waits, [])
  })

  await t.test('takes the right one', async (t) => {
    const repository = openRepository(t, url, { credentials: USER })
    await push(repository, image, home.store)
    t.equal((await repository.list()).length, 1)
    await repository.remove('hello:1.0.0')
    t.same(await repository.list(), [])
  })
})

t.test(
  'a token is fetched for what is to be done, and again when it has expired',
  { skip: skipWithoutRegistry },
  async (t) => {
    const registry = await RegistryHost.start(t)
    const between = await Interposer.start(t, registry.url)
    const tokens: string[] = []
    let valid = ''
    between.intercept = (request, response) => {
      const url = new URL(request.url ?? '', between.url)
      if (url.pathname === '/token') {
        const password = Buffer.from(
          request.headers.authorization?.slice('Basic '.length) ?? '',
          'base64',
        ).toString()
        valid = `token-${tokens.length}`
        tokens.push(`${url.searchParams.get('service')} ${url.searchParams.getAll('scope').join(' ')}`)
        response.writeHead(password === 'operator:secret' ? 200 : 401).end(JSON.stringify({ token: valid }))
        return true
      }
      if (request.headers.authorization === `Bearer ${valid}`) {
        delete request.headers.authorization
        return false
      }
      request.resume()
      const challenge = `Bearer realm="${between.url}/token",service="lab",scope="repository:x:pull"`
      response.writeHead(401, { 'www-authenticate': challenge }).end()
      return true
    }
    const home = await Home.make(t)
    const image = await smallImage(home.store, await makeFunction(t))
    const repository = openRepository(t, between.url, { credentials: USER })
    await push(repository, image, home.store)
    t.equal(tokens[0], 'lab repository:ndn-sfc/hello:pull,push')
    t.ok(tokens.includes('lab repository:ndn-sfc/hello:pull'))
    valid = 'expired'
    t.equal((await repository.find('hello')).name, 'hello')

    const stranger = openRepository(t, between.url, { credentials: { ...USER, password: 'guess' } })
    await t.rejects(stranger.find('hello'), { code: 'credentials-refused' })
  },
)

t.test('a storage elsewhere does not see the credentials', async (t) => {
  const storage = await Interposer.start(t)
  let seen: string | undefined = 'none'
  storage.intercept = (request, response) => {
    seen = request.headers.authorization
    response.writeHead(200).end('{"tags":["1.0.0"]}')
    return true
  }
  const registry = await Interposer.start(t)
  registry.intercept = (request, response) => {
    if (request.headers.authorization === undefined)
      response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end()
    else response.writeHead(307, { location: `${storage.url}/blob` }).end()
    return true
  }
  const repository = openRepository(t, registry.url, { credentials: USER })
  t.same(await repository.versions('hello'), ['1.0.0'])
  t.equal(seen, undefined)
})

t.test('a password does not go over a connection that others could listen to', async (t) => {
  t.throws(() => new Registry({ registry: 'http://registry.example' }), {
    code: 'bad-reference',
    message: /use https, or say --insecure/,
  })
  const registry = await Interposer.start(t)
  registry.intercept = (_request, response) => {
    response.writeHead(401, { 'www-authenticate': 'Bearer realm="http://192.0.2.1/token"' }).end()
    return true
  }
  const repository = openRepository(t, registry.url, { credentials: USER })
  await t.rejects(repository.find('hello:1.0.0'), { code: 'credentials-refused', message: /in clear text/ })
})

t.test('a challenge is read whatever is quoted in it', async (t) => {
  t.same(parseChallenge('Bearer realm="https://a/t?x=1,2",service="a \\"b\\"",scope=x'), {
    scheme: 'bearer',
    parameters: { realm: 'https://a/t?x=1,2', service: 'a "b"', scope: 'x' },
  })
  t.same(parseChallenge(''), { scheme: '', parameters: {} })
})

t.test('credentials are found where docker login wrote them', async (t) => {
  const file = join(await temporaryFolder(t), 'config.json')
  t.equal(await dockerCredentials(file, 'http://127.0.0.1:5000'), undefined, 'no file')
  const auth = Buffer.from('operator:sec:ret').toString('base64')
  await writeFile(file, JSON.stringify({ auths: { '127.0.0.1:5000': { auth }, 'https://other': {} } }))
  t.same(await dockerCredentials(file, 'http://127.0.0.1:5000/lab'), {
    username: 'operator',
    password: 'sec:ret',
  })
  t.equal(await dockerCredentials(file, 'https://other'), undefined)
  await writeFile(file, 'no JSON')
  await t.rejects(dockerCredentials(file, 'https://other'), { code: 'bad-reference' })
})

t.test('credentials are had from a helper', async (t) => {
  const folder = await temporaryFolder(t)
  const file = join(folder, 'config.json')
  const helper = async (name: string, body: string) => {
    await writeFile(join(folder, `docker-credential-${name}`), `#!/bin/sh\n${body}\n`, { mode: 0o755 })
  }
  const path = `${folder}:${process.env.PATH}`
  const ask = (registry: string, timeout?: number) => dockerCredentials(file, registry, { path, timeout })
  await helper(
    'keys',
    `[ "$1" = get ] || exit 2
read -r server
case "$server" in
  *5000) echo '{"ServerURL": "'"$server"'", "Username": "operator", "Secret": "of '"$server"'"}';;
  *) echo credentials not found in native keychain; exit 1;;
esac`,
  )
  await helper('locked', 'echo the keychain is locked; exit 1')
  await helper('silent', 'exec sleep 600')
  await helper('loud', 'exec yes')
  await helper('odd', 'echo hello')
  await helper('token', `echo '{"Username": "<token>", "Secret": "x"}'`)
  const auth = Buffer.from('a:b').toString('base64')
  const names = ['locked', 'silent', 'loud', 'odd', 'token', 'none', '../keys']
  await writeFile(
    file,
    JSON.stringify({
      auths: { 'https://here:5000': {}, 'filed:80': { auth } },
      credsStore: 'keys',
      credHelpers: Object.fromEntries(names.map((name, index) => [`host-${index}`, name])),
    }),
  )
  t.same(await ask('http://127.0.0.1:5000/lab'), { username: 'operator', password: 'of 127.0.0.1:5000' })
  t.match(await ask('https://here:5000'), { password: 'of https://here:5000' }, 'as docker login was told it')
  t.equal(await ask('https://other'), undefined)
  t.same(await ask('http://filed:80'), { username: 'a', password: 'b' }, 'what the file itself keeps')
  const why = [
    /ended with code 1 \(the keychain is locked\)/,
    /did not answer within 200 ms/,
    /says more than 65536 bytes/,
    /gives no user name and password/,
    /another kind of login/,
    /docker-credential-none, which is not on this machine: give --username/,
    /is no name of a program/,
  ]
  for (const [index, message] of why.entries()) {
    const timeout = message.source.includes('200') ? 200 : undefined
    await t.rejects(ask(`host-${index}`, timeout), { code: 'credentials-refused', message })
  }
})

t.test('nobody is asked for credentials before a registry wants some', async (t) => {
  const open = await Interposer.start(t)
  open.intercept = (_request, response) => {
    response.end('{"repositories": []}')
    return true
  }
  const broken = () => Promise.reject(new Error('asked'))
  t.same(await openRepository(t, open.url, { credentials: broken }).list(), [])
  open.intercept = (_request, response) => {
    response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end()
    return true
  }
  await t.rejects(openRepository(t, open.url, { credentials: broken }).list(), { message: 'asked' })
})

t.test(
  'a registry with a certificate',
  { skip: skipWithoutRegistry || (await lacksOpenssl()) },
  async (t) => {
    const folder = await temporaryFolder(t)
    const [certificate, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')]
    const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1']
    const kind = [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-days',
      '2',
    ]
    await run('openssl', [...kind, ...subject, '-keyout', key, '-out', certificate])
    const { url } = await RegistryHost.start(t, { tls: { certificate, key } })

    await t.test('is not trusted unless one says so', async (t) => {
      const repository = openRepository(t, url)
      await t.rejects(repository.list(), { code: 'registry-unreachable', message: /with --ca FILE/ })
      t.same(repository.waits, [])
    })
    await t.test('is trusted with the certificate of its authority', async (t) => {
      t.same(await openRepository(t, url, { ca: await readFile(certificate, 'utf8') }).list(), [])
    })
    await t.test('is taken as it is if one says so', async (t) => {
      t.same(await openRepository(t, url, { insecure: true }).list(), [])
    })
  },
)

async function lacksOpenssl(): Promise<false | string> {
  return await run('openssl', ['version']).then(
    () => false,
    () => 'there is no openssl',
  )
}

t.test('a registry that is not there', async (t) => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  const repository = openRepository(t, `http://127.0.0.1:${port}`)
  await t.rejects(repository.list(), {
    code: 'registry-unreachable',
    message: /ECONNREFUSED.*start one with 'apt-get install docker-registry'/,
  })
  t.same(repository.waits, [250, 500, 1000])
})

t.test('a registry that does not answer is given up', async (t) => {
  const silent = await Interposer.start(t)
  silent.intercept = () => true
  const repository = openRepository(t, silent.url, { idleTimeout: 20 })
  await t.rejects(repository.list(), { code: 'registry-unreachable', message: /nothing came for 20 ms/ })
  t.equal(silent.seen.length, 4)
})

t.test('what is asked for can be given up', async (t) => {
  const silent = await Interposer.start(t)
  const controller = new AbortController()
  silent.intercept = () => {
    controller.abort(new Error('enough'))
    return true
  }
  await t.rejects(openRepository(t, silent.url, { signal: controller.signal }).list(), { message: 'enough' })
})
