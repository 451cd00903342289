import { Command, Option } from 'commander'
import { atLeast, below, noLessThan, noMoreThan } from '../aims.ts'
import { type Cleanup, withCleanup } from '../cleanup.ts'
import { JSON_OPTION, positive, progress, runBench } from '../command-line.ts'
import type { Figure } from '../figures.ts'
import { HttpChain } from './http-chain.ts'
import { whyNoDocker } from './images.ts'
import type { Implementation } from './implementation.ts'
import { measureInstance } from './measure-instance.ts'
import { measureLoad } from './measure-load.ts'
import { measureUp } from './measure-up.ts'
import { NdnChain } from './ndn-chain.ts'
import type { EngineName } from './node-process.ts'
import { profileChain } from './profile-chain.ts'

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
    .option(...JSON_OPTION)
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
  await runBench({
    name: 'chains',
    aims: AIMS,
    isJson: options.json === true,
    measure: (folder, cleanup) => measure(options, folder, cleanup),
  })
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
