import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t, { type Test } from 'tap'
import { root } from './checkout.ts'

const sound: Record<string, string> = {
  'src/cli/main.ts': `import { route } from '../router/index.ts'\nroute()`,
  'src/router/index.ts': `export { route } from './route.ts'`,
  'src/router/route.ts': `import { name } from '../packet/index.ts'\nexport const route = () => name`,
  'src/packet/index.ts': `export { name } from './name.ts'`,
  'src/packet/name.ts': `export const name = ''`,
  'src/function/index.ts': `import '../packet/index.ts'`,
  'functions/upper/index.ts': `import 'ndn-sfc'\nimport '../lib/index.ts'`,
  'functions/lower/index.ts': `import './inside.ts'`,
  'functions/lower/inside.ts': '',
  'functions/lib/index.ts': '',
  'test/packet/name.test.ts': `import '../../src/packet/name.ts'`,
  'test/router/route.test.ts': `import '../../src/packet/index.ts'\nimport '../help.ts'`,
  'test/help.ts': `import '../src/router/index.ts'`,
  'bench/main.ts': `import '../src/router/index.ts'`,
}

const unsound: Record<string, [rule: string, content: string]> = {
  'src/packet/up.ts': ['packet imports only from below', `import '../router/index.ts'`],
  'src/packet/type.ts': ['packet imports only from below', `import type { route } from '../router/index.ts'`],
  'src/packet/again.ts': ['packet imports only from below', `export * from '../router/index.ts'`],
  'src/packet/late.ts': ['packet imports only from below', `await import('../router/index.ts')`],
  'src/router/up.ts': ['router imports only from below', `import '../cli/index.ts'`],
  'src/router/inside.ts': ['src goes in by the door', `import '../packet/name.ts'`],
  'src/router/far.ts': ['src stands alone', `import '../../functions/upper/index.ts'`],
  'src/router/tested.ts': ['src stands alone', `import '../../test/help.ts'`],
  'src/attic/index.ts': ['every folder has its floor', `import '../packet/index.ts'`],
  'src/trust/index.ts': ['no cycle', `import './other.ts'`],
  'test/router/inside.test.ts': ['tests go in by the door', `import '../../src/packet/name.ts'`],
  'bench/inside.ts': ['bench goes in by the door', `import '../src/packet/name.ts'`],
  'functions/upper/own.ts': ['functions use ndn-sfc and packages', `import '../../src/function/index.ts'`],
  'functions/upper/next.ts': ['functions use ndn-sfc and packages', `import '../lower/index.ts'`],
}

t.test('imports that point down and go in by the door are let through', async (t) => {
  t.same(check(t, sound), { status: 0, violations: [] })
})

t.test('every other import is refused, by the rule that it breaks', async (t) => {
  const files = Object.entries(unsound).map(([file, [, content]]) => [file, content])
  const others = { 'src/cli/index.ts': '', 'src/trust/other.ts': `import './index.ts'` }
  const { status, violations } = check(t, { ...sound, ...others, ...Object.fromEntries(files) })
  t.ok(status, 'the exit code says so')
  t.same(
    violations,
    Object.entries(unsound)
      .map(([file, [rule]]) => `${file}: ${rule}`)
      .sort(),
  )
})

/** Checks a repository of these files, by the rules of this one. */
function check(t: Test, files: Record<string, string>) {
  const cwd = t.testdir({})
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(dirname(join(cwd, file)), { recursive: true })
    writeFileSync(join(cwd, file), content)
  }
  const config = join(root, '.dependency-cruiser.mjs')
  const args = ['--config', config, 'src', 'functions', 'bench', 'test']
  const options = { cwd, encoding: 'utf8' } as const
  const { status, stdout } = spawnSync(join(root, 'node_modules/.bin/depcruise'), args, options)
  const violations = [...stdout.matchAll(/^ *error (.*): (\S+) →/gm)].map(
    ([, rule, from]) => `${from}: ${rule}`,
  )
  return { status, violations: violations.sort() }
}
