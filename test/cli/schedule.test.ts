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
  slow: { network: inner, bandwidth: 50, labels: { fan: none }, sockets: [{ speed: 500, cores: 1, vcpusPerCore: 1 }] }
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

t.test('an exact plan that takes no more than its bound is called optimal', async (t) => {
  const { stdout } = await run('--scheduler', 'exact')
  t.match(stdout, /^response time +11\.000 s, proven optimal$/m)
  t.notMatch(stdout, /^at best/m)
})

t.test('a simulation shows planned beside simulated: transfers share the links', async (t) => {
  // Both fetch 20 MB at once, from a store that sends 10 MB/s: each has its image after 4 s, not 2.
  await writeFile(
    file('wide.yaml'),
    `
types: { one: { image: 20 }, other: { image: 20 } }
tasks:
  a: { type: one, work: 3000, demands: { labels: { gpu: 'yes' } } }
  b: { type: other, work: 1000, demands: { labels: { fan: none } } }
`,
  )
  const { code, stdout } = await cli.run(
    'schedule',
    file('wide.yaml'),
    '--topology',
    file('lab.yaml'),
    '--simulate',
  )
  t.equal(code, 0)
  t.match(stdout, /^response time +5\.0000 s$/m)
  t.match(stdout, /\n\nsimulated +transfers share the links\nlater than planned +2\.0000 s, 40\.0 %\n\n/)
  t.match(stdout, /^ +planned +simulated\nresponse time +5\.0000 s +7\.0000 s\nSLR +/m)
  t.match(stdout, /^downloaded +40\.0 MB +40\.0 MB$/m)
  t.notMatch(stdout, /^(lost|rescheduled)/m, 'nothing failed')
})

t.test('noise changes execution times, by the seed', async (t) => {
  const play = async (...args: string[]) =>
    JSON.parse((await run('--noise', '0.3', '--json', ...args)).stdout)
  const [first, again, other] = await Promise.all([play(), play('--seed', '1'), play('--seed', '2')])
  t.match(first.simulation, {
    noise: 0.3,
    seed: 1,
    failures: [],
    isComplete: true,
    measures: { hostsUsed: 1 },
  })
  t.same(again.simulation, first.simulation)
  t.equal(other.schedule.makespan, 11, 'the plan knows no noise')
  t.not(first.simulation.makespan, 11)
  t.not(other.simulation.makespan, first.simulation.makespan)
})

t.test('what a failed host leaves is scheduled anew, and drawn below the plan', async (t) => {
  const { code, stdout } = await run('--fail', 'fast@6', '--gantt', file('pair.svg'))
  t.equal(code, 0)
  t.match(stdout, /^simulated +transfers share the links, fast fails at 6 s$/m)
  t.match(stdout, /^lost +1 output \(first\)\nmade again +first\nrescheduled +at 6\.000 s, by HEFT$/m)
  // On slow: 2 s for the image and 6 for split, 5 and 2 for join.
  t.match(stdout, /^response time +11\.000 s +21\.000 s$/m)
  const svg = await readFile(file('pair.svg'), 'utf8')
  t.match(svg, />planned: 2 tasks on 1 vCPU of 1 host, response time 11 s, images fetched on demand</)
  t.match(svg, />simulated: 2 tasks on 1 vCPU of 1 host, response time 21 s, images fetched on demand</)
  t.match(svg, /<title>lost: task first\nvCPU fast\/0\n2 s to 5 s: 3 s\nits output was lost /)
})

t.test('a scheduler that is no list algorithm leaves that to HEFT, and says so', async (t) => {
  const { stdout } = await run('--scheduler', 'sf-seek', '--time-limit', '50', '--fail', 'fast@6')
  t.match(stdout, /^rescheduled +at 6\.000 s, by HEFT, as SF-SEEK is no list algorithm$/m)
})

t.test('a workflow that a failure stops for good ends with code 1 and why, and is shown', async (t) => {
  const { code, stdout, stderr } = await run(
    '--fail',
    'fast@3',
    '--fail',
    'slow@6',
    '-o',
    file('stopped.json'),
  )
  t.equal(code, 1)
  t.match(stdout, /^lost +2 executions \(first\)$/m)
  t.match(stdout, /^not completed +no host takes task first\nunfinished +first and second$/m)
  t.match(
    stderr,
    /^error: in the simulation the workflow is not completed: no host takes task first:\n {2}slow: /,
  )
  t.match(JSON.parse(await readFile(file('stopped.json'), 'utf8')), { makespan: 11 })
  const { code: also, stdout: json } = await run('--fail', 'store@4', '--json')
  t.equal(also, 1)
  const { simulation } = JSON.parse(json)
  t.match(simulation, { isComplete: false, unfinished: ['second'], reason: /no SF repository/ })
  t.equal(simulation.measures, undefined)
})

t.test('a host to fail that is not there is answered with the nearest, or with all', async (t) => {
  const near = await run('--fail', 'fat@6')
  t.equal(near.code, 2)
  t.equal(near.stdout, '')
  t.match(near.stderr, /--fail: there is no host 'fat' in lab; did you mean fast\?/)
  t.match((await run('--fail', 'x@y@6')).stderr, /no host 'x@y' in lab; there are slow, fast and store/)
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
