import { readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import {
  Certificate,
  generatePrivateKey,
  INSTANCE_LIFETIME_MS,
  type InstanceKeys,
  Keychain,
  readInstanceIdentity,
  writeInstanceIdentity,
} from '../../src/trust/index.ts'
import { codeOf, DIGEST, functionUri, makeData, NOW, World } from './fixtures/world.ts'

async function issue(
  home: string,
  options: { lifetime?: number; digest?: string } = {},
): Promise<InstanceKeys> {
  const keychain = await Keychain.open(home, { now: () => NOW })
  const node = await keychain.nodeIdentity('n1')
  return keychain.issueInstance({ node, functionName: 'edges', digest: DIGEST, ...options })
}

t.test('an instance gets a key of its own, certified by its node for a day', async (t) => {
  const home = t.testdir()
  const [first, second] = [await issue(home), await issue(home)]
  const certificate = Certificate.parse(first.certificate)
  t.match(first.name.toString(), new RegExp(`^/ndn-sfc/[0-9a-f]{8}/node/n1/function/edges/${DIGEST}$`))
  t.ok(certificate.identity.equals(first.name))
  t.equal(first.notAfter, NOW + INSTANCE_LIFETIME_MS)
  t.equal(certificate.validity.notAfter, first.notAfter)
  t.not(first.privateKey, second.privateKey)
  t.equal((await issue(home, { lifetime: 5000 })).notAfter, NOW + 5000)
})

t.test('what an instance signs with the identity from its file is verified', async (t) => {
  const home = t.testdir()
  const keychain = await Keychain.open(home, { now: () => NOW })
  const node = await keychain.nodeIdentity('n1')
  const keys = keychain.issueInstance({ node, functionName: 'edges', digest: DIGEST })
  const path = join(home, 'identity.json')
  await writeInstanceIdentity(path, keys)
  const identity = readInstanceIdentity(path)
  t.ok(identity.name.equals(keys.name))
  const world = new World()
  world.serve(identity)
  world.serve(node)
  const data = makeData(functionUri('edges'), identity.signer)
  t.match(await world.verifier({ anchor: keychain.anchor }).verify(data), {
    kind: 'instance',
    function: 'edges',
    digest: DIGEST,
    node: 'n1',
  })
  t.equal(await codeOf(world.verifier().verify(data)), 'not-under-anchor')
})

t.test('a digest or function that cannot be part of an identity is refused', async (t) => {
  const home = t.testdir()
  for (const digest of ['', 'sha256:abab', 'ABABABAB', '../..']) {
    await t.rejects(issue(home, { digest }), { name: 'TrustError', code: 'bad-label' }, digest)
  }
})

t.test('the file is closed to other users unless the caller says otherwise', async (t) => {
  const umask = process.umask(0)
  t.teardown(() => process.umask(umask))
  const home = t.testdir()
  const keys = await issue(home)
  const path = join(home, 'identity.json')
  const mode = () => statSync(path).mode & 0o777
  await writeInstanceIdentity(path, keys)
  t.equal(mode(), 0o600)
  await writeInstanceIdentity(path, keys, { mode: 0o444 })
  t.equal(mode(), 0o444, 'and one that is there is replaced')
  t.same(readdirSync(home).sort(), ['identity.json', 'trust'])
})

t.test(
  'the file belongs to the user of the container',
  {
    skip: process.getuid?.() === 0 ? false : 'only root may give a file away',
  },
  async (t) => {
    const path = join(t.testdir(), 'identity.json')
    await writeInstanceIdentity(path, await issue(t.testdirName), { uid: 65534, gid: 65534, mode: 0o400 })
    t.match(statSync(path), { uid: 65534, gid: 65534 })
  },
)

t.test('a link planted in the place of the file is replaced, not followed', async (t) => {
  const home = t.testdir({ victim: 'precious' })
  const path = join(home, 'identity.json')
  symlinkSync(join(home, 'victim'), path)
  await writeInstanceIdentity(path, await issue(home))
  t.equal(readFileSync(join(home, 'victim'), 'utf8'), 'precious')
  t.ok(readInstanceIdentity(path))
})

t.test('a file that is missing or damaged is reported with its path, and without the key', async (t) => {
  const home = t.testdir()
  const path = join(home, 'identity.json')
  const keys = await issue(home)
  t.throws(() => readInstanceIdentity(path), { code: 'unavailable-file', message: new RegExp(path) })
  const der = { format: 'der', type: 'pkcs8' } as const
  const otherKey = generatePrivateKey().export(der).toString('base64')
  const damaged = [
    '',
    'null',
    '{}',
    `${keys.privateKey}`,
    JSON.stringify({ certificate: keys.certificate }),
    JSON.stringify({ ...keys, certificate: 'AAAA' }),
    JSON.stringify({ ...keys, privateKey: 'AAAA' }),
    JSON.stringify({ ...keys, privateKey: otherKey }),
  ]
  for (const text of damaged) {
    writeFileSync(path, text)
    try {
      readInstanceIdentity(path)
      t.fail(text)
    } catch (error) {
      t.match(error, { name: 'TrustError', code: 'bad-file', message: new RegExp(path) }, text)
      t.notMatch((error as Error).stack, keys.privateKey.slice(0, 12), text)
    }
  }
})

t.test('without a way to write it, nothing is left behind', async (t) => {
  const home = t.testdir()
  const keys = await issue(home)
  await t.rejects(writeInstanceIdentity(join(home, 'nowhere', 'identity.json'), keys), {
    code: 'unavailable-file',
  })
  await t.rejects(writeInstanceIdentity(join(home, 'trust'), keys), { code: 'unavailable-file' })
  t.same(readdirSync(home), ['trust'])
})
