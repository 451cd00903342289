import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { root } from './checkout.ts'

t.test('a lock file without addresses, all licenses known, passes', async (t) => {
  const { status, stderr } = check(t, {
    'node_modules/a': { license: 'MIT' },
    'node_modules/b': { license: '(GPL-3.0-only OR Apache-2.0)' },
    'node_modules/c': { license: 'GPL-3.0-only', dev: true },
    'node_modules/@img/sharp-libvips-linux-x64': { license: 'LGPL-3.0-or-later', optional: true },
    'node_modules/linked': { resolved: 'functions/lib/linked', link: true },
  })
  t.equal(stderr, '')
  t.equal(status, 0)
})

t.test('an address in the lock file is refused', async (t) => {
  const entry = { license: 'MIT', resolved: 'https://registry.example/a.tgz' }
  const { status, stderr } = check(t, { 'node_modules/a': entry })
  t.equal(status, 1)
  t.match(stderr, /^node_modules\/a has an address/)
})

for (const license of ['GPL-3.0-only', 'MIT AND GPL-3.0-only', 'SEE LICENSE IN LICENSE.md', undefined]) {
  t.test(`of what a user runs, the license ${license} is refused`, async (t) => {
    const { status, stderr } = check(t, { 'node_modules/a/node_modules/b': { license } })
    t.equal(status, 1)
    t.match(stderr, `node_modules/a/node_modules/b has the license ${license ?? ''}`)
  })
}

function check(t: Test, packages: object) {
  const folder = t.testdir({ 'lock.json': JSON.stringify({ packages }) })
  const args = [join(root, 'scripts/check-packages.mjs'), join(folder, 'lock.json')]
  return spawnSync(process.execPath, args, { encoding: 'utf8' })
}
