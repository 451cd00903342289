import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ALGORITHMS, lineChart } from '../../scheduler/index.ts'
import { type Figure, quantile } from '../figures.ts'
import { BASELINE } from './implementations.ts'
import { type Deployment, sourceCase } from './measure-source.ts'
import { speedCase, TASK_COUNTS } from './measure-speed.ts'

/** Baselines that would press all others together at the bottom of a figure. */
const NOT_DRAWN = ['random', 'single vCPU']

/** The interval that is drawn around a median: half of all values are in it. */
const INTERVAL = [0.25, 0.75] as const

/** Figures to draw against |B|. */
const AGAINST_PARTITIONS: readonly {
  readonly file: string
  readonly measure: string
  readonly deployment: Deployment
  readonly title: string
  readonly label: string
}[] = [
  {
    file: 'sharing',
    measure: 'sharing',
    deployment: 'none pre-deployed',
    title: 'Degree of SF sharing, nothing pre-deployed',
    label: 'tasks / instances',
  },
  ...(['none pre-deployed', 'all pre-deployed'] as const).flatMap((deployment) => {
    const [stem, words] =
      deployment === 'none pre-deployed' ? ['none', 'nothing pre-deployed'] : ['all', 'all pre-deployed']
    return [
      {
        file: `response-time-${stem}`,
        measure: 'response time',
        deployment,
        title: `Response time, ${words}`,
        label: `of ${BASELINE}'s`,
      },
      {
        file: `efficiency-${stem}`,
        measure: 'efficiency',
        deployment,
        title: `Efficiency, ${words}`,
        label: `of ${BASELINE}'s`,
      },
    ]
  }),
]

/** Draws what was measured, each figure as an SVG in a folder. @returns the files */
export async function drawFigures(figures: readonly Figure[], folder: string): Promise<string[]> {
  await mkdir(folder, { recursive: true })
  const files: string[] = []
  const write = async (name: string, svg: string): Promise<void> => {
    const file = join(folder, `${name}.svg`)
    await writeFile(file, svg)
    files.push(file)
  }
  const impls = [...new Set(figures.map(({ impl }) => impl))].filter((impl) => !NOT_DRAWN.includes(impl))
  for (const { file, measure, deployment, title, label } of AGAINST_PARTITIONS) {
    const at = partitionsIn(figures, `${measure}, ${deployment}`)
    if (at.length === 0) continue
    const series = impls.map((name) => ({
      name,
      points: at.flatMap((x) => point(figures, `${measure}, ${sourceCase(deployment, x)}`, name, x)),
    }))
    const { length } =
      figures.find(({ case: name }) => name.startsWith(`${measure}, ${deployment}`))?.samples ?? []
    await write(
      file,
      await lineChart({
        title,
        subtitle: `median of ${length} seeds, and the middle half of them`,
        xLabel: '|B|: partitions',
        yLabel: label,
        series: series.filter(({ points }) => points.length > 0),
      }),
    )
  }
  const speed = ALGORITHMS.map(({ title }) => ({
    name: title,
    points: TASK_COUNTS.flatMap((tasks) => point(figures, speedCase(tasks, SPEED_VCPUS), title, tasks)),
  })).filter(({ points }) => points.length > 0)
  if (speed.length > 0) {
    await write(
      'speed',
      await lineChart({
        title: `Time that a plan takes, ${SPEED_VCPUS} vCPUs`,
        xLabel: 'tasks',
        yLabel: 'ms',
        series: speed,
        logX: true,
        logY: true,
      }),
    )
  }
  return files
}

/** The figure of speed is drawn for this many vCPUs. */
const SPEED_VCPUS = 100

function partitionsIn(figures: readonly Figure[], prefix: string): number[] {
  const found = figures
    .filter(({ case: name }) => name.startsWith(`${prefix}, |B| = `))
    .map(({ case: name }) => Number(name.split(' = ')[1]))
  return [...new Set(found)].sort((a, b) => a - b)
}

function point(figures: readonly Figure[], name: string, impl: string, x: number) {
  const figure = figures.find((candidate) => candidate.case === name && candidate.impl === impl)
  if (figure === undefined) return []
  const [low, high] = INTERVAL.map((share) => quantile(figure.samples, share))
  return [{ x, y: quantile(figure.samples, 0.5), low, high }]
}
