import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { ApiOptions } from '../../src/api/index.ts'
import { type ControllerActions, ControllerError } from '../../src/controller/index.ts'
import { FakeController, MemoryTokens, promised, serve } from '../api/fixture.ts'
import { DEPLOYMENT, INSTANCE, NODE, NOW, PLAN, RESULT, ROUTE, RUN } from '../api/views.ts'
import { Cli, TEST_TIMEOUT_MS, temporaryFolder } from './fixture.ts'

t.setTimeout(TEST_TIMEOUT_MS)

/** A command whose controller is a fake one of this process. */
async function controlled(
  t: Test,
  actions: Partial<ControllerActions> = {},
  options: ApiOptions = {},
): Promise<{ cli: Cli; controller: FakeController; url: string }> {
  const controller = new FakeController(actions)
  const { url } = await serve(t, controller, options)
  const cli = (await Cli.create(t)).with({ NDN_SFC_CONTROLLER: url })
  return { cli, controller, url }
}

t.test('deploy sends the file, shows what happens and what it took', async (t) => {
  const { cli, controller } = await controlled(t)
  const folder = await temporaryFolder(t)
  const file = join(folder, 'photos.yaml')
  await writeFile(file, 'name: photos\n')
  const source = { file, text: 'name: photos\n' }

  const plain = await cli.run('deploy', file)
  t.match(plain, { code: 0, stdout: /^photos revision 3 is ready\n\nphase +time +moved\nplan +12 ms\n/ })
  t.match(plain.stderr, /✓ resize-1 on edge: ready: pull 1\.20 s and 12\.1 MB/)

  const chart = join(folder, 'plan.svg')
  const json = await cli.warm(
    'deploy',
    file,
    '--json',
    '--scheduler',
    'heft',
    '--time-limit',
    '2s',
    '--gantt',
    chart,
  )
  t.same(JSON.parse(json.stdout), DEPLOYMENT)
  t.match(await readFile(chart, 'utf8'), /^<svg .*photo-summary.*warm/s)

  const dry = await cli.warm('deploy', file, '--dry-run')
  t.match(dry, {
    code: 0,
    stdout: /^photos: planned by sf-cuv in 12 ms\n\nphoto-summary: response time/,
    stderr: '',
  })
  t.same(JSON.parse((await cli.warm('deploy', file, '--dry-run', '--json')).stdout), PLAN)

  t.same(controller.calls, [
    ['deploy', source, {}],
    ['deploy', source, { scheduler: 'heft', timeLimit: 2000 }],
    ['plan', source, {}],
    ['plan', source, {}],
  ])
  t.match(await cli.warm('deploy', join(folder, 'none.yaml')), {
    code: 2,
    stderr: /none\.yaml: there is no such file/,
  })
})

t.test('a chart for each of several parts has a number in its name', async (t) => {
  const [part] = PLAN.parts
  const plan: ControllerActions['plan'] = async () => ({ ...PLAN, parts: [part, part] as typeof PLAN.parts })
  const { cli } = await controlled(t, { plan })
  const folder = await temporaryFolder(t)
  await writeFile(join(folder, 'photos.yaml'), '')
  const { code, stderr } = await cli.warm(
    ...['deploy', join(folder, 'photos.yaml'), '--dry-run', '--gantt', join(folder, 'plan.html')],
  )
  t.equal(code, 0)
  for (const number of [1, 2]) {
    t.match(stderr, `plan-${number}.html: photo-summary\n`)
    t.match(await readFile(join(folder, `plan-${number}.html`), 'utf8'), /^<!doctype html>/i)
  }
})

t.test('what a controller refuses is told with all problems and the exit code of its kind', async (t) => {
  const deploy: ControllerActions['deploy'] = async () => {
    throw new ControllerError('cannot-place', 'no node takes resize:\n  edge: it has no camera', {
      problems: ['resize: edge: it has no camera'],
    })
  }
  const { cli } = await controlled(t, { deploy })
  const file = join(await temporaryFolder(t), 'photos.yaml')
  await writeFile(file, '')
  t.match(await cli.warm('deploy', file), {
    code: 8,
    stdout: '',
    stderr: 'error: no node takes resize:\n  edge: it has no camera\n',
  })
})

t.test('ctrl-C leaves a deployment to the controller', async (t) => {
  const deploy: ControllerActions['deploy'] = (_source, _options, onEvent) => {
    onEvent?.({ type: 'phase', phase: 'plan', ms: 1 })
    return new Promise(() => {})
  }
  const { cli } = await controlled(t, { deploy })
  const file = join(await temporaryFolder(t), 'photos.yaml')
  await writeFile(file, '')
  const running = cli.start('deploy', file)
  await running.until(/plan: 1\.0 ms/)
  t.match(await running.stop(), { code: 130, stderr: /the controller goes on; 'ndn-sfc deployment ls'/ })
})

t.test('rollback, deployment and instance ask what they say', async (t) => {
  const { cli, controller } = await controlled(t)
  const cases: [args: string[], stdout: RegExp, call: unknown[]][] = [
    [['rollback', 'photos'], /^photos revision 3 is ready\n/, ['rollback', 'photos', undefined]],
    [['rollback', 'photos', '--to', '2'], /^photos revision 3/, ['rollback', 'photos', 2]],
    [['deployment', 'ls'], /^deployment .*\nphotos /, ['deployments']],
    [['deployment', 'show', 'photos'], /^photos\nstate /, ['deployment', 'photos']],
    [['deployment', 'show', 'photos', '--source'], /^name: photos\n$/, ['source', 'photos', undefined]],
    [['deployment', 'rm', 'photos'], /^removed photos\n$/, ['remove', 'photos']],
    [['instance', 'ls'], /^instance .*\nresize-1 /, ['instances']],
    [['instance', 'logs', 'resize-1'], /Z it \\x1b\[31mworks\n$/, ['logs', 'resize-1']],
    [['instance', 'stats'], /\nresize-1 .*44\.8 MB/, ['instances']],
    [['instance', 'stats', 'resize-1'], /\nresize-1 /, ['instance', 'resize-1']],
    [
      ['instance', 'stop', 'resize-1'],
      /^resize-1 on edge: paused, told to stop\n$/,
      ['hold', 'resize-1', 'stop'],
    ],
    [['instance', 'pause', 'resize-1'], /told to pause\n$/, ['hold', 'resize-1', 'pause']],
    [['instance', 'resume', 'resize-1'], /: ready\n$/, ['hold', 'resize-1', undefined]],
    [['instance', 'restart', 'resize-1'], /: ready\n$/, ['restart', 'resize-1', false]],
    [['instance', 'restart', 'resize-1', '--kill'], /: ready\n$/, ['restart', 'resize-1', true]],
  ]
  for (const [args, stdout, call] of cases) {
    controller.calls.length = 0
    t.match(await cli.warm(...args), { code: 0, stdout }, args.join(' '))
    t.same(controller.calls, [call])
  }
  const json: [args: string[], value: unknown][] = [
    [['deployment', 'ls'], [DEPLOYMENT]],
    [['deployment', 'show', 'photos'], DEPLOYMENT],
    [['instance', 'ls'], [INSTANCE]],
    [['instance', 'stats', 'resize-1'], INSTANCE],
    [['instance', 'restart', 'resize-1'], INSTANCE],
    [['routes', '--all'], [ROUTE]],
  ]
  for (const [args, value] of json) t.same(JSON.parse((await cli.warm(...args, '--json')).stdout), value)
  t.match(await cli.warm('instance', 'stats', 'none'), {
    code: 3,
    stderr: 'error: there is no instance none\n',
  })
})

t.test('nodes are looked at and told through the controller', async (t) => {
  const { cli, controller, url } = await controlled(t)
  t.match(await cli.warm('node', 'ls'), { code: 0, stdout: /\ncloud +unreachable .*\nedge +active / })
  t.match(await cli.warm('node', '--name', 'edge'), {
    stdout: /^node +edge, linux on arm64\n(.*\n)*active, assignment 7 of 7\n$/,
  })
  t.match(JSON.parse((await cli.warm('node', '--name', 'edge', '--json')).stdout), {
    name: 'edge',
    revision: 7,
  })
  t.match(await cli.warm('node', '--name', 'edg'), { code: 3, stderr: /no node 'edg'; did you mean edge\?/ })
  controller.calls.length = 0
  t.match(await cli.warm('node', 'availability', 'drain', '--name', 'edge'), { code: 0, stdout: 'drain\n' })
  t.match(await cli.warm('node', 'label', 'a=1', 'b-', '--name', 'edge'), { stdout: 'labels: camera=true\n' })
  t.match(await cli.warm('node', '--name', 'edge', 'calibrate'), {
    stdout: '1800 MIPS, as the configuration says\n',
  })
  t.same(controller.calls, [
    ['setAvailability', 'edge', 'drain'],
    ['changeLabels', 'edge', { set: { a: '1' }, removed: ['b'] }],
    ['calibrate', 'edge'],
  ])
  t.match(await cli.warm('routes', '--all'), { stdout: /\nedge +resize +controller .*photos\/sf-cuv\/3/ })
  t.match(await cli.warm('routes', '--controller', url), { stdout: /\nedge +resize / })
  t.match(await cli.warm('routes'), { code: 7, stderr: /no router/ }, 'in the environment it is no wish')
})

t.test('run gives the result, and tells what was planned and what was', async (t) => {
  const { cli, controller } = await controlled(t)
  const folder = await temporaryFolder(t)
  const plain = await cli.warm('run', 'photo-summary', '/camera/1')
  t.match(plain, { code: 0, stdout: '{"of": 2}' })
  t.match(plain.stderr, /^run run-1: 2 tasks\n {2}✓ split: 1\.10 s on edge\/0, 1\.24 MB\n {2}✓ merge: /)
  t.match(plain.stderr, /\nphoto-summary: 2\.8000 s, planned 2\.5000 s/)
  t.same(controller.calls, [['run', 'photo-summary', '/camera/1']])

  const [file, chart] = [join(folder, 'result.json'), join(folder, 'run.svg')]
  const written = await cli.warm('run', 'photo-summary', '/camera/1', '-o', file, '--gantt', chart)
  t.match(written, { code: 0, stdout: '', stderr: /result\.json: 9 B of application\/json\n$/ })
  t.equal(await readFile(file, 'utf8'), RESULT.toString())
  t.match(await readFile(chart, 'utf8'), /^<svg .*actual/s)

  const json = JSON.parse((await cli.warm('run', 'photo-summary', '/camera/1', '--json')).stdout)
  t.same(json, { ...RUN, content: { of: 2 } })
  t.match(await cli.warm('run', 'a', '/b', '-o', join(folder, 'none', 'x')), { code: 2, stderr: /no folder/ })
  t.equal(controller.calls.length, 3, 'what is wrong with a path is found out before anything runs')
})

t.test('ctrl-C ends a run', async (t) => {
  const ended = promised()
  const run: ControllerActions['run'] = (_workflow, _content, onEvent, signal) => {
    onEvent?.({ type: 'begun', run: 'run-1', tasks: ['a'], result: '/a' })
    signal?.addEventListener('abort', () => ended.resolve())
    return new Promise(() => {})
  }
  const { cli } = await controlled(t, { run })
  const running = cli.start('run', 'photo-summary', '/camera/1')
  await running.until(/run run-1: 1 task\n/)
  t.equal((await running.stop()).code, 130)
  await ended.promise
})

t.test(
  'tokens: what the home has, what a file or the environment says, and what a role allows',
  async (t) => {
    const { cli, url } = await controlled(t, {}, { tokens: new MemoryTokens() })
    t.match(await cli.warm('node', 'ls'), {
      code: 8,
      stderr: /controller token add.*--token-file.*NDN_SFC_TOKEN/,
    })
    const folder = await temporaryFolder(t)
    const file = join(folder, 'token')
    await writeFile(file, 'of-alice\n')
    t.match(await cli.warm('node', 'ls', '--token-file', file), { code: 0 })
    t.match(await cli.warm('node', 'ls', '--token-file', join(folder, 'none')), {
      code: 2,
      stderr: /cannot read the token/,
    })
    t.match(await cli.with({ NDN_SFC_CONTROLLER: url, NDN_SFC_TOKEN: 'of-bob' }).warm('node', 'ls'), {
      code: 0,
    })
    t.match(await cli.warm('instance', 'restart', 'resize-1', '--token-file', file), {
      code: 8,
      stderr: /the token 'alice' is a viewer's, and this is for operators/,
    })
    const { mkdir } = await import('node:fs/promises')
    await mkdir(cli.home, { recursive: true })
    await writeFile(join(cli.home, 'controller-token'), 'of-bob\n')
    t.match(await cli.warm('instance', 'restart', 'resize-1'), { code: 0 })

    t.match(await cli.warm('controller', 'token', 'add', 'carol', '--role', 'viewer'), {
      code: 0,
      stdout: /^sfc_[\w-]{43}\n$/,
    })
    t.match(await cli.warm('controller', 'token', 'ls'), { stdout: /\ncarol +viewer / })
    t.match(await cli.warm('controller', 'token', 'rm', 'carol'), { stdout: 'removed carol\n' })
    t.match(await cli.warm('controller', 'token', 'add', 'dave'), { code: 2, stderr: /--role/ })
    t.same(JSON.parse((await cli.warm('controller', 'token', 'ls', '--json')).stdout), [
      { name: 'alice', role: 'viewer', created: NOW },
      { name: 'bob', role: 'operator', created: NOW },
    ])
  },
)

t.test('where there is no controller, it is said how to start one', async (t) => {
  const cli = (await Cli.create(t)).with({ NDN_SFC_CONTROLLER: 'http://127.0.0.1:1' })
  for (const args of [
    ['deployment', 'ls'],
    ['instance', 'ls'],
    ['node', 'ls'],
    ['run', 'a', '/b'],
    ['routes', '--all'],
  ]) {
    t.match(await cli.warm(...args), {
      code: 7,
      stderr:
        /^error: no controller at http:\/\/127\.0\.0\.1:1: .*Start one with 'ndn-sfc controller', or say .*--controller URL/m,
    })
  }
  t.match(await cli.warm('node', 'ls', '--controller', 'nowhere'), {
    code: 2,
    stderr: /write http:\/\/HOST:PORT/,
  })
  t.match(await cli.warm('rollback', 'a', '--to', 'x'), { code: 2, stderr: /number of a revision/ })
})

t.test('each command has a help text with examples', async (t) => {
  const cli = await Cli.create(t)
  const inner = (command: string, ...names: string[]) => names.map((name) => [...command.split(' '), name])
  const commands = [
    ['deploy'],
    ['rollback'],
    ['run'],
    ['controller'],
    ...inner('deployment', 'ls', 'show', 'rm'),
    ...inner('instance', 'ls', 'logs', 'stats', 'stop', 'pause', 'resume', 'restart'),
    ...inner('controller token', 'add', 'ls', 'rm'),
    ['node', 'ls'],
  ]
  for (const words of commands) {
    const { code, stdout } = await cli.warm(...words, '--help')
    t.equal(code, 0)
    t.match(stdout, new RegExp(`^Usage: ndn-sfc ${words.join(' ')} .*\n(.*\n)*Examples:\n`))
  }
})

t.test('a node that has said nothing yet is told of by its name', async (t) => {
  const nodes = async () => [{ ...NODE, facts: undefined, isReachable: false }]
  const { cli } = await controlled(t, { nodes })
  t.match(await cli.warm('node', '--name', 'edge'), { stdout: 'edge\nunreachable, assignment 7 of 7\n' })
})
