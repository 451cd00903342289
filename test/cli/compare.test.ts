import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { styleText } from 'node:util'
import t from 'tap'
import * as library from '../../scheduler/index.ts'
import { type Compared, formatComparison } from '../../src/cli/compare-text.ts'
import { asOne, rowsOf } from '../../src/cli/comparing.ts'
import { plain } from '../../src/cli/paint.ts'
import { Cli, TEST_TIMEOUT_MS, temporaryFolder } from './fixture.ts'

t.setTimeout(TEST_TIMEOUT_MS)

function row(title: string, makespan: number, vcpusUsed: number, sharing: number): Compared {
  const measures = {
    makespan,
    slr: makespan / 10,
    speedUp: 40 / makespan,
    efficiency: 40 / makespan / vcpusUsed,
    vcpusUsed,
    hostsUsed: 1,
    instances: 6,
    sharing,
    downloaded: 120,
    ccr: 1,
  }
  return { title, measures, ms: makespan }
}

const ROWS = [row('SF-CUV', 12.5, 2, 3), row('HEFT', 11, 4, 1.5), row('PEFT', 11, 5, 1.5)]

t.test('the best of each column has a star where there are no colours', async (t) => {
  const lines = formatComparison('two', 'lab', ROWS, plain).split('\n')
  t.equal(lines[0], 'two on lab')
  t.match(
    lines[1],
    /^scheduler +time \(s\) +SLR +speed-up +efficiency +vCPUs +hosts +instances +sharing +downloaded/,
  )
  t.match(lines[2], /^SF-CUV +12\.500 +1\.25 +3\.20 +1\.60\* +2\* +1 +6 +3\.00\* +120 MB +13 ms$/)
  t.match(lines[3], /^HEFT +11\.000\* +1\.10\* +3\.64\* +0\.91 +4 +1 +6 +1\.50 +120 MB +11 ms\*$/)
  t.match(lines[4], /^PEFT +11\.000\* +1\.10\* /, 'both of two that are equal')
})

t.test('on a terminal the best of each column is bold', async (t) => {
  const bold = (_: unknown, text: string): string => styleText('bold', text, { validateStream: false })
  const table = formatComparison('two', 'lab', ROWS, bold)
  t.ok(table.includes(bold('bold', '11.000')))
  t.ok(table.includes(bold('bold', '3.00')))
  t.notOk(table.includes(bold('bold', '12.500')))
  t.notMatch(table, /\*/)
  t.notOk(table.includes(bold('bold', '120 MB')), 'that all are equal needs no mark')
})

t.test('a bound that a search has proven stands below', async (t) => {
  const table = formatComparison('two', 'lab', [...ROWS, { ...row('Exact', 11, 4, 2), bound: 10.5 }], plain)
  t.match(table, /\nExact: no plan takes less than 10\.500 s\.\n$/)
})

t.test('a plan that takes no more than the bound is called optimal', async (t) => {
  const table = formatComparison('two', 'lab', [{ ...row('Exact', 11, 4, 2), bound: 11 }], plain)
  t.match(table, /\nExact: 11\.000 s is proven optimal\.\n$/)
})

t.test('the simulated response time stands beside the planned one', async (t) => {
  const [, first, second] = formatComparison(
    'two',
    'lab',
    [
      { ...row('SF-CUV', 12.5, 2, 3), simulated: 12.75 },
      { ...row('HEFT', 11, 4, 1.5), simulated: 101.5 },
    ],
    plain,
  )
    .split('\n')
    .slice(1)
    .map((line) => line.split(/ {2,}/).slice(0, 3)) as [string[], string[], string[]]
  t.same(first, ['SF-CUV', '12.50', '12.75*'])
  t.same(second, ['HEFT', '11.00*', '101.50'])
})

const folder = await temporaryFolder(t)
const cli = await Cli.create(t)
const file = (name: string): string => join(folder, name)
await writeFile(
  file('lab.yaml'),
  `
networks: { inner: { bandwidth: 100 } }
hosts:
  slow: { network: inner, bandwidth: 50, images: [f], sockets: [{ speed: 500, cores: 2 }] }
  fast: { network: inner, bandwidth: 50, images: [f], sockets: [{ speed: 1000, cores: 1 }] }
`,
)
for (const name of ['one', 'other'])
  await writeFile(file(`${name}.yaml`), 'types: { f: { image: 1 } }\ntasks: { a: { type: f, work: 2000 } }\n')

t.test('every scheduler plans every workflow, each workflow in a table of its own', async (t) => {
  const { code, stdout, stderr } = await cli.run(
    'compare',
    file('one.yaml'),
    file('other.yaml'),
    '--topology',
    file('lab.yaml'),
    '--time-limit',
    '50',
  )
  t.equal(code, 0, stderr)
  t.equal(stderr, '', 'progress is for terminals')
  t.match(stdout, /^one on lab\n/)
  t.match(stdout, /\n\nother on lab\n/)
  for (const { title } of library.SCHEDULERS)
    t.equal(stdout.split('\n').filter((line) => line.startsWith(`${title}  `)).length, 2, title)
})

t.test('with --json it is one list', async (t) => {
  const args = [file('one.yaml'), '--topology', file('lab.yaml'), '--json', '--schedulers', 'heft']
  const { code, stdout } = await cli.run('compare', ...args)
  t.equal(code, 0)
  t.match(JSON.parse(stdout), [
    { workflow: 'one', platform: 'lab', scheduler: 'heft', measures: { makespan: 2 }, end: 'complete' },
  ])
})

t.test('what is wrong with one file is told before any is planned', async (t) => {
  await writeFile(file('wrong.yaml'), 'types: {}\ntasks: { a: { work: 1 } }\n')
  const { code, stdout, stderr } = await cli.run(
    'compare',
    file('one.yaml'),
    file('wrong.yaml'),
    '--topology',
    file('lab.yaml'),
  )
  t.equal(code, 2)
  t.equal(stdout, '')
  t.match(stderr, /wrong\.yaml:2: /)
})

t.test('with --simulate each plan is played on shared links', async (t) => {
  const args = [file('one.yaml'), '--topology', file('lab.yaml'), '--schedulers', 'heft', '--simulate']
  const { code, stdout } = await cli.run('compare', ...args)
  t.equal(code, 0)
  t.match(stdout, /^scheduler +time \(s\) +simulated \(s\) +SLR /m)
  t.match(stdout, /^HEFT +2\.0000 +2\.0000 +/m)
  const { stdout: json } = await cli.run('compare', ...args, '--json')
  t.match(JSON.parse(json), [{ measures: { makespan: 2 }, simulation: { makespan: 2 } }])
})

t.test('a workflow that cannot be planned is told of after the others have been compared', async (t) => {
  const demanding =
    'types: { f: { image: 1 } }\ntasks: { a: { type: f, work: 1, demands: { labels: { gpu: x } } } }\n'
  for (const name of ['first', 'last']) await writeFile(file(`${name}.yaml`), demanding)
  const files = ['first', 'one', 'last'].map((name) => file(`${name}.yaml`))
  const args = [...files, '--topology', file('lab.yaml'), '--schedulers', 'heft,peft']
  const { code, stdout, stderr } = await cli.run('compare', ...args)
  t.equal(code, 8)
  t.match(stdout, /^one on lab\nscheduler .*\nHEFT .*\nPEFT .*\n$/)
  t.match(
    stderr,
    /^error: .*first\.yaml: no host takes task a:\n {2}slow: .*\n {2}fast: .*\n.*last\.yaml: no host/,
  )
  const { code: also, stdout: json } = await cli.run('compare', ...args, '--json')
  t.equal(also, 8)
  t.equal(JSON.parse(json).length, 2)
})

t.test('where one scheduler cannot plan, those after it are compared', async (t) => {
  const [workflow, platform] = [
    await library.readWorkflow(file('one.yaml')),
    await library.readPlatform(file('lab.yaml')),
  ]
  const heft = library.findScheduler('heft') as library.Scheduler
  const broken: library.Scheduler = {
    ...heft,
    title: 'Broken',
    plan: () => {
      throw new Error('no luck')
    },
  }
  const options = { policy: 'on-demand', timeLimit: 50 } as const
  const rows: object[] = []
  for await (const row of rowsOf(library, [broken, heft], workflow, platform, options)) rows.push(row)
  t.match(rows, [
    { title: 'Broken', error: { message: 'no luck' } },
    { title: 'HEFT', plan: { end: 'complete' } },
  ])
})

t.test('what all schedulers say is told but once', async (t) => {
  const failed = (title: string, message: string) => ({
    title,
    error: Object.assign(new Error(message), { code: 'x' }),
  })
  const same = [failed('a', 'no host'), failed('b', 'no host')]
  t.match(asOne(same, 0), [{ title: undefined, error: { message: 'no host' } }])
  t.equal(asOne(same, 1), same)
  t.equal(asOne([...same, failed('c', 'else')], 0).length, 3)
  t.same(asOne([], 0), [])
})

t.test('a file that is not there is told of in plain words', async (t) => {
  const { code, stderr } = await cli.run('compare', file('none.yaml'), '--topology', file('lab.yaml'))
  t.equal(code, 2)
  t.match(stderr, /none\.yaml: there is no such file$/m)
})
