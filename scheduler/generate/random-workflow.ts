import { type Edge, Machine, NO_DEMANDS, type Platform, type Workflow } from '../model/index.ts'
import { Random, type Range } from '../random/index.ts'

/** Ranges are drawn from uniformly. */
export interface RandomWorkflowOptions {
  /** @defaultValue 200 */
  readonly tasks?: number | undefined
  /** SF types; each task is of one of them, all as likely. @defaultValue 10 */
  readonly types?: number | undefined
  /** Of each task, in million instructions. @defaultValue 500 to 1000 */
  readonly work?: Range | undefined
  /** Of each edge, in MB; `ccr` scales it. @defaultValue 300 to 3000 */
  readonly data?: Range | undefined
  /** Of each task, in percent. @defaultValue 20 to 80 */
  readonly usage?: Range | undefined
  /** Successors of each task but the last ones. @defaultValue 1 to 5 */
  readonly outDegree?: Range | undefined
  /** Of how many next tasks the successors of one are. Fewer make the graph longer and thinner. @defaultValue 20 */
  readonly window?: number | undefined
  /** Image of each type in MB, which shares no layer. @defaultValue 10 to 500 */
  readonly image?: Range | undefined
  /** What ratio of communication to computation the data are scaled to. @defaultValue none: they stay as drawn */
  readonly ccr?: Ccr | undefined
}

/** The ratio of the mean communication time of edges to the mean execution time of tasks, at mean speed and mean bandwidth. */
export interface Ccr {
  readonly ratio: number
  /** The platform whose mean speed and mean bandwidth count, or just these (MIPS, MB/s). */
  readonly on: Platform | { readonly speed: number; readonly bandwidth: number }
}

/**
 * A workflow as the authors of SF-CUV drew theirs (after Kanemitsu et al.). How they connected tasks is not known to us: each
 * task but the last draws its number of successors, and then so many different ones among the next `window` tasks (all that there
 * are, near the end). A task that none has drawn is a start task.
 * @param seed a whole number
 */
export function randomWorkflow(seed: number, options: RandomWorkflowOptions = {}): Workflow {
  const { tasks: count = 200, types = 10, work = [500, 1000], data = [300, 3000] } = options
  const { usage = [20, 80], outDegree = [1, 5], window = 20, image = [10, 500], ccr } = options
  const random = new Random(seed)
  const nameOf = (task: number): string => `t${task + 1}`
  const images = Array.from({ length: types }, (_, index) => ({
    name: `f${index + 1}`,
    size: random.number(image),
  }))
  const tasks = Array.from({ length: count }, (_, number) => ({
    name: nameOf(number),
    type: `f${random.whole([1, types])}`,
    work: random.number(work),
    times: undefined,
    usage: random.number(usage),
    input: 0,
    demands: NO_DEMANDS,
  }))
  const into: Edge[][] = tasks.map(() => [])
  for (let from = 0; from < count - 1; from++) {
    const last = Math.min(count - 1, from + window)
    for (const to of random.some(random.whole(outDegree), [from + 1, last]))
      into[to]?.push({ from: nameOf(from), to: nameOf(to), data: random.number(data) })
  }
  const workflow = {
    name: `random-${seed}`,
    types: images.map((layer) => ({ name: layer.name, layers: [layer], architectures: undefined })),
    tasks,
    edges: into.flat(),
  }
  return ccr === undefined ? workflow : withCcr(workflow, ccr)
}

/** The workflow with its data scaled, so that it has a ratio of communication to computation. */
function withCcr(workflow: Workflow, { ratio, on }: Ccr): Workflow {
  const { speed, bandwidth } = 'speed' in on ? on : meansOf(on)
  const execution = mean(workflow.tasks.map(({ work }) => work / speed))
  const communication = mean(workflow.edges.map(({ data }) => data / bandwidth))
  const factor = communication === 0 ? 1 : (ratio * execution) / communication
  return { ...workflow, edges: workflow.edges.map((edge) => ({ ...edge, data: edge.data * factor })) }
}

function meansOf(platform: Platform): { speed: number; bandwidth: number } {
  const { meanSpeed, meanSecondsPerMb } = new Machine(platform)
  return { speed: meanSpeed, bandwidth: 1 / meanSecondsPerMb }
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length
}
