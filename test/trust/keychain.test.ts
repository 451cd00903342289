import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { Name, type Signer } from '../../src/packet/index.ts'
import {
  ANCHOR_VALIDITY_MS,
  Certificate,
  createVerifier,
  IDENTITY_VALIDITY_MS,
  Keychain,
  RENEW_BEFORE_MS,
  readCertificateFile,
  verifySignature,
} from '../../src/trust/index.ts'
import { forgeCertificate, makeAnchor, makeData, NOW, relocated } from './fixtures/world.ts'

const DAY = 86_400_000
const at = (time: number) => ({ now: () => time })

t.test('the first use makes an anchor, every later use finds it', async (t) => {
  const home = join(t.testdir(), 'not', 'there', 'yet')
  const { anchor } = await Keychain.open(home, at(NOW))
  t.match(anchor.identity.toString(), /^\/ndn-sfc\/[0-9a-f]{8}$/)
  t.ok(verifySignature(anchor.data, anchor.publicKey))
  t.equal(anchor.validity.notAfter, NOW + ANCHOR_VALIDITY_MS)
  t.same((await Keychain.open(home, at(NOW + DAY))).anchor.wire, anchor.wire)
})

t.test('two homes have two operators', async (t) => {
  const dir = t.testdir()
  const [a, b] = await Promise.all(['a', 'b'].map((name) => Keychain.open(join(dir, name))))
  t.notOk(a?.anchor.identity.equals((b as Keychain).anchor.identity))
})

t.test('an operator may be named, and then must be that of the home', async (t) => {
  const home = t.testdir()
  const operator = Name.parse('/acme')
  t.ok((await Keychain.open(home, { operator })).anchor.identity.equals(operator))
  t.ok((await Keychain.open(home, { operator })).anchor.identity.equals(operator))
  await t.rejects(Keychain.open(home, { operator: Name.parse('/other') }), {
    name: 'TrustError',
    code: 'wrong-anchor',
    message: /\/acme, not of \/other/,
  })
})

t.test('identities of nodes and producers are made once and kept', async (t) => {
  const home = t.testdir()
  const keychain = await Keychain.open(home, at(NOW))
  const node = await keychain.nodeIdentity('n1')
  const producer = await keychain.producerIdentity('camera')
  t.equal(node.name.toString(), `${keychain.anchor.identity}/node/n1`)
  t.equal(producer.name.toString(), `${keychain.anchor.identity}/producer/camera`)
  t.equal(node.certificate.validity.notAfter, NOW + IDENTITY_VALIDITY_MS)
  const again = await Keychain.open(home, at(NOW + DAY))
  t.same((await again.nodeIdentity('n1')).certificate.wire, node.certificate.wire)
  t.same((await again.producerIdentity('camera')).certificate.wire, producer.certificate.wire)
  t.notOk((await again.nodeIdentity('n2')).certificate.publicKey.equals(node.certificate.publicKey))
})

t.test('what its identities sign is verified by its exported anchor', async (t) => {
  const dir = t.testdir()
  const keychain = await Keychain.open(join(dir, 'home'), at(NOW))
  await keychain.exportAnchor(join(dir, 'anchor.ndncert'))
  const anchor = await readCertificateFile(join(dir, 'anchor.ndncert'))
  const identities = [await keychain.nodeIdentity('n1'), await keychain.producerIdentity('p1')]
  const { verify } = createVerifier({
    anchor,
    now: () => NOW,
    fetchCertificate: async (name) => {
      const found = identities.find(({ certificate }) => certificate.name.equals(name))
      if (found === undefined) throw new Error('not there')
      return found.certificate.data
    },
  })
  const whoSigns = async (signer: Signer | undefined) => (await verify(makeData('/a', signer as Signer))).kind
  t.equal(await whoSigns(identities[0]?.signer), 'node')
  t.equal(await whoSigns(identities[1]?.signer), 'producer')
  const operator = await keychain.operatorIdentity()
  t.ok(operator.signer.keyLocator?.equals(anchor.name))
})

t.test('private keys and their folders are closed to other users, also under a lax umask', async (t) => {
  const umask = process.umask(0)
  t.teardown(() => process.umask(umask))
  const home = t.testdir()
  const keychain = await Keychain.open(home)
  await keychain.nodeIdentity('n1')
  const mode = (...path: string[]) => (statSync(join(home, 'trust', ...path)).mode & 0o777).toString(8)
  for (const folder of [[], ['anchor'], ['node'], ['node', 'n1']])
    t.equal(mode(...folder), '700', folder.join('/'))
  for (const folder of [['anchor'], ['node', 'n1']]) {
    t.equal(mode(...folder, 'private.pem'), '600')
    t.equal(mode(...folder, 'certificate.ndncert'), '644')
  }
  t.match(readFileSync(join(home, 'trust', 'anchor', 'private.pem'), 'utf8'), /^-----BEGIN PRIVATE KEY-----/)
  t.same(readdirSync(join(home, 'trust')).sort(), ['anchor', 'node'], 'nothing temporary is left')
})

t.test('processes that open it for the first time together have one anchor and one node key', async (t) => {
  const home = t.testdir()
  const script = fileURLToPath(new URL('./fixtures/open-keychain.js', import.meta.url))
  const children = Array.from({ length: 4 }, () => {
    const child = spawn(process.execPath, [script, home], { stdio: ['pipe', 'pipe', 'inherit'] })
    t.teardown(() => child.kill())
    return { child, lines: createInterface(child.stdout)[Symbol.asyncIterator]() }
  })
  for (const { lines } of children) t.equal((await lines.next()).value, 'ready')
  const exits = children.map(({ child }) => once(child, 'exit'))
  for (const { child } of children) child.stdin.write('go\n')
  const found = await Promise.all(children.map(async ({ lines }) => (await lines.next()).value as string))
  for (const [code] of await Promise.all(exits)) t.equal(code, 0)
  t.equal(new Set(found).size, 1, found.join('\n'))
  const keychain = await Keychain.open(home)
  t.same(JSON.parse(found[0] as string).anchor, keychain.anchor.name.toString())
  t.same(readdirSync(join(home, 'trust')).sort(), ['anchor', 'node'], 'nothing temporary is left')
})

t.test('first uses in one process have one anchor and one node key', async (t) => {
  const home = t.testdir()
  const keychains = await Promise.all(Array.from({ length: 8 }, () => Keychain.open(home)))
  const nodes = await Promise.all(keychains.map((keychain) => keychain.nodeIdentity('n1')))
  t.equal(new Set(keychains.map(({ anchor }) => anchor.name.key)).size, 1)
  t.equal(new Set(nodes.map(({ certificate }) => certificate.keyName.key)).size, 1)
})

t.test('a certificate near its end is renewed for the same key', async (t) => {
  const home = t.testdir()
  const first = await (await Keychain.open(home, at(NOW))).nodeIdentity('n1')
  const due = first.certificate.validity.notAfter - RENEW_BEFORE_MS
  const kept = await (await Keychain.open(home, at(due))).nodeIdentity('n1')
  t.same(kept.certificate.wire, first.certificate.wire)
  for (const time of [due + 1, first.certificate.validity.notAfter + DAY]) {
    const keychain = await Keychain.open(home, at(time))
    const renewed = await keychain.nodeIdentity('n1')
    t.ok(renewed.certificate.keyName.equals(first.certificate.keyName))
    t.equal(renewed.certificate.validity.notAfter, Math.floor((time + IDENTITY_VALIDITY_MS) / 1000) * 1000)
    t.ok(verifySignature(makeData('/a', renewed.signer), first.certificate.publicKey))
    t.ok(renewed.signer.keyLocator?.equals(renewed.certificate.name))
    t.same((await keychain.nodeIdentity('n1')).certificate.wire, renewed.certificate.wire, 'and kept')
    rewind(home, first.certificate.toString())
  }
})

function rewind(home: string, certificate: string): void {
  writeFileSync(join(home, 'trust', 'node', 'n1', 'certificate.ndncert'), certificate)
}

t.test(
  'without the private key of the anchor, a kept identity serves until its certificate ends',
  async (t) => {
    const home = t.testdir()
    const { certificate } = await (await Keychain.open(home, at(NOW))).nodeIdentity('n1')
    rmSync(join(home, 'trust', 'anchor', 'private.pem'))
    const { notAfter } = certificate.validity
    const kept = await (await Keychain.open(home, at(notAfter))).nodeIdentity('n1')
    t.same(kept.certificate.wire, certificate.wire)
    const late = await Keychain.open(home, at(notAfter + 1))
    await t.rejects(late.nodeIdentity('n1'), { code: 'unavailable-file', message: /anchor\/private\.pem/ })
    await t.rejects(late.nodeIdentity('n2'), { code: 'unavailable-file' })
  },
)

t.test('a damaged file is reported with its path and what to do, and stays as it is', async (t) => {
  const dir = t.testdir()
  const cases: [path: string[], content: string, code: string][] = [
    [['anchor', 'certificate.ndncert'], 'garbage', 'bad-file'],
    [['anchor', 'certificate.ndncert'], '', 'bad-file'],
    [['anchor', 'certificate.ndncert'], 'x'.repeat(70_000), 'bad-file'],
    [['anchor', 'private.pem'], 'garbage', 'bad-file'],
    [['anchor', 'private.pem'], '', 'bad-file'],
    [['node', 'n1', 'certificate.ndncert'], 'AAAA', 'bad-file'],
    [['node', 'n1', 'private.pem'], 'garbage', 'bad-file'],
  ]
  for (const [path, content, code] of cases) {
    const home = await used(join(dir, path.join('-') + content.length))
    const file = join(home, 'trust', ...path)
    writeFileSync(file, content)
    const said = content.length > 65_536 ? `has ${content.length} bytes.*` : ''
    const message = new RegExp(`${file.replaceAll('.', '\\.')}.*${said}move that folder away`)
    await t.rejects(openAll(home), { name: 'TrustError', code, message })
    t.equal(readFileSync(file, 'utf8'), content)
  }
})

t.test('a missing file, or a folder in its place, is reported and not made anew', async (t) => {
  const dir = t.testdir()
  for (const path of ['anchor/certificate.ndncert', 'anchor/private.pem', 'node/n1/private.pem']) {
    for (const isFolder of [false, true]) {
      const home = await used(join(dir, `${path.replaceAll('/', '-')}-${isFolder}`))
      const file = join(home, 'trust', path)
      rmSync(file)
      if (isFolder) mkdirSync(file, 0o600)
      await t.rejects(openAll(home), { code: 'unavailable-file', message: new RegExp(file) })
      t.equal(existsSync(file), isFolder)
    }
  }
})

t.test('a private key that is not the one of its certificate is refused', async (t) => {
  const dir = t.testdir()
  const home = await used(join(dir, 'home'))
  const file = (...path: string[]) => join(home, 'trust', ...path, 'private.pem')
  writeFileSync(file('node', 'n1'), readFileSync(file('anchor')))
  await t.rejects(openAll(home), { code: 'bad-key', message: /not the one that .*node\/n1/ })
})

t.test('keys that other users may read, or replace, are not used', async (t) => {
  const dir = t.testdir()
  const home = await used(join(dir, 'home'))
  const key = join(home, 'trust', 'anchor', 'private.pem')
  chmodSync(key, 0o640)
  await t.rejects(openAll(home), { code: 'unsafe-permissions', message: /private\.pem.*chmod 600/ })
  chmodSync(key, 0o600)
  chmodSync(join(home, 'trust'), 0o770)
  await t.rejects(openAll(home), { code: 'unsafe-permissions', message: /chmod 700/ })
  chmodSync(join(home, 'trust'), 0o700)
  await openAll(home)
})

t.test('identities left by another anchor, or under another name, are refused', async (t) => {
  const dir = t.testdir()
  const home = await used(join(dir, 'home'))
  rmSync(join(home, 'trust', 'anchor'), { recursive: true })
  await t.rejects(openAll(home), { code: 'wrong-anchor', message: /node\/n1.*move that folder away/ })
  const other = await used(join(dir, 'other'))
  const file = (node: string) => join(other, 'trust', 'node', node, 'certificate.ndncert')
  await (await Keychain.open(other, at(NOW))).nodeIdentity('n2')
  writeFileSync(file('n1'), readFileSync(file('n2')))
  await t.rejects(openAll(other), { code: 'bad-key' })
  for (const name of ['private.pem', 'certificate.ndncert']) {
    writeFileSync(
      join(other, 'trust', 'node', 'n1', name),
      readFileSync(join(other, 'trust', 'node', 'n2', name)),
    )
  }
  await t.rejects(openAll(other), {
    code: 'wrong-anchor',
    message: /is for .*node\/n2 and was not issued to .*node\/n1/,
  })
})

t.test('a kept certificate that the anchor did not sign is refused, whatever it says', async (t) => {
  const home = await used(join(t.testdir(), 'home'))
  const { anchor } = await Keychain.open(home, at(NOW))
  const file = join(home, 'trust', 'node', 'n1', 'certificate.ndncert')
  const stranger = relocated(makeAnchor(), anchor.name)
  const forged = forgeCertificate({}, await readCertificateFile(file), stranger)
  writeFileSync(file, Certificate.decode(forged).toString())
  await t.rejects(openAll(home), { code: 'wrong-anchor' })
})

t.test('an anchor that someone else signed is refused', async (t) => {
  const dir = t.testdir()
  const home = await used(join(dir, 'home'))
  const file = (...path: string[]) => join(home, 'trust', ...path, 'certificate.ndncert')
  writeFileSync(file('anchor'), readFileSync(file('node', 'n1')))
  await t.rejects(Keychain.open(home, at(NOW)), { code: 'bad-file', message: /not a trust anchor/ })
})

t.test('an anchor that has expired, or a clock before its time, is reported', async (t) => {
  const dir = t.testdir()
  const home = await used(join(dir, 'home'))
  const end = NOW + ANCHOR_VALIDITY_MS + 1000
  await t.rejects(Keychain.open(home, at(end)), { code: 'not-valid-now', message: /expired on 20/ })
  await t.rejects(Keychain.open(home, at(NOW - DAY)), {
    code: 'not-valid-now',
    message: /set this machine's clock/,
  })
})

t.test('an identity that was made later than the clock says is not used', async (t) => {
  const home = t.testdir()
  await Keychain.open(home, at(NOW))
  await (await Keychain.open(home, at(NOW + 9 * DAY))).nodeIdentity('n1')
  const early = await Keychain.open(home, at(NOW + DAY))
  await t.rejects(early.nodeIdentity('n1'), { code: 'not-valid-now', message: /set this machine's clock/ })
})

t.test('a home that cannot be written is reported with its path', async (t) => {
  const dir = t.testdir({ file: '' })
  await t.rejects(Keychain.open(join(dir, 'file')), {
    code: 'unavailable-file',
    message: new RegExp(join(dir, 'file', 'trust')),
  })
})

t.test('an export that cannot be written leaves nothing behind', async (t) => {
  const dir = t.testdir({ taken: { inside: '' } })
  const keychain = await Keychain.open(join(dir, 'home'))
  await t.rejects(keychain.exportAnchor(join(dir, 'taken')), { code: 'unavailable-file' })
  await t.rejects(keychain.exportAnchor(join(dir, 'nowhere', 'anchor')), { code: 'unavailable-file' })
  t.same(readdirSync(dir).sort(), ['home', 'taken'])
})

t.test('a label that could leave the folder is refused', async (t) => {
  const keychain = await Keychain.open(t.testdir())
  for (const label of ['../anchor', '..', '', 'a/b']) {
    await t.rejects(keychain.nodeIdentity(label), { code: 'bad-label' })
    await t.rejects(keychain.producerIdentity(label), { code: 'bad-label' })
  }
})

/** A home that was used before. */
async function used(home: string): Promise<string> {
  await openAll(home)
  return home
}

async function openAll(home: string): Promise<void> {
  const keychain = await Keychain.open(home, at(NOW))
  await keychain.operatorIdentity()
  await keychain.nodeIdentity('n1')
}
