import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { atLeastTimes, atMostTimes, belowTimesCase } from '../../bench/aims.ts'
import type { Row } from '../../bench/report.ts'

const MAIN = fileURLToPath(new URL('../../bench/main.js', import.meta.url))

// The machine may be busy.
t.setTimeout(240_000)

/** As short as can be. */
const SHORT = ['--rounds', '1', '--seconds', '0.2']

interface Started {
  readonly child: ChildProcessByStdio<null, Readable, Readable>
  readonly temporary: string
}

/** Starts the bench with a folder of its own for all that is temporary; its path is short, for Unix sockets. */
async function start(t: Test, ...args: string[]): Promise<Started> {
  const temporary = await mkdtemp(join(tmpdir(), 'bench-'))
  t.teardown(() => rm(temporary, { recursive: true, force: true }))
  const child = spawn(process.execPath, [MAIN, 'forwarding', ...args], {
    env: { ...process.env, TMPDIR: temporary },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  t.teardown(() => child.kill('SIGKILL'))
  return { child, temporary }
}

/** Runs it to its end; returns its rows as `case [impl] unit`, all of which are greater than 0 but for what got lost. */
async function run(t: Test, ...args: string[]): Promise<string[]> {
  const { child, temporary } = await start(t, '--json', ...SHORT, ...args)
  const ended = once(child, 'exit')
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)])
  t.strictSame(await ended, [0, null], stderr)
  t.strictSame(await readdir(temporary), [], 'nothing is left behind')
  const rows = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Row)
  for (const row of rows) {
    t.strictSame(Object.keys(row), ['bench', 'case', 'impl', 'value', 'unit'])
    t.equal(row.bench, 'forwarding')
    const least = /^(lost|gc)/.test(row.case) ? 0 : Number.MIN_VALUE
    t.ok(Number.isFinite(row.value) && row.value >= least, `${row.case}, ${row.impl}: ${row.value}`)
  }
  return rows.map((row) => `${row.case} [${row.impl}] ${row.unit}`)
}

/** The figures of one case by those who can do it. */
function figures(name: string, unit: string, ...impls: string[]): string[] {
  return impls.map((impl) => `${name} [${impl}] ${unit}`)
}

const ALL = ['@ndn/fw', 'ndn-sfc', 'relay']

t.test('each forwarder is measured in the same run', async (t) => {
  const name = 'window 1, 100 B, unix'
  t.strictSame(await run(t, '--only', `^${name}`), [
    ...figures(`throughput, ${name}`, 'exchanges/s', ...ALL),
    ...figures(`latency p50, ${name}`, 'µs', ...ALL),
    ...figures(`latency p99, ${name}`, 'µs', ...ALL),
    ...figures(`CPU time an exchange, ${name}`, 'µs', ...ALL),
  ])
})

t.test('a case is left to those who can do it', async (t) => {
  const rows = await run(t, '--only', 'Content Store, window 64|consumers|extended')
  t.strictSame(
    rows.filter((row) => row.startsWith('throughput')),
    [
      ...figures('throughput, Content Store, window 64', 'exchanges/s', 'ndn-sfc'),
      ...figures('throughput, 10 consumers of 64 names', 'exchanges/s', '@ndn/fw', 'ndn-sfc'),
      ...figures('throughput, chains in extended form, window 256', 'exchanges/s', 'ndn-sfc', 'relay'),
    ],
  )
})

t.test('TCP carries large packets', async (t) => {
  const name = 'window 64, 8000 B, tcp'
  t.strictSame(await run(t, '--only', name), [
    ...figures(`throughput, ${name}`, 'exchanges/s', ...ALL),
    ...figures(`CPU time an exchange, ${name}`, 'µs', ...ALL),
  ])
})

t.test(
  'peers of UDP, which do not say good-bye, are not taken for those of the next measurement',
  async (t) => {
    const rows = await run(t, '--rounds', '2', '--only', 'window 64, 1024 B, udp|10 consumers')
    for (const impl of ['relay', '@ndn/fw']) {
      t.ok(rows.includes(`throughput, window 64, 1024 B, udp [${impl}] exchanges/s`))
      t.ok(rows.includes(`lost, window 64, 1024 B, udp [${impl}] %`))
    }
    t.ok(rows.includes('throughput, 10 consumers of 64 names [ndn-sfc] exchanges/s'))
  },
)

t.test('tables are measured as they grow', async (t) => {
  t.strictSame(await run(t, '--only', 'growth: (FIB of 10|PIT of 10000)$'), [
    ...figures('time an exchange, FIB of 10', 'µs', 'ndn-sfc'),
    ...figures('time an exchange, PIT of 10000', 'µs', 'ndn-sfc'),
    ...figures('memory of an entry, PIT of 10000', 'B', 'ndn-sfc'),
  ])
})

t.test('one part after another is measured with forwarders that are started anew', async (t) => {
  const rows = await run(t, '--only', '^(window 1, 100 B, unix|gc)$')
  t.ok(rows.includes('throughput, window 1, 100 B, unix [relay] exchanges/s'))
  t.strictSame(
    rows.filter((row) => /^gc: (throughput|largest heap)/.test(row)),
    [...figures('gc: throughput', 'exchanges/s', ...ALL), ...figures('gc: largest heap', 'MiB', ...ALL)],
  )
})

t.test('a name that no case has is refused, and those that there are are listed', async (t) => {
  const { child } = await start(t, '--only', 'no such case')
  const ended = once(child, 'exit')
  t.match(
    await text(child.stderr),
    /no case has such a name[\s\S]*window 256, 1024 B, unix[\s\S]*growth: FIB of 10\n/,
  )
  t.strictSame(await ended, [1, null])
})

t.test('ctrl-C ends it, and nothing is left behind', async (t) => {
  const { child, temporary } = await start(t, '--only', '^window 1, 100 B, unix', '--seconds', '60')
  const ended = once(child, 'exit')
  // It is read on to its end: whoever writes to a pipe that nobody reads is ended by that.
  child.stderr.on('data', (chunk) => {
    if (String(chunk).includes('warming up')) child.kill('SIGINT')
  })
  t.strictSame(await ended, [130, null])
  t.strictSame(await readdir(temporary), [])
})

t.test('an aim may be a multiple of another figure', async (t) => {
  const figures = [
    { case: 'few', impl: 'ours', unit: '', samples: [20] },
    { case: 'few', impl: 'theirs', unit: '', samples: [2] },
    { case: 'many', impl: 'ours', unit: '', samples: [40] },
  ]
  t.equal(atLeastTimes('few', 'ours', 10, 'theirs').judge(figures), '≥ 10 × theirs (20.0): yes')
  t.equal(atLeastTimes('few', 'ours', 11, 'theirs').judge(figures), '≥ 11 × theirs (22.0): no')
  t.equal(atMostTimes('few', 'theirs', 0.1, 'ours').judge(figures), '≤ 0.1 × ours (2.00): yes')
  t.equal(atMostTimes('few', 'ours', 9, 'theirs').judge(figures), '≤ 9 × theirs (18.0): no')
  t.equal(belowTimesCase('many', 'ours', 2, 'few').judge(figures), '< 2 × few (40.0): no')
  t.equal(belowTimesCase('many', 'ours', 3, 'few').judge(figures), '< 3 × few (60.0): yes')
  t.equal(belowTimesCase('many', 'ours', 3, 'none').judge(figures), '')
})
