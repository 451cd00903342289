import { DEFAULT_USAGE, type Edge, type Layer, NO_DEMANDS, type Task, type Workflow } from '../model/index.ts'
import { Random } from '../random/index.ts'

/** The SF types of the workflow; each has its image. */
export const SOURCE_TYPES = ['A', 'B', 'C', 'D', 'E', 'F'] as const

export interface SourceWorkflowOptions {
  /** Size of each image in MB. @defaultValue 1220, as the source has it */
  readonly image?: number | undefined
  /** What all images have in common, as one layer, in MB; at most `image`. @defaultValue 0: each image is one layer of its own */
  readonly sharedBase?: number | undefined
  /** Of each task, in million instructions. @defaultValue 20,000 (our choice: 8 s on a middling vCPU of `testbed`) */
  readonly work?: number | undefined
  /** On each edge, in MB. @defaultValue 100 (our choice) */
  readonly data?: number | undefined
  /** What A takes from the file server, in MB. @defaultValue 100 (our choice) */
  readonly input?: number | undefined
  /** Of each task, in percent. @defaultValue 50: both vCPUs of a core may work */
  readonly usage?: number | undefined
  /** Draws work and data of each task and edge around the values above. @defaultValue none: all are the same */
  readonly seed?: number | undefined
  /** By what share of them they differ at most; drawn uniformly. @defaultValue 0.5 */
  readonly spread?: number | undefined
}

/**
 * The workflow that the source document compares schedulers with (its section 4.2.4, in our reading of its figure): A splits its
 * input, for each partition B, C and D come one after another, E merges, F ends. 3(|B| + 1) tasks, named A, B1, C1, D1, B2, …,
 * E, F.
 * @param partitions |B|, from 1
 * @throws RangeError
 */
export function sourceWorkflow(partitions: number, options: SourceWorkflowOptions = {}): Workflow {
  const { image = 1220, sharedBase = 0, work = 20_000, data = 100, input = 100 } = options
  const { usage = DEFAULT_USAGE, seed, spread = 0.5 } = options
  if (!Number.isSafeInteger(partitions) || partitions < 1)
    throw new RangeError(`a workflow of the source has 1 partition at least, and not ${partitions}`)
  if (!(sharedBase >= 0 && sharedBase <= image))
    throw new RangeError(`a base of ${sharedBase} MB does not go into an image of ${image} MB`)
  const random = seed === undefined ? undefined : new Random(seed)
  const draw = (middle: number): number => random?.around(middle, spread) ?? middle
  const chains = Array.from({ length: partitions }, (_, index) =>
    ['B', 'C', 'D'].map((type) => type + (index + 1)),
  )
  const tasks = ['A', ...chains.flat(), 'E', 'F'].map(
    (name): Task => ({
      name,
      type: name.slice(0, 1),
      work: draw(work),
      times: undefined,
      usage,
      input: name === 'A' ? input : 0,
      demands: NO_DEMANDS,
    }),
  )
  const ends = chains.map((chain) => [chain.at(-1) as string, 'E'] as const)
  const steps = chains.flatMap((chain) => chain.map((to, index) => [chain[index - 1] ?? 'A', to] as const))
  const edges = [...steps, ...ends, ['E', 'F'] as const].map(
    ([from, to]): Edge => ({ from, to, data: draw(data) }),
  )
  return {
    name: `partitions-${partitions}`,
    types: SOURCE_TYPES.map((name) => ({
      name,
      layers: layersOf(name, image, sharedBase),
      architectures: undefined,
    })),
    tasks,
    edges,
  }
}

function layersOf(type: string, image: number, sharedBase: number): Layer[] {
  const layers = [
    { name: 'base', size: sharedBase },
    { name: type, size: image - sharedBase },
  ]
  return layers.filter(({ size }) => size > 0)
}
