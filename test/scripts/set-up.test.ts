import { once } from 'node:events'
import { existsSync, readFileSync, rmSync, statSync } from 'node:fs'
import t from 'tap'
import { newCheckout, until } from './checkout.ts'

const run = 'scripts/run.mjs'

t.test('a Node.js that is too old is told which one is needed', async (t) => {
  const checkout = newCheckout(t)
  const pretend = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.18.3' } })`
  const { code, stderr } = await checkout.run('--import', `data:text/javascript,${pretend}`, run, 'start')
  t.equal(code, 1)
  t.match(stderr, /needs Node\.js 20\.19 or newer, and this is 20\.18\.3/)
  t.notOk(existsSync(checkout.path('npm.log')))
})

t.test(
  'packages are installed if they are absent or others than the lock file names, and only then',
  async (t) => {
    const checkout = newCheckout(t)
    const installs = () => readFileSync(checkout.path('npm.log'), 'utf8').trim().split('\n')

    t.match(await checkout.run(run, 'build'), { code: 0, stderr: /installing packages: done/ })
    t.same(installs(), ['ci --include=dev'])
    t.match(await checkout.run(run, 'build'), { code: 0, stderr: /^$/ })
    t.equal(installs().length, 1)

    checkout.wantVersion('1.0.1')
    t.match(await checkout.run(run, 'build'), { code: 0, stderr: /installing packages: done/ })
    t.equal(installs().length, 2)
  },
)

t.test('the code is compiled when a source has changed, and only then', async (t) => {
  const checkout = newCheckout(t)
  t.match(await checkout.run(run, 'build'), { stderr: /building: done/ })
  t.ok(statSync(checkout.path('dist/src/cli/main.js')).mode & 0o100, 'the command can be executed')
  t.match(await checkout.run(run, 'build'), { code: 0, stderr: /^$/ })

  checkout.write('src/packet/index.ts', "export const twice = (n: number): string => 2 * n + '!'\n")
  t.match(await checkout.run(run, 'start'), { stdout: 'job 42! demo\n', stderr: /building: done/ })

  rmSync(checkout.path('dist/src/packet/index.js'))
  t.match(await checkout.run(run, 'start'), { stdout: 'job 42! demo\n', stderr: /building: done/ })
})

t.test('what a deleted source compiled to is deleted', async (t) => {
  const checkout = newCheckout(t)
  checkout.write('test/packet/gone.test.ts', 'export {}\n')
  await checkout.run(run, 'build')
  t.ok(existsSync(checkout.path('dist/test/packet/gone.test.js')))
  rmSync(checkout.path('test/packet/gone.test.ts'))
  await checkout.run(run, 'build')
  for (const extension of ['js', 'js.map', 'd.ts']) {
    t.notOk(existsSync(checkout.path(`dist/test/packet/gone.test.${extension}`)))
  }
})

t.test('a build that fails shows why, and starts nothing, each time anew', async (t) => {
  const checkout = newCheckout(t)
  checkout.write('src/packet/index.ts', "export const twice = (n: number): number => n + '!'\n")
  for (let time = 0; time < 2; time++) {
    t.match(await checkout.run(run, 'start'), {
      code: 1,
      stdout: /^$/,
      stderr: /src\/packet\/index\.ts\(1,45\): error TS2322[\s\S]*building: FAILED/,
    })
  }
})

t.test('an installation that fails shows why', async (t) => {
  const checkout = newCheckout(t)
  checkout.write(
    'bin/npm',
    `#!${process.execPath}\nconsole.error('no route to the registry')\nprocess.exit(1)\n`,
  )
  t.match(await checkout.run(run, 'start'), {
    code: 1,
    stdout: /^$/,
    stderr: /no route to the registry[\s\S]*installing packages: FAILED after .* \(npm ci/,
  })
})

t.test('arguments are passed on to the job', async (t) => {
  const checkout = newCheckout(t)
  t.match(await checkout.run(run, 'start', '--once', 'a b'), { code: 0, stdout: 'job 42 demo --once a b\n' })
})

t.test('a job answers an interrupt in its own way, and its exit code is passed on', async (t) => {
  const checkout = newCheckout(t)
  const child = checkout.start(run, 'start', '--stay')
  const closed = once(child, 'close')
  await until(child.stdout, 'job 42')
  const stopped = until(child.stdout, 'stopped')
  child.kill('SIGINT')
  await stopped
  t.same(await closed, [5, null])
})

t.test('an interrupt of the installation ends npm first, and the next run installs', async (t) => {
  const checkout = newCheckout(t)
  checkout.write('npm.hold', '')
  const child = checkout.start(run, 'start')
  const closed = once(child, 'close')
  await until(child.stderr, 'installing packages')
  // npm says nothing of itself until it ends.
  while (!existsSync(checkout.path('npm.log'))) await new Promise(setImmediate)
  child.kill('SIGINT')
  t.same(await closed, [130, null])
  t.match(readFileSync(checkout.path('npm.log'), 'utf8'), /interrupted/)

  rmSync(checkout.path('npm.hold'))
  t.match(await checkout.run(run, 'start'), { code: 0, stderr: /installing packages: done/ })
})

t.test('of two that start at once, one installs and builds, and the other waits', async (t) => {
  const checkout = newCheckout(t)
  checkout.write('npm.hold', '')
  const first = checkout.start(run, 'start')
  const firstClosed = once(first, 'close')
  await until(first.stderr, 'installing packages')
  const second = checkout.start(run, 'start')
  const secondClosed = once(second, 'close')
  await until(second.stderr, `waiting for another set-up, process ${first.pid}`)
  rmSync(checkout.path('npm.hold'))
  t.same(await Promise.all([firstClosed, secondClosed]), [
    [0, null],
    [0, null],
  ])
  t.equal(readFileSync(checkout.path('npm.log'), 'utf8'), 'ci --include=dev\n')
})

t.test('a set-up that was killed does not stop the next', async (t) => {
  const checkout = newCheckout(t)
  checkout.write('npm.hold', '')
  const child = checkout.start(run, 'start')
  const closed = once(child, 'close')
  await until(child.stderr, 'installing packages')
  child.kill('SIGKILL')
  rmSync(checkout.path('npm.hold'))
  await closed
  t.match(await checkout.run(run, 'start'), { code: 0, stdout: /job 42/ })
})
