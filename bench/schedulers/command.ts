import { Command, InvalidArgumentError } from 'commander'
import { type Aim, below } from '../aims.ts'
import { JSON_OPTION, positive, progress, runBench } from '../command-line.ts'
import type { Figure } from '../figures.ts'
import { drawFigures } from './draw.ts'
import { implementations } from './implementations.ts'
import { measureGolden, measureTraces } from './measure-files.ts'
import { measureOptimum } from './measure-optimum.ts'
import { CCRS, measureRandom } from './measure-random.ts'
import { MORE_PARTITIONS, measureSource, PARTITIONS, sourceCase } from './measure-source.ts'
import { measureSpeed, speedCase } from './measure-speed.ts'

/** Parts, by the names that `--only` chooses by. */
const PARTS = ['source', 'random', 'traces', 'golden', 'optimum', 'speed'] as const

type Part = (typeof PARTS)[number]

const AIMS: readonly Aim[] = [
  ...PARTITIONS.map((count) =>
    below(`response time, ${sourceCase('none pre-deployed', count)}`, 'SF-SEEK', 0.9),
  ),
  ...CCRS.map((ratio) => below(`response time, random, CCR ${ratio}`, 'SF-SEEK', 0.9)),
  ...CCRS.map((ratio) => below(`above the optimum, 8 tasks, CCR ${ratio}`, 'SF-SEEK', 5)),
  ...['HEFT', 'SF-CUV'].flatMap((title) => [
    below(speedCase(1000, 100), title, 500),
    below(speedCase(10_000, 1000), title, 60_000),
  ]),
  below('peak memory of the process', 'all', 2000),
]

interface SchedulersOptions {
  readonly json?: true
  readonly all?: true
  readonly seeds: number
  readonly rounds: number
  readonly evaluations: number
  readonly most: number
  readonly only?: Part
  readonly svg?: string
}

export function schedulersCommand(): Command {
  return new Command('schedulers')
    .description(
      `SF-CUV, its rivals, the optimum and SF-SEEK on the same instances: the comparison of the source document, random
instances, traces of real workflows, those of the literature, small ones with their optimum; and how long each takes.
Every plan is validated. See bench/README.md for the method.`,
    )
    .option(...JSON_OPTION)
    .option('--seeds <n>', 'instances of each kind', positive(Number.parseInt), 100)
    .option('--rounds <n>', 'how often each time is measured', positive(Number.parseInt), 5)
    .option('--evaluations <n>', 'plans that SF-SEEK looks at', positive(Number.parseInt), 2000)
    .option(
      '--most <tasks>',
      'largest number of tasks whose time is measured',
      positive(Number.parseInt),
      10_000,
    )
    .option('--all', `also |B| = ${MORE_PARTITIONS.join(' and ')}`)
    .option('--only <part>', `one part: ${PARTS.join(', ')}`, part)
    .option('--svg <folder>', 'draw the figures into a folder')
    .action(schedulers)
}

async function schedulers(options: SchedulersOptions): Promise<void> {
  await runBench({
    name: 'schedulers',
    aims: AIMS,
    isJson: options.json === true,
    measure: async () => {
      const figures = await measure(options)
      if (options.svg !== undefined)
        for (const file of await drawFigures(figures, options.svg)) progress(`wrote ${file}`)
      return figures
    },
  })
}

async function measure({ seeds, rounds, most, only, ...options }: SchedulersOptions): Promise<Figure[]> {
  const all = implementations(options.evaluations)
  const common = { implementations: all, seeds, progress }
  const partitions = options.all ? [...PARTITIONS, ...MORE_PARTITIONS] : PARTITIONS
  const parts: Record<Part, () => Promise<Figure[]>> = {
    source: () => measureSource({ ...common, partitions }),
    random: () => measureRandom(common),
    traces: () => measureTraces(common),
    golden: () => measureGolden(common),
    optimum: () => measureOptimum(common),
    speed: () => measureSpeed({ rounds, most, progress }),
  }
  const figures: Figure[] = []
  for (const name of PARTS) if (only === undefined || only === name) figures.push(...(await parts[name]()))
  return figures
}

function part(text: string): Part {
  const found = PARTS.find((name) => name === text)
  if (found === undefined) throw new InvalidArgumentError(`there are ${PARTS.join(', ')}.`)
  return found
}
