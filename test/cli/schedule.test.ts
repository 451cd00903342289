import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { Cli, TEST_TIMEOUT_MS, temporaryFolder } from './fixture.ts'

t.setTimeout(TEST_TIMEOUT_MS)

/** `slow` has half the speed of `fast`, and one vCPU each; images come at 10 MB/s. */
const TOPOLOGY = `
name: lab
networks: { inner: { bandwidth: 100 } }
repository: store
hosts:
  slow: { network: inner, bandwidth: 50, sockets: [{ speed: 500, cores: 1, vcpusPerCore: 1 }] }
  fast: { network: inner, bandwidth: 50, labels: { gpu: 'yes' }, sockets: [{ speed: 1000, cores: 1, vcpusPerCore: 1 }] }
  store: { network: inner, bandwidth: 10 }
`
const WORKFLOW = `
name: two steps
types: { split: { image: 20 }, join: { image: 50 } }
tasks:
  first: { type: split, work: 3000 }
  second: { type: join, work: 1000, after: { first: 100 } }
`

const folder = await temporaryFolder(t)
const cli = await Cli.create(t)
const file = (name: string): string => join(folder, name)
await writeFile(file('lab.yaml'), TOPOLOGY)
await writeFile(file('two.yaml'), WORKFLOW)

const run = (...args: string[]) =>
  cli.run('schedule', file('two.yaml'), '--topology', file('lab.yaml'), '--scheduler', 'heft', ...args)

t.test('a plan is a table and its measures', async (t) => {
  const { code, stdout, stderr } = await run()
  t.equal(code, 0)
  t.equal(stderr, '')
  const lines = stdout.split('\n')
  t.equal(lines[0], 'HEFT: two steps on lab')
  t.match(lines[2], /^task +type +vCPU +start \(s\) +finish \(s\) +waits for$/)
  t.match(lines[3], /^first +split +fast\/0 +2\.000\d* +5\.000\d* +the image of split$/)
  t.match(lines[4], /^second +join +fast\/0 +10\.000\d* +11\.000\d* +the image of join$/)
  t.match(stdout, /^response time +11\.000 s$/m)
  t.match(stdout, /^used +1 vCPU of 1 host$/m)
  t.match(stdout, /^downloaded +70\.0 MB, on demand$/m)
  t.match(stdout, /^planning took +\d.* m?s$/m)
})

t.test('images that are fetched ahead are waited for less', async (t) => {
  const { stdout } = await run('--policy', 'ahead')
  t.match(stdout, /^second +join +fast\/0 +5\.000\d* +6\.000\d* +/m)
  t.match(stdout, /^downloaded +70\.0 MB, ahead$/m)
})

t.test('with --json it is one object', async (t) => {
  const { code, stdout } = await run('--json')
  t.equal(code, 0)
  const told = JSON.parse(stdout)
  t.match(told, {
    workflow: 'two steps',
    platform: 'lab',
    schedule: { scheduler: 'heft', policy: 'on-demand', release: 0, makespan: 11 },
    measures: { makespan: 11, vcpusUsed: 1, hostsUsed: 1, instances: 2, downloaded: 70 },
    end: 'complete',
  })
  t.same(
    told.schedule.tasks.map(({ task }: { task: string }) => task),
    ['first', 'second'],
  )
  t.type(told.ms, 'number')
})

t.test('the schedule and its picture go into files', async (t) => {
  const { code } = await run('-o', file('plan.json'), '--gantt', file('plan.svg'))
  t.equal(code, 0)
  t.match(JSON.parse(await readFile(file('plan.json'), 'utf8')), { scheduler: 'heft', makespan: 11 })
  const svg = await readFile(file('plan.svg'), 'utf8')
  t.match(svg, /^<svg [^>]*>\n<title>two steps on lab, scheduled by heft<\/title>/)
  t.match(svg, /task second\ntype join, vCPU fast\/0\n10 s to 11 s: 1 s\nwaits for the image of join</)
  t.equal((await run('--gantt', file('plan.html'))).code, 0)
  t.match(await readFile(file('plan.html'), 'utf8'), /^<!doctype html>/)
})

t.test('a file that cannot be written is known before anything is planned', async (t) => {
  const { code, stdout, stderr } = await run('--gantt', file('none/plan.svg'))
  t.equal(code, 2)
  t.equal(stdout, '')
  t.match(stderr, /there is no folder .*none/)
})

t.test('a wrong file ends with code 2, and the line and what is wrong there', async (t) => {
  await writeFile(file('wrong.yaml'), WORKFLOW.replace('work: 1000', 'work: -1'))
  const wrong = await cli.run(
    'schedule',
    file('wrong.yaml'),
    '--topology',
    file('lab.yaml'),
    '--scheduler',
    'heft',
  )
  t.equal(wrong.code, 2)
  t.match(wrong.stderr, /^error: .*wrong\.yaml:6: .*second/)
  t.equal(wrong.stdout, '')
  await writeFile(file('circle.yaml'), WORKFLOW.replace('work: 3000', 'work: 3000, after: second'))
  const circle = await cli.run(
    'schedule',
    file('circle.yaml'),
    '--topology',
    file('lab.yaml'),
    '--scheduler',
    'heft',
  )
  t.equal(circle.code, 2)
  t.match(circle.stderr, /circle\.yaml/)
})

t.test('a task that no host takes is refused with code 8, and why each host does not take it', async (t) => {
  const demanding = WORKFLOW.replace('work: 1000', 'work: 1000, demands: { labels: { gpu: big } }')
  await writeFile(file('demanding.yaml'), demanding)
  const { code, stderr } = await cli.run(
    'schedule',
    file('demanding.yaml'),
    '--topology',
    file('lab.yaml'),
    '--scheduler',
    'heft',
  )
  t.equal(code, 8)
  t.match(
    stderr,
    /no host takes task second:\n {2}slow: it has no label gpu.*\n {2}fast: its label is gpu=yes/,
  )
})

t.test('names from files give a terminal no orders', async (t) => {
  await writeFile(
    file('evil.yaml'),
    WORKFLOW.replace('two steps', '"two \\u001b[31msteps"').replaceAll('first', '"a\\u001b[2J"'),
  )
  const { stdout, stderr } = await cli.run(
    'schedule',
    file('evil.yaml'),
    '--topology',
    file('lab.yaml'),
    '--scheduler',
    'heft',
  )
  t.match(stdout + stderr, /evil|second/, 'it says something')
  t.notOk((stdout + stderr).includes('\u001b'))
})
