import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { Command, InvalidArgumentError, Option } from 'commander'
import { SCHEDULERS } from '../../scheduler/index.ts'
import { shippedFunctions } from '../../src/router/index.ts'
import { below } from '../aims.ts'
import { whyNoDocker } from '../chains/images.ts'
import type { EngineName } from '../chains/node-process.ts'
import { type Cleanup, withCleanup } from '../cleanup.ts'
import { JSON_OPTION, positive, progress, runBench } from '../command-line.ts'
import type { Figure } from '../figures.ts'
import { Samples } from '../samples.ts'
import { DeploymentBench } from './bench-site.ts'
import { makeControlGroup, whyNoControlGroups } from './control-groups.ts'
import { measurePhases } from './measure-phases.ts'
import {
  measureDrain,
  measureKill,
  measureRestart,
  measureScaleFromZero,
  measureUpdate,
} from './measure-recovery.ts'
import { measureWorkflow } from './measure-workflow.ts'
import type { SiteNode } from './site.ts'
import { makeSubnets, OUTSIDE, whyNoSubnets } from './subnets.ts'

const PARTS = ['phases', 'scale', 'kill', 'update', 'drain', 'restart', 'workflow'] as const

/** Schedulers of the workflow: those that one would choose, and the two ends of what there is. */
const DEFAULT_SCHEDULERS = ['sf-cuv', 'cuv-fix', 'heft', 'peft', 'cpop', 'cap', 'com', 'sf-seek', 'single']

/** Three hosts on two CPUs. What they promise together is no more than there is; the links differ as the shares do. */
const UNEQUAL: readonly SiteNode[] = [
  { name: 'large', cpu: 0, cpuShare: 0.8, bandwidth: 50 },
  { name: 'medium', cpu: 1, cpuShare: 0.5, bandwidth: 25 },
  { name: 'small', cpu: 1, cpuShare: 0.3, bandwidth: 12.5 },
]

const AIMS = [
  below('scale from zero', 'ndn-sfc/docker', 600),
  below('kill to next answer', 'ndn-sfc/docker', 1500),
  ...['rolling update, failed', 'rollback, failed', 'drain, failed'].map((name) =>
    below(name, 'ndn-sfc/docker', 1),
  ),
]

interface DeploymentOptions {
  readonly json?: true
  readonly rounds: number
  readonly engine?: EngineName
  readonly only?: (typeof PARTS)[number]
  readonly partitions: readonly number[]
  readonly schedulers: readonly string[]
}

export function deploymentCommand(): Command {
  return new Command('deployment')
    .description(
      `From a file to running functions, with a repository, two nodes and a controller: how long each phase takes and what it moves; from zero
instances to an answer; a killed instance; failed requests during updates and drains; a killed controller; and a workflow on unequal vCPUs and
links under each scheduler, planned and measured. See bench/README.md for the method.`,
    )
    .option(...JSON_OPTION)
    .option('--rounds <n>', 'how often each measurement is repeated', positive(Number.parseInt), 5)
    .addOption(
      new Option('--engine <kind>', 'where functions run (default: docker where it answers)').choices([
        'docker',
        'process',
      ]),
    )
    .addOption(new Option('--only <part>', 'one part').choices(PARTS))
    .option('--partitions <n,…>', 'tiles of the workflow', numbers, [2, 4, 8])
    .option('--schedulers <name,…>', 'of the workflow', schedulerNames, DEFAULT_SCHEDULERS)
    .action(deployment)
}

async function deployment(options: DeploymentOptions): Promise<void> {
  await runBench({
    name: 'deployment',
    aims: AIMS,
    isJson: options.json === true,
    measure: (folder, cleanup) => measure(options, folder, cleanup),
  })
}

async function measure(options: DeploymentOptions, folder: string, cleanup: Cleanup): Promise<Figure[]> {
  const { only } = options
  const engine = options.engine ?? ((await whyNoDocker()) === undefined ? 'docker' : 'process')
  const samples = new Samples()
  if (only !== 'workflow') {
    await withCleanup((own) => measureShout(options, engine, join(folder, 'shout'), own, samples))
  }
  if (only === undefined || only === 'workflow')
    await measurePhotos(options, engine, join(folder, 'photos'), cleanup, samples)
  return samples.figures()
}

async function measureShout(
  { only, rounds }: DeploymentOptions,
  engine: EngineName,
  folder: string,
  cleanup: Cleanup,
  samples: Samples,
): Promise<void> {
  progress(`starting two nodes (${engine}), a repository and a controller`)
  const nodes = [{ name: 'first' }, { name: 'second' }]
  const bench = await DeploymentBench.start({ engine, nodes, folder, cleanup })
  const measurements: Record<Exclude<(typeof PARTS)[number], 'workflow'>, () => Promise<void>> = {
    phases: async () => {
      for (let round = 0; round < rounds; round++) await measurePhases(bench, samples, round)
    },
    scale: () => measureScaleFromZero(bench, samples, 4 * rounds),
    kill: () => measureKill(bench, samples, rounds),
    update: () => measureUpdate(bench, samples, rounds),
    drain: () => measureDrain(bench, samples, rounds),
    restart: () => measureRestart(bench, samples, rounds),
  }
  for (const [name, run] of Object.entries(measurements)) {
    if (only !== undefined && only !== name) continue
    progress(name)
    await run()
  }
}

async function measurePhotos(
  { rounds, partitions, schedulers }: DeploymentOptions,
  engine: EngineName,
  folder: string,
  cleanup: Cleanup,
  samples: Samples,
): Promise<void> {
  const why = await whyNoSubnets()
  if (why !== undefined) progress(`links are not limited: ${why}`)
  const subnets =
    why === undefined
      ? await makeSubnets(
          UNEQUAL.map(({ bandwidth = 0 }) => bandwidth),
          cleanup,
        )
      : []
  const groups = engine === 'docker' ? await controlGroups(cleanup) : []
  const nodes = UNEQUAL.map((node, index) => ({ ...node, ...subnets[index], cgroupParent: groups[index] }))
  progress(`starting three unequal nodes (${engine}), a repository and a controller`)
  const outside = why === undefined ? OUTSIDE : undefined
  const bench = await DeploymentBench.start({
    engine,
    nodes,
    outside,
    photographs: photographs(),
    folder,
    cleanup,
  })
  for (const source of await shippedFunctions()) {
    if (PHOTO_FUNCTIONS.has(source.split('/').at(-1) ?? '')) await bench.workshop.publish(source)
  }
  await measureWorkflow(bench, samples, { partitions, schedulers, rounds, progress })
}

/** One for each node, where there can be any: its instances share what one vCPU has. */
async function controlGroups(cleanup: Cleanup): Promise<string[]> {
  const why = await whyNoControlGroups()
  if (why === undefined)
    return await Promise.all(
      UNEQUAL.map(({ name, cpuShare = 1 }) =>
        makeControlGroup(`ndn-sfc-bench-${process.pid}-${name}`, cpuShare, cleanup),
      ),
    )
  progress(`each instance has a share of its CPU for itself: ${why}`)
  return []
}

const PHOTO_FUNCTIONS = new Set(['normalize', 'tile', 'denoise', 'sharpen', 'mosaic', 'summary'])

/** A photograph with people, which face-api ships. */
function photographs(): string[] {
  const folder = dirname(createRequire(import.meta.url).resolve('@vladmandic/face-api/package.json'))
  return [join(folder, 'demo', 'sample1.jpg')]
}

function numbers(text: string): number[] {
  const found = text.split(',').map(Number)
  if (found.every((value) => Number.isInteger(value) && value > 0)) return found
  throw new InvalidArgumentError('write whole numbers with commas between.')
}

function schedulerNames(text: string): string[] {
  const names = text.split(',')
  const known = new Set(SCHEDULERS.map(({ name }) => name))
  for (const name of names) {
    if (!known.has(name)) throw new InvalidArgumentError(`there is no ${name}: ${[...known].join(', ')}`)
  }
  return names
}
