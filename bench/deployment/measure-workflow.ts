import type { RunView } from '../../src/controller/index.ts'
import { median } from '../figures.ts'
import type { Samples } from '../samples.ts'
import type { DeploymentBench } from './bench-site.ts'

/** How often the workflow runs at first, so that costs are known; and how often each deployment does before it counts: processes are warm then. */
const LEARNING_RUNS = 3
const WARM_UP_RUNS = 1

export interface WorkflowOptions {
  /** |B|: tiles that a photograph is cut into. */
  readonly partitions: readonly number[]
  readonly schedulers: readonly string[]
  readonly rounds: number
  readonly progress: (message: string) => void
}

/**
 * The photograph workflow (three functions for each of |B| tiles, then merged and summarised) under each scheduler: the response time
 * that the plan promises once all is deployed, and the one that comes out. Costs are learned from the runs before.
 */
export async function measureWorkflow(
  bench: DeploymentBench,
  samples: Samples,
  { partitions, schedulers, rounds, progress }: WorkflowOptions,
): Promise<void> {
  const { site } = bench
  let number = 0
  // One after the other: nodes that start together measure each other.
  for (const { name } of await site.actions.nodes()) await site.actions.calibrate(name)
  for (const count of partitions) {
    // Whatever comes first would be planned with guesses, or with what smaller tiles or larger ones cost.
    progress(`|B| = ${count}, learning costs`)
    await bench.deploy('photos', photosFile(count))
    for (let run = 0; run < LEARNING_RUNS; run++) await runOnce(bench, ++number)
    await site.actions.remove('photos')
    await bench.untilGone()
    for (const scheduler of schedulers) {
      progress(`|B| = ${count}, ${scheduler}`)
      await bench.deploy('photos', photosFile(count), undefined, scheduler)
      for (let run = 0; run < WARM_UP_RUNS; run++) await runOnce(bench, ++number)
      const views: RunView[] = []
      for (let round = 0; round < rounds; round++) views.push(await runOnce(bench, ++number))
      addRuns(views, count, scheduler, samples)
      samples.add(`vCPUs, |B| = ${count}`, scheduler, 'vCPUs', vcpusOf(views))
      samples.add(
        `instances, |B| = ${count}`,
        scheduler,
        'instances',
        (await site.actions.instances()).length,
      )
      await site.actions.remove('photos')
      await bench.untilGone()
    }
  }
}

async function runOnce({ site }: DeploymentBench, number: number): Promise<RunView> {
  // Content that was never asked for: no Content Store has any of it.
  const { view } = await site.actions.run('photos', `/camera/0/${process.pid}-${number}`)
  return view
}

function addRuns(views: readonly RunView[], count: number, scheduler: string, samples: Samples): void {
  const planned = views[0]?.plan.warm.makespan ?? Number.NaN
  const name = (what: string) => `${what}, |B| = ${count}`
  samples.add(name('response time planned'), scheduler, 's', planned)
  for (const { responseTime } of views) {
    samples.add(name('response time measured'), scheduler, 's', responseTime)
  }
  const measured = median(views.map(({ responseTime }) => responseTime))
  samples.add(name('measured / planned'), scheduler, '', measured / planned)
}

function vcpusOf(views: readonly RunView[]): number {
  return new Set(views.flatMap(({ plan }) => plan.warm.tasks.map(({ vcpu }) => vcpu))).size
}

/** A photograph is normalised, cut into tiles, each of which is scaled up, cleaned of noise and sharpened, and put together again. */
export function photosFile(count: number): string {
  return `name: photos
workflows:
  photos:
    content: /camera
    tasks:
      normalize: { from: content }
      tile: { each: ${count}, function: 'tile(index={n},of=${count})', from: normalize }
      denoise: { each: ${count}, from: tile }
      sharpen: { each: ${count}, from: denoise }
      mosaic: { from: sharpen }
      summary: { from: mosaic }
content:
  /camera: { node: NODE, type: image/jpeg, size: 500kB }
`
}
