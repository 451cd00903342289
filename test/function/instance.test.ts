import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { buildArtifact } from '../../src/engine/index.ts'
import { type Identity, readInstanceIdentity, verifySignature } from '../../src/trust/index.ts'
import { makeFolder } from './fixtures/identities.ts'
import { Instance } from './fixtures/instance.ts'
import { textOf } from './fixtures/world.ts'

/** Waits for a line on stdin. */
const WAIT = `new Promise((resolve) => process.stdin.once('data', resolve))`
const UPPER_CASE = `{ apply: (input) => Buffer.from(input).toString().toUpperCase() }`

t.test('an instance connects when it is prepared, works, and ends when its socket closes', async (t) => {
  const instance = await Instance.start(t, {
    definition: `{ ...${UPPER_CASE}, async prepare() { console.error('preparing'); await ${WAIT} } }`,
  })
  await instance.says('preparing')
  t.notOk(instance.isConnected)
  instance.go()
  const face = await instance.connected
  instance.world.addContent('/x', 'abc')
  const identity: Identity = readInstanceIdentity(join(instance.folder, 'identity.json'))
  const result = await instance.world.get('f/x', {
    verify: async (data) => {
      t.ok(verifySignature(data, identity.certificate.publicKey), 'signed with its own key')
      t.ok(data.signatureInfo.keyLocator?.equals(identity.certificate.name))
    },
  })
  t.equal(textOf(result), 'ABC')
  face.close()
  t.same(await instance.ended, [0, null])
  t.equal(instance.stderr, 'preparing\n')
})

t.test('on SIGTERM an instance finishes its work and ends; SIGINT is not for it', async (t) => {
  const instance = await Instance.start(t, {
    definition: `{
      prepare() { process.on('SIGTERM', () => console.error('asked to stop')) },
      async apply(input, { log }) { log('at work'); await ${WAIT}; return input },
    }`,
  })
  await instance.connected
  instance.world.addContent('/x', 'abc')
  const result = instance.world.get('f/x')
  await instance.says('at work')
  instance.child.kill('SIGINT')
  instance.child.kill('SIGTERM')
  await instance.says('asked to stop')
  instance.go()
  t.equal(textOf(await result), 'abc')
  t.same(await instance.ended, [0, null])
})

t.test('on SIGTERM an instance that is not yet ready ends at once', async (t) => {
  const instance = await Instance.start(t, {
    definition: `{ ...${UPPER_CASE}, async prepare() { console.error('preparing'); await ${WAIT} } }`,
  })
  await instance.says('preparing')
  instance.child.kill('SIGTERM')
  t.same(await instance.ended, [0, null])
})

t.test('what keeps an instance from starting is said, and it ends with code 1', async (t) => {
  const cases: [definition: string, env: NodeJS.ProcessEnv, hasRouter: boolean, stderr: RegExp][] = [
    [
      UPPER_CASE,
      { NDN_SFC_SOCKET: '' },
      true,
      /f cannot start: Error: NDN_SFC_SOCKET is not set: a function is started by a node/,
    ],
    [UPPER_CASE, { NDN_SFC_IDENTITY: undefined }, true, /NDN_SFC_IDENTITY is not set/],
    [
      UPPER_CASE,
      { NDN_SFC_IDENTITY: '/no/such/file' },
      true,
      /f cannot start: TrustError: .*\/no\/such\/file/,
    ],
    [UPPER_CASE, {}, false, /f cannot start: FaceError: nothing answers at unix:\/\/.*router\.sock/],
    [
      `{ ...${UPPER_CASE}, prepare() { throw new Error('no model') } }`,
      {},
      true,
      /f cannot start: Error: no model\n +at /,
    ],
    [`{ ...${UPPER_CASE}, prepare: () => Promise.reject('no model') }`, {}, true, /f cannot start: no model/],
    ['undefined', {}, true, /f cannot start: TypeError: f has neither a command nor a module/],
  ]
  const endings = cases.map(async ([definition, env, hasRouter, stderr]) => {
    const instance = await Instance.start(t, { definition, env, hasRouter })
    t.same(await instance.ended, [1, null])
    t.match(instance.stderr, stderr)
    t.notOk(instance.isConnected)
  })
  await Promise.all(endings)
})

t.test('a command runs in the folder of its artifact', async (t) => {
  const instance = await Instance.start(t, {
    definition: 'undefined',
    manifest: { command: ['sh', 'tool.sh'], programs: ['sh'] },
  })
  await writeFile(join(instance.folder, 'tool.sh'), 'tr a-z A-Z')
  await instance.connected
  instance.world.addContent('/x', 'abc')
  t.equal(textOf(await instance.world.get('f/x')), 'ABC')
})

t.test('an artifact runs as it was built', async (t) => {
  const folder = await makeFolder(t)
  const source = join(folder, 'reverse.ts')
  await writeFile(
    source,
    `import { defineFunction } from 'ndn-sfc'
     export default defineFunction({
       name: 'reverse',
       input: 'text/*',
       output: 'text/plain',
       apply: (input: Uint8Array) => Buffer.from(input).toString().split('').reverse().join(''),
     })`,
  )
  const artifact = await buildArtifact(source, { cacheDirectory: join(folder, 'cache') })
  const instance = await Instance.start(t, {
    definition: '',
    manifest: { name: 'reverse' },
    main: join(artifact.directory, 'main.mjs'),
  })
  await instance.connected
  instance.world.addContent('/x', 'abc')
  t.equal(textOf(await instance.world.get('reverse/x')), 'cba')
  instance.child.kill('SIGTERM')
  t.same(await instance.ended, [0, null])
})
