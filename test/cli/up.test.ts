import { existsSync } from 'node:fs'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { Cli, datasetFrom, FUNCTIONS, TEST_TIMEOUT_MS, temporaryFolder, writeFunctions } from './fixture.ts'

t.setTimeout(TEST_TIMEOUT_MS)

const { upper, length, endless } = FUNCTIONS

interface LogLine {
  level: number
  msg: string
  function?: string
  state?: string
  addresses?: string[]
}

function logOf(output: string): LogLine[] {
  return output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as LogLine)
}

/** Processes that were started, directly or not, by one that may have ended: those with its home in their environment. */
async function processesOf(home: string): Promise<string[]> {
  const found: string[] = []
  for (const pid of (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry))) {
    const environment = await readFile(`/proc/${pid}/environ`, 'latin1').catch(() => '')
    if (environment.includes(home) && pid !== String(process.pid)) found.push(pid)
  }
  return found
}

async function leavesNothing(t: Test, cli: Cli): Promise<void> {
  t.strictSame(await processesOf(cli.home), [], 'no process')
  t.notOk(existsSync(join(cli.home, 'router.sock')), 'no socket')
  t.notOk(existsSync(join(cli.home, 'run')), 'no socket of an instance')
}

t.test('it logs each function, where they run, and where it answers', async (t) => {
  const cli = await Cli.create(t)
  const node = await cli.up({ upper, length })
  t.ok((await processesOf(cli.home)).length >= 3, 'the node and two instances')
  const { code, stdout, stderr } = await node.stop()
  t.equal(code, 0)
  t.equal(stderr, '')
  const log = logOf(stdout)
  for (const name of ['upper', 'length'])
    t.ok(log.some((line) => line.function === name && line.msg === 'ready'))
  t.ok(log.some(({ msg }) => msg.includes('child processes') && msg.includes('--engine docker')))
  const ready = log.find(({ state }) => state === 'ready')
  t.match(ready, {
    msg: /^ready: 2 of 2 functions at unix:\/\/.*router\.sock; try 'ndn-sfc functions'/,
    addresses: [`unix://${cli.home}/router.sock`],
  })
  t.equal(log.at(-1)?.msg, 'stopped')
  await leavesNothing(t, cli)
})

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  t.test(`${signal} while it starts leaves nothing behind`, async (t) => {
    const cli = await Cli.create(t)
    const paths = await writeFunctions(await temporaryFolder(t), { upper, length })
    const node = cli.start('up', '--engine', 'process', ...paths.flatMap((path) => ['--function', path]))
    await node.until(/"msg":"starting"/)
    t.equal((await node.stop(signal)).code, 0)
    await leavesNothing(t, cli)
  })
}

t.test('a second ctrl-C does not wait for work in hand', async (t) => {
  const cli = await Cli.create(t)
  const node = await cli.up({ endless })
  const get = cli.start('get', 'endless/localhost/ndn-sfc/status')
  await waitFor(() => isAsked(cli, 'endless'))
  node.signal('SIGINT')
  await node.until(/stopping; once more to end at once/)
  t.equal((await node.stop()).code, 130)
  t.equal((await get.ended).code, 7)
  await waitFor(async () => (await processesOf(cli.home)).length === 0)
})

t.test('a second node in the same home is refused, and the first goes on', async (t) => {
  const cli = await Cli.create(t)
  await cli.up({ upper })
  const { code, stdout, stderr } = await cli.run('up', '--engine', 'process')
  t.equal(code, 1)
  t.match(stderr, /^error: .*router\.sock is in use: another node runs there\..*\n$/)
  t.equal(stdout, '')
  t.match(await cli.run('get', 'upper/localhost/ndn-sfc/status'), { code: 8 }, 'its function still answers')
})

t.test('a Docker Engine that does not answer is told of in one line', async (t) => {
  const cli = (await Cli.create(t)).with({ DOCKER_HOST: 'unix:///none/docker.sock' })
  const { code, stderr } = await cli.run('up', '--engine', 'docker')
  t.equal(code, 1)
  t.match(stderr, /^error: .*\/none\/docker\.sock.*\n$/)
  await leavesNothing(t, cli)
})

t.test('a configuration that makes no sense is told of with file and line', async (t) => {
  const cli = await Cli.create(t)
  const config = join(await temporaryFolder(t), 'node.yaml')
  await writeFile(config, 'name: lab\nengin: docker\nlimits:\n  pending: -1\n')
  const { code, stderr } = await cli.run('up', '--config', config)
  t.equal(code, 2)
  t.match(stderr, /node\.yaml:2: engin: there is no such field/)
  t.match(stderr, /node\.yaml:4: limits\.pending: /)
})

t.test('a function that cannot be built is told of, and the node goes on without it', async (t) => {
  const cli = await Cli.create(t)
  const node = await cli.up({ upper, wrong: 'input: 1 / }' })
  t.match(node.output, /"level":50.*wrong/)
  t.match(node.output, /"msg":"ready: 1 of /)
  t.match((await cli.run('functions')).stdout, /^upper +0\.0\.0 +ready /m)
})

t.test(
  'what is said on the command line takes the place of what the file says, paths included',
  async (t) => {
    const cli = await Cli.create(t)
    const [path = ''] = await writeFunctions(await temporaryFolder(t), { upper })
    const config = join(await temporaryFolder(t), 'node.yaml')
    await writeFile(config, 'home: elsewhere\nengine: docker\nfunctions: [none]\n')
    const node = cli.start(
      'up',
      '--config',
      config,
      '--engine',
      'process',
      '--function',
      path,
      '--home',
      cli.home,
    )
    await node.until(/"msg":"ready: 1 of 1 function at/)
    t.equal((await node.stop()).code, 0)
  },
)

/** Whether a function has been asked for something. */
async function isAsked(cli: Cli, name: string): Promise<boolean> {
  const faces = await datasetFrom(cli.home, 'faces')
  return faces.some((face) => face.function === name && face.interestsOut > 0)
}

async function waitFor(check: () => Promise<boolean>): Promise<void> {
  while (!(await check()));
}

t.test('it goes on though nobody reads its log', async (t) => {
  const cli = await Cli.create(t)
  const node = await cli.up({ upper })
  node.hangUp()
  for (const availability of ['pause', 'active', 'pause']) {
    const { code, stderr } = await cli.run('node', 'availability', availability)
    t.equal(code, 0, stderr)
  }
  const { code, stdout } = await cli.run('status', '--json')
  t.equal(code, 0)
  t.equal(JSON.parse(stdout).availability, 'pause')
  t.equal((await node.stop()).code, 0)
  await leavesNothing(t, cli)
})
