import { mkdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { Cli, TEST_TIMEOUT_MS } from './fixture.ts'

t.setTimeout(TEST_TIMEOUT_MS)

/** What is built of the functions that ship, kept for the next run of this test. */
const ARTIFACTS = fileURLToPath(new URL('../../../node_modules/.cache/ndn-sfc-test', import.meta.url))

const cli = await Cli.create(t)
await mkdir(ARTIFACTS, { recursive: true })
await mkdir(cli.home)
await symlink(ARTIFACTS, join(cli.home, 'artifacts'))

t.test(
  'the demonstration shows who is in the photographs, the way of a request, and the cache',
  async (t) => {
    const demo = cli.start('demo', '--engine', 'process')
    await demo.until(/ctrl-C stops it/)
    const text = demo.output
    t.match(text, /✓ detect-faces: ready after/)
    t.notMatch(text, /✗/)
    t.match(text, /child processes.*--engine docker/)
    for (let number = 1; number <= 6; number++)
      t.match(
        text,
        new RegExp(`^/camera/lobby/${number} .* \\d+ +(fe)?male, \\d+ % +\\d+ % +\\d+ × \\d+ at`, 'm'),
      )
    t.match(text, /^ +1 +age-gender +\S+\/[0-9a-f]{12} +\+\d+ ms +new /m)
    t.match(text, /^ +2 +extract-faces .*\n +3 +detect-faces .*\n +4 +\/camera\/lobby\/6 /m)
    t.match(text, /hit counter went from 0 to 1/)

    const commands = [...text.matchAll(/^ {2}npx ndn-sfc (get .*)$/gm)].map(([, command = '']) => command)
    t.ok(commands.length >= 4)
    t.match(text, /^ {2}npx ndn-sfc status$/m)
    for (const command of commands) {
      const args = command
        .replaceAll("'", '')
        .split(' ')
        .filter((arg) => arg !== '-o' && arg !== 'thumbnail.jpg')
      const { code, stderr } = await cli.run(...args, '--json')
      t.equal(code, 0, `${command}\n${stderr}`)
    }

    const second = await cli.run('demo', '--once', '--engine', 'process')
    t.equal(second.code, 1)
    t.match(second.stderr, /^error: .* is in use: another node runs there.*npm start -- --home DIR/)

    t.match(await demo.stop(), { code: 0, stderr: '' })
  },
)

t.test('with --once it ends', async (t) => {
  const whole = await cli.run('demo', '--once', '--engine', 'process')
  t.equal(whole.code, 0, whole.stdout + whole.stderr)
  t.notMatch(whole.stdout, /second terminal/)
  t.match(whole.stdout, /Stopping the node …\n$/)
})
