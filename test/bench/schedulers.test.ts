import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import type { Row } from '../../bench/report.ts'
import { compareOn } from '../../bench/schedulers/compare.ts'
import { BASELINE, implementations, listImplementation } from '../../bench/schedulers/implementations.ts'
import { naiveHeft } from '../../bench/schedulers/naive-heft.ts'
import { Samples } from '../../bench/schedulers/samples.ts'
import {
  ALGORITHMS,
  heft,
  InvalidScheduleError,
  randomPlatform,
  randomWorkflow,
  schedule,
  sfCuv,
  sourceWorkflow,
  testbed,
} from '../../scheduler/index.ts'

const MAIN = fileURLToPath(new URL('../../bench/main.js', import.meta.url))

// The machine may be busy.
t.setTimeout(240_000)

async function run(t: Test, ...args: string[]): Promise<Row[]> {
  const child = spawn(process.execPath, [MAIN, 'schedulers', '--json', '--evaluations', '20', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  t.teardown(() => child.kill('SIGKILL'))
  const ended = once(child, 'exit')
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)])
  t.strictSame(await ended, [0, null], stderr)
  const lines = stdout.trim().split('\n')
  const rows = lines.map((line) => JSON.parse(line) as Row)
  for (const row of rows) {
    t.strictSame(Object.keys(row), ['bench', 'case', 'impl', 'value', 'unit'])
    t.equal(row.bench, 'schedulers')
    t.ok(Number.isFinite(row.value))
  }
  return rows
}

function medianOf(rows: readonly Row[], name: string, impl: string): number {
  const row = rows.find((candidate) => candidate.case === name && candidate.impl === impl)
  if (row === undefined) throw new Error(`no ${name} of ${impl}`)
  return row.value
}

t.test('the comparison of the source document, and its figures', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'bench-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  const rows = await run(t, '--only', 'source', '--seeds', '1', '--svg', folder)
  for (const partitions of [2, 5, 10, 15, 20]) {
    for (const deployment of ['none pre-deployed', 'all pre-deployed', 'fetched ahead']) {
      const name = `${deployment}, |B| = ${partitions}`
      t.equal(medianOf(rows, `response time, ${name}`, BASELINE), 1)
      t.equal(medianOf(rows, `efficiency, ${name}`, BASELINE), 1)
      t.ok(medianOf(rows, `response time, ${name}`, 'SF-SEEK') <= 1)
      for (const { title } of ALGORITHMS) t.ok(medianOf(rows, `sharing, ${name}`, title) >= 1)
    }
  }
  const figures = await readdir(folder)
  t.strictSame(figures.sort(), [
    'efficiency-all.svg',
    'efficiency-none.svg',
    'response-time-all.svg',
    'response-time-none.svg',
    'sharing.svg',
  ])
  for (const file of figures) {
    const svg = await readFile(join(folder, file), 'utf8')
    for (const title of ['SF-SEEK', 'SF-CUV', 'CUV-FIX', 'HEFT', 'PEFT', 'CPOP', 'CAP', 'COM'])
      t.match(svg, title, `${file} shows ${title}`)
  }
})

t.test('random instances, traces, the literature, and the optimum', async (t) => {
  const rows = await run(t, '--only', 'random', '--seeds', '1')
  for (const ratio of [0.1, 1, 10]) t.equal(medianOf(rows, `best, random, CCR ${ratio}`, 'SF-SEEK'), 100)

  const traces = await run(t, '--only', 'traces')
  t.equal(new Set(traces.map(({ case: name }) => name)).size, 4 * 5, 'two traces on two platforms')

  const golden = await run(t, '--only', 'golden')
  t.equal(medianOf(golden, 'response time, golden, topcuoglu', 'HEFT'), 80)
  t.equal(medianOf(golden, 'response time, golden, topcuoglu', 'exact'), 73)
  t.equal(medianOf(golden, 'response time, golden, arabnejad', 'PEFT'), 122)
  t.equal(medianOf(golden, 'response time, golden, arabnejad', 'exact'), 113)

  const optimum = await run(t, '--only', 'optimum', '--seeds', '1')
  for (const ratio of [0.1, 1, 10]) {
    t.equal(medianOf(optimum, `proven, 8 tasks, CCR ${ratio}`, 'exact'), 100)
    for (const { title } of ALGORITHMS)
      t.ok(medianOf(optimum, `above the optimum, 8 tasks, CCR ${ratio}`, title) >= -1e-6)
  }
})

t.test("times against tasks and vCPUs, beside the textbook's HEFT", async (t) => {
  const rows = await run(t, '--only', 'speed', '--rounds', '1', '--most', '100')
  for (const vcpus of [10, 100, 1000]) {
    for (const { title } of ALGORITHMS) t.ok(medianOf(rows, `time, 100 tasks, ${vcpus} vCPUs`, title) > 0)
    t.ok(medianOf(rows, `time, 100 tasks, ${vcpus} vCPUs, no images`, 'HEFT, textbook') > 0)
  }
})

t.test("the textbook's HEFT finds the same plan", async (t) => {
  const platform = randomPlatform(1, { networks: 2, hosts: [2, 3], cores: [2, 3] })
  const hosts = platform.hosts.map((host) => ({
    ...host,
    sockets: host.sockets.map((socket) => ({ ...socket, maximumUsage: 100 })),
  }))
  for (let seed = 1; seed <= 20; seed++) {
    const drawn = randomWorkflow(seed, { tasks: 40, ccr: { ratio: 1, on: platform } })
    const workflow = { ...drawn, types: drawn.types.map((type) => ({ ...type, layers: [] })) }
    const ours = schedule(heft, workflow, { ...platform, hosts }).makespan
    t.ok(Math.abs(naiveHeft(workflow, { ...platform, hosts }) / ours - 1) < 1e-9, `seed ${seed}`)
  }
  t.throws(() => naiveHeft(sourceWorkflow(2), testbed()), /images/)
})

t.test('a plan that breaks a rule is not measured', async (t) => {
  const [workflow, platform] = [sourceWorkflow(2), testbed()]
  const early = {
    title: 'too early',
    plan: () => {
      const plan = schedule(sfCuv, workflow, platform)
      const tasks = plan.tasks.map((task) => ({ ...task, start: task.start - 1, finish: task.finish - 1 }))
      return { ...plan, tasks, makespan: plan.makespan - 1 }
    },
  }
  const samples = new Samples()
  await t.rejects(
    compareOn({ workflow, platform }, [listImplementation(sfCuv), early], 'test', samples),
    InvalidScheduleError,
  )
  t.strictSame(samples.figures(), [])
})

t.test('ctrl-C ends it between two instances', async (t) => {
  const child = spawn(process.execPath, [MAIN, 'schedulers', '--only', 'source'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  t.teardown(() => child.kill('SIGKILL'))
  const ended = once(child, 'exit')
  child.stderr.on('data', (chunk) => {
    if (String(chunk).includes('|B| = 2')) child.kill('SIGINT')
  })
  t.strictSame(await ended, [130, null])
})

t.test('a share is that of all instances', async (t) => {
  const samples = new Samples()
  for (const holds of [true, false, false, false]) samples.count('best', 'ours', holds)
  t.strictSame(samples.figures(), [{ case: 'best', impl: 'ours', unit: '% of instances', samples: [25] }])
})

t.test('SF-SEEK looks at as many plans as it is told, on every machine', async (t) => {
  const [workflow, platform] = [sourceWorkflow(5, { seed: 1 }), testbed({ seed: 1 })]
  const [first, second] = [implementations(100)[0], implementations(100)[0]]
  t.strictSame(first?.plan(workflow, platform), second?.plan(workflow, platform))
})
