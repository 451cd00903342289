import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { skipWithoutDocker } from '../engine/require-docker.ts'

interface Row {
  readonly bench: string
  readonly case: string
  readonly impl: string
  readonly value: number
  readonly unit: string
}

const MAIN = fileURLToPath(new URL('../../bench/main.js', import.meta.url))

// Nodes and functions are built and started, and the machine may be busy.
t.setTimeout(240_000)

/** As short as can be. */
const SHORT = ['--rounds', '1', '--seconds', '0.05']

interface Started {
  readonly child: ChildProcessByStdio<null, Readable, Readable>
  readonly temporary: string
}

/** Starts the bench with a folder of its own for all that is temporary; its path is short, for Unix sockets. */
async function start(t: Test, ...args: string[]): Promise<Started> {
  const temporary = await mkdtemp(join(tmpdir(), 'bench-'))
  t.teardown(() => rm(temporary, { recursive: true, force: true }))
  const child = spawn(process.execPath, [MAIN, 'chains', ...args], {
    env: { ...process.env, TMPDIR: temporary },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  t.teardown(() => child.kill('SIGKILL'))
  return { child, temporary }
}

/** Runs it to its end. */
async function run(t: Test, ...args: string[]): Promise<string> {
  const { child, temporary } = await start(t, ...args)
  const ended = once(child, 'exit')
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)])
  t.strictSame(await ended, [0, null], stderr)
  t.strictSame(await readdir(temporary), [], 'nothing is left behind')
  return stdout
}

async function runForRows(t: Test, ...args: string[]): Promise<Row[]> {
  const stdout = await run(t, '--json', ...SHORT, ...args)
  const rows = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Row)
  for (const row of rows) {
    t.strictSame(Object.keys(row), ['bench', 'case', 'impl', 'value', 'unit'])
    t.match(row, { bench: 'chains', case: /./, impl: /^(ndn-sfc\/(docker|process)|http)$/, unit: /./ })
    t.ok(Number.isFinite(row.value) && row.value >= 0, `${row.case} is a number`)
  }
  return rows
}

/** `case [impl] unit`, without those that a system without /proc does not have. */
function casesOf(rows: readonly Row[]): string[] {
  return rows.map((row) => `${row.case} [${row.impl}] ${row.unit}`).filter((row) => !row.startsWith('CPU'))
}

t.test('latency and throughput come with those of HTTP in the same run', async (t) => {
  const rows = await runForRows(t, '--engine', 'process', '--only', 'load')
  t.strictSame(casesOf(rows), [
    'latency p50, window 1 [http] ms',
    'latency p50, window 1 [ndn-sfc/process] ms',
    'latency p99, window 1 [http] ms',
    'latency p99, window 1 [ndn-sfc/process] ms',
    'throughput, window 64 [http] chains/s',
    'throughput, window 64 [ndn-sfc/process] chains/s',
    'memory of the router after load [ndn-sfc/process] MiB',
  ])
  for (const { case: name, value } of rows) if (!name.startsWith('CPU')) t.ok(value > 0, name)
})

const INSTANCE_CASES = (impl: string): string[] => [
  `instance: start to connected [${impl}] ms`,
  `instance: start to first answer [${impl}] ms`,
  `memory of an idle function [${impl}] MiB`,
]

t.test('an instance is measured from its start to its first answer', async (t) => {
  const rows = await runForRows(t, '--engine', 'process', '--only', 'instance')
  t.strictSame(casesOf(rows), INSTANCE_CASES('ndn-sfc/process'))
  const [connected, answered] = rows
  t.ok((connected?.value ?? 0) < (answered?.value ?? 0), 'it answers after it has connected')
})

t.test('so is one in a container', { skip: skipWithoutDocker }, async (t) => {
  const rows = await runForRows(t, '--engine', 'docker', '--only', 'instance')
  t.strictSame(casesOf(rows), INSTANCE_CASES('ndn-sfc/docker'))
})

t.test('a node is measured from `up` to ready, the first time and again', async (t) => {
  const rows = await runForRows(t, '--engine', 'process', '--only', 'up')
  t.strictSame(casesOf(rows), [
    'up to ready, first time [ndn-sfc/process] ms',
    'up to ready [ndn-sfc/process] ms',
    'memory of the idle router [ndn-sfc/process] MiB',
  ])
})

t.test('the profile tells what share of the time each part took', async (t) => {
  const rows = await runForRows(t, '--only', 'profile', '--seconds', '0.5')
  for (const what of ['router', 'function']) {
    const parts = rows.filter(
      (row) => row.case.startsWith(`profile of the ${what}: `) && !row.case.includes('idle'),
    )
    const sum = parts.reduce((all, { value }) => all + value, 0)
    t.ok(
      parts.some((part) => part.case.includes(': src/')),
      'our own code is part of it',
    )
    t.ok(sum > 50 && sum < 100.1, `the ${what}'s parts are ${sum} % together`)
  }
})

t.test('without --json there is a table, with the aims', async (t) => {
  const stdout = await run(t, ...SHORT, '--engine', 'process', '--only', 'instance')
  t.match(
    stdout,
    /^case +impl +median +unit +min–max +aim\ninstance: start to connected +ndn-sfc\/process +\d/,
  )
})

t.test('ctrl-C ends it, and nothing is left behind', async (t) => {
  const { child, temporary } = await start(t, '--engine', 'process', '--only', 'load', '--seconds', '60')
  const ended = once(child, 'exit')
  // Nodes and workers are up then.
  for await (const chunk of child.stderr) if (String(chunk).includes('warming up')) break
  child.kill('SIGINT')
  t.strictSame(await ended, [130, null])
  t.strictSame(await readdir(temporary), [])
})

t.test('an option that makes no sense is refused', async (t) => {
  const { child } = await start(t, '--rounds', '0')
  const ended = once(child, 'exit')
  t.match(await text(child.stderr), /--rounds.*greater than 0/)
  t.strictSame(await ended, [1, null])
})
