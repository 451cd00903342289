import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import Database from 'libsql'
import t, { type Test } from 'tap'
import { MAX_REVISIONS, MAX_TOKENS, type Revision, Store } from '../../src/controller/store.ts'
import { temporaryFolder } from '../engine/fixture.ts'

const WRITER = fileURLToPath(new URL('./fixtures/endless-writer.js', import.meta.url))

function makeRevision(revision: number): Revision {
  return {
    deployment: 'photos',
    revision,
    source: { file: 'photos.yaml', text: `# ${revision}` },
    scheduler: 'sf-cuv',
    functions: [],
    facts: [],
    chains: [],
    workflows: [],
    plan: {
      deployment: 'photos',
      scheduler: 'sf-cuv',
      platform: { name: 'lab', networks: [], hosts: [], repository: '', fileServer: '' },
      parts: [],
      instances: [],
      ms: 1,
    },
  }
}

async function openStore(t: Test, home?: string): Promise<Store> {
  return new Store(home ?? (await temporaryFolder(t)))
}

t.test('what was kept is there when the store is opened again', async (t) => {
  const home = await temporaryFolder(t)
  const before = await openStore(t, home)
  t.same(before.desired, { instances: [], pieces: [], tasks: [], contents: [] })
  t.same(before.standings(), [])
  t.equal(before.standing('photos'), undefined)
  t.equal(before.costs, undefined)
  t.equal(before.assignment('a'), undefined)
  const desired = { ...before.desired, contents: [{ deployment: 'photos', prefix: '/camera', node: 'a' }] }
  const standing = { name: 'photos', revision: 1, state: 'ready', deployedAt: 5, phases: {} } as const
  const content = { registry: 'http://r', instances: [], peers: {}, routes: [], tasks: [] }
  before.desired = desired
  before.costs = { a: 1 }
  before.setStanding(standing)
  before.setAssignment('a', { revision: 3, content })
  before.addRevision(makeRevision(1))
  before.close()

  const after = await openStore(t, home)
  t.equal(after.controller, before.controller)
  t.same(after.desired, desired)
  t.same(after.costs, { a: 1 })
  t.same(after.standings(), [standing])
  t.same(after.assignment('a'), { revision: 3, content })
  t.same(after.revision('photos', 1), makeRevision(1))
  after.removeDeployment('photos')
  t.same(after.standings(), [])
  t.same(after.revisions('photos'), [])
  after.close()
})

t.test('a change that fails in the middle has not been', async (t) => {
  const store = await openStore(t)
  const before = store.desired
  t.throws(
    () =>
      store.transaction(() => {
        store.desired = { ...before, contents: [{ deployment: 'd', prefix: '/c', node: 'a' }] }
        store.costs = 1
        throw new Error('enough')
      }),
    { message: 'enough' },
  )
  t.equal(store.desired, before)
  t.equal(store.costs, undefined)
  store.close()
})

t.test('the oldest revisions go', async (t) => {
  const store = await openStore(t)
  for (let revision = 1; revision <= MAX_REVISIONS + 3; revision++) store.addRevision(makeRevision(revision))
  const kept = store.revisions('photos')
  t.equal(kept.length, MAX_REVISIONS)
  t.equal(kept[0], MAX_REVISIONS + 3, 'the newest comes first')
  t.equal(store.revision('photos', 3), undefined)
  store.dropRevision('photos', 4)
  t.equal(store.revisions('photos').at(-1), 5)
  store.close()
})

t.test('tokens are kept as hashes, and are bounded', async (t) => {
  const store = await openStore(t)
  store.addToken('alice', 'operator', 'secret', 7)
  t.match(store.findToken('secret'), { name: 'alice', role: 'operator', created: 7 })
  t.equal(store.findToken('Secret'), undefined)
  t.throws(() => store.addToken('alice', 'viewer', 'other'), {
    code: 'conflict',
    message: /there is a token alice/,
  })
  store.transaction(() => {
    for (let n = 1; n < MAX_TOKENS; n++) store.addToken(`t${n}`, 'viewer', `secret ${n}`)
  })
  t.throws(() => store.addToken('one-more', 'viewer', 'more'), { code: 'too-many' })
  t.equal(store.removeToken('alice'), true)
  t.equal(store.removeToken('alice'), false)
  t.equal(store.tokens().length, MAX_TOKENS - 1)
  t.equal(store.findToken('secret'), undefined)
  store.close()
})

t.test('one controller has a home', async (t) => {
  const home = await temporaryFolder(t)
  const store = await openStore(t, home)
  t.throws(() => new Store(home), { code: 'conflict', message: /another controller runs on this home/ })
  store.close()
  new Store(home).close()
})

t.test('a file that cannot be used is named, with what to do', async (t) => {
  const home = await temporaryFolder(t)
  const file = join(home, 'controller.sqlite')
  await writeFile(file, 'this is no database'.repeat(1000))
  t.throws(() => new Store(home), {
    code: 'conflict',
    message: /controller\.sqlite cannot be used: .*Restore it/,
  })

  const newer = await temporaryFolder(t)
  const db = new Database(join(newer, 'controller.sqlite'))
  db.exec('PRAGMA user_version = 99')
  db.close()
  t.throws(() => new Store(newer), { code: 'conflict', message: /newer version of ndn-sfc \(schema 99/ })
  t.throws(() => new Store(join(file, 'home')))
})

t.test(
  'killed in the middle of writing, it has all that was committed and no half of anything',
  async (t) => {
    const home = await temporaryFolder(t)
    let last = 0
    for (let round = 0; round < 3; round++) {
      const writer = spawn(process.execPath, [...process.execArgv, WRITER, home], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      for await (const line of createInterface(writer.stdout)) {
        last = Number(line)
        // At some point between two lines, or in the middle of what leads to one.
        if (last % 17 === 10) break
      }
      writer.kill('SIGKILL')
      await once(writer, 'exit')
      const store = new Store(home)
      const count = store.desired.tasks.length
      t.ok(count >= last, 'what was said to be committed is there')
      t.equal(store.standing('d')?.revision, count, 'and both halves of each change')
      store.close()
    }
    await appendFile(join(home, 'controller.sqlite-wal'), 'torn')
    const store = new Store(home)
    t.equal(store.standing('d')?.revision, store.desired.tasks.length)
    store.close()
  },
)
