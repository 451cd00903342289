import { mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, loadavg, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { Command, InvalidArgumentError, Option } from 'commander'
import { atLeast, below, noLessThan, noMoreThan } from '../aims.ts'
import type { Figure } from '../figures.ts'
import { formatFigures, toRow } from '../report.ts'
import { type Cleanup, withCleanup } from './cleanup.ts'
import { HttpChain } from './http-chain.ts'
import { whyNoDocker } from './images.ts'
import type { Implementation } from './implementation.ts'
import { measureInstance } from './measure-instance.ts'
import { measureLoad } from './measure-load.ts'
import { measureUp } from './measure-up.ts'
import { NdnChain } from './ndn-chain.ts'
import type { EngineName } from './node-process.ts'
import { profileChain } from './profile-chain.ts'

const BENCH = 'chains'

const PARTS = ['load', 'instance', 'up', 'profile'] as const

const AIMS = [
  below('latency p50, window 1', 'ndn-sfc/docker', 3),
  noMoreThan('latency p50, window 1', 'ndn-sfc/docker', 'http'),
  atLeast('throughput, window 64', 'ndn-sfc/docker', 1000),
  noLessThan('throughput, window 64', 'ndn-sfc/docker', 'http'),
]

interface ChainsOptions {
  readonly json?: true
  readonly rounds: number
  readonly seconds: number
  readonly engine: EngineName | 'all'
  readonly only?: (typeof PARTS)[number]
}

export function chainsCommand(): Command {
  return new Command('chains')
    .description(
      `Three functions that copy their input, in a chain, beside the same three over HTTP; how long an instance and a node take
to start; and the memory of both. See bench/README.md for the method.`,
    )
    .option('--json', 'print one JSON object a line: { bench, case, impl, value, unit }, medians')
    .option('--rounds <n>', 'how often each measurement is repeated', positive(Number.parseInt), 5)
    .option(
      '--seconds <s>',
      'length of one measurement of latency or throughput',
      positive(Number.parseFloat),
      3,
    )
    .addOption(
      new Option('--engine <kind>', 'where functions run')
        .choices(['docker', 'process', 'all'])
        .default('all'),
    )
    .addOption(
      new Option(
        '--only <part>',
        'one part: profile, which shows where time goes, runs only when asked for',
      ).choices(PARTS),
    )
    .action(chains)
}

async function chains(options: ChainsOptions): Promise<void> {
  progress(describeMachine())
  const figures = await withCleanup(async (cleanup) => {
    const folder = await mkdtemp(join(tmpdir(), 'ndn-sfc-bench-'))
    cleanup.add(() => rm(folder, { recursive: true, force: true }))
    return await measure(options, folder, cleanup)
  })
  const text = options.json
    ? figures.map((figure) => `${JSON.stringify(toRow(BENCH, figure))}\n`).join('')
    : formatFigures(figures, AIMS)
  process.stdout.write(text)
}

async function measure(options: ChainsOptions, folder: string, cleanup: Cleanup): Promise<Figure[]> {
  const { rounds, engine, only } = options
  const duration = options.seconds * 1000
  const engines = await enginesFor(engine)
  const shared = { engines, rounds, folder, cleanup, progress }
  const figures: Figure[] = []
  if (only === undefined || only === 'load') {
    // These are gone before the next part, so that they take nothing away from it.
    figures.push(...(await withCleanup((own) => load({ ...shared, duration, cleanup: own }))))
  }
  if (only === undefined || only === 'instance') figures.push(...(await measureInstance(shared)))
  if (only === undefined || only === 'up') figures.push(...(await measureUp(shared)))
  if (only === 'profile') figures.push(...(await profileChain({ ...shared, duration })))
  return figures
}

async function enginesFor(engine: ChainsOptions['engine']): Promise<EngineName[]> {
  if (engine !== 'all') return [engine]
  const reason = await whyNoDocker()
  if (reason === undefined) return ['docker', 'process']
  progress(`without docker, as no Docker Engine answers: ${reason}`)
  return ['process']
}

interface LoadOptions {
  readonly engines: readonly EngineName[]
  readonly rounds: number
  readonly duration: number
  readonly folder: string
  readonly cleanup: Cleanup
}

async function load({ engines, rounds, duration, folder, cleanup }: LoadOptions): Promise<Figure[]> {
  const nodes: NdnChain[] = []
  for (const engine of engines) {
    progress(`starting ndn-sfc/${engine}`)
    nodes.push(await NdnChain.start({ engine, folder, cleanup }))
  }
  const implementations: Implementation[] = [...nodes, await HttpChain.start(cleanup)]
  const figures = await measureLoad(implementations, { rounds, duration, progress })
  for (const { name, node } of nodes) {
    const { memory } = await node.status()
    figures.push({
      case: 'memory of the router after load',
      impl: name,
      unit: 'MiB',
      samples: [memory / 2 ** 20],
    })
  }
  return figures
}

function describeMachine(): string {
  const memory = (totalmem() / 2 ** 30).toFixed(0)
  const [busy = 0] = loadavg()
  return `Node.js ${process.version}, ${availableParallelism()} cores, ${memory} GiB; load average before: ${busy.toFixed(2)}`
}

function progress(message: string): void {
  process.stderr.write(`${message}\n`)
}

function positive(parse: (text: string) => number): (text: string) => number {
  return (text) => {
    const value = parse(text)
    if (Number.isFinite(value) && value > 0) return value
    throw new InvalidArgumentError('write a number greater than 0.')
  }
}
