import t from 'tap'
import { newCheckout } from './checkout.ts'

const passes = `import t from 'tap'
t.test('a test that passes', async (t) => {
  t.equal(1, 1)
  t.equal(2, 2)
})
t.test('a test that needs more', { skip: 'no engine' }, async () => {})
`
const fails = `import t from 'tap'
interface Erased {
  readonly value: number
}
t.test('outer', (t) => t.test('inner', async (t) => t.same({ value: 1 } satisfies Erased, { value: 2 })))
`
const crashes = `throw new Error('at its very beginning')\n`
const starts = `import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import t from 'tap'
t.test('a process', async (t) => {
  const printed = execFileSync(process.execPath, ['-p', 'process.env.NODE_OPTIONS'], { env: {} })
  t.equal(printed.toString(), 'undefined\\n')
})
t.test('a thread', async (t) => {
  t.same(await once(new Worker(new URL('data:text/javascript,')), 'exit'), [0])
})
`

t.test('each file has a line, with what failed and what was skipped; the last line counts', async (t) => {
  const checkout = newCheckout(t)
  for (const [name, content] of Object.entries({ passes, fails, crashes })) {
    checkout.write(`test/packet/${name}.test.ts`, content)
  }
  const { code, stdout } = await checkout.run('scripts/run.mjs', 'test')
  t.equal(code, 1)
  t.match(stdout, /^ok {4}test\/packet\/passes\.test\.ts: 2 passed, 0 failed, 1 skipped, [0-9.]+ s$/m)
  t.match(stdout, /^ +skipped: a test that needs more \(no engine\)$/m)
  t.match(stdout, /^FAIL {2}test\/packet\/fails\.test\.ts: 0 passed, 1 failed, [0-9.]+ s$/m)
  t.match(stdout, /^ +failed: outer > inner > .*$[\s\S]*\+ {2}"value": 1/m)
  t.match(stdout, /test\/packet\/fails\.test\.ts:5:/, 'a place in the source, not in what it compiled to')
  t.match(stdout, /^FAIL {2}test\/packet\/crashes\.test\.ts: 0 passed, 1 failed/m)
  t.equal(stdout.trimEnd().split('\n').at(-1), '2 passed, 2 failed, 1 skipped')
})

t.test('arguments choose test files', async (t) => {
  const checkout = newCheckout(t)
  for (const [name, content] of Object.entries({ passes, fails }))
    checkout.write(`test/packet/${name}.test.ts`, content)
  for (const argument of ['passes', 'test/packet/passes.test.ts', './dist/test/packet/passes.test.js']) {
    const { code, stdout } = await checkout.run('scripts/run.mjs', 'test', argument)
    t.equal(code, 0)
    t.match(stdout, /\n2 passed, 0 failed, 1 skipped\n$/)
  }
  t.match(await checkout.run('scripts/run.mjs', 'test', 'no-such-thing'), {
    code: 1,
    stderr: /no test file's path holds no-such-thing/,
  })
})

t.test('what a test starts runs without the hooks of tap', async (t) => {
  const checkout = newCheckout(t)
  checkout.write('test/packet/starts.test.ts', starts)
  const { stdout } = await checkout.run('scripts/run.mjs', 'test')
  t.match(stdout, /\n2 passed, 0 failed\n$/)
})
