import { setImmediate } from 'node:timers/promises'
import {
  ALGORITHMS,
  heft,
  type Platform,
  randomPlatform,
  randomWorkflow,
  schedule,
  type Workflow,
} from '../../scheduler/index.ts'
import type { Figure } from '../figures.ts'
import { listImplementation, validPlan } from './implementations.ts'
import { naiveHeft } from './naive-heft.ts'
import { Samples } from './samples.ts'

export const TASK_COUNTS = [100, 1000, 10_000]
export const VCPU_COUNTS = [10, 100, 1000]

/** The textbook's HEFT is tried on no more tasks times vCPUs: it would take minutes. */
const NAIVE_MOST = 1_000_000

const NAIVE = 'HEFT, textbook'

export interface SpeedOptions {
  readonly rounds: number
  /** Largest number of tasks. */
  readonly most: number
  readonly progress: (message: string) => void
}

export function speedCase(tasks: number, vcpus: number): string {
  return `time, ${tasks} tasks, ${vcpus} vCPUs`
}

/**
 * Time of each list scheduler against tasks and vCPUs, on instances with images and caps; and of HEFT beside the textbook's, on
 * instances without. Both halves of a comparison are in each round.
 */
export async function measureSpeed({ rounds, most, progress }: SpeedOptions): Promise<Figure[]> {
  const samples = new Samples()
  const sizes = TASK_COUNTS.filter((tasks) => tasks <= most).flatMap((tasks) =>
    VCPU_COUNTS.map((vcpus) => ({ tasks, vcpus })),
  )
  const all = ALGORITHMS.map((algorithm) => ({ algorithm, ...listImplementation(algorithm) }))
  for (const { tasks, vcpus } of sizes) {
    progress(`${speedCase(tasks, vcpus)}: ${rounds} rounds`)
    const platform = platformOf(vcpus)
    const workflow = randomWorkflow(1, {
      tasks,
      window: Math.max(20, tasks / 20),
      ccr: { ratio: 1, on: platform },
    })
    const plain = withoutImages(workflow)
    const bare = withoutCap(platform)
    for (const implementation of all) validPlan(implementation, workflow, platform)
    for (let round = 0; round < rounds; round++) {
      // A signal is heard between two rounds.
      await setImmediate()
      for (const { algorithm, title } of all) {
        samples.add(
          speedCase(tasks, vcpus),
          title,
          'ms',
          timeOf(() => schedule(algorithm, workflow, platform)),
        )
      }
      if (tasks * vcpus > NAIVE_MOST) continue
      const name = `${speedCase(tasks, vcpus)}, no images`
      samples.add(
        name,
        heft.title,
        'ms',
        timeOf(() => schedule(heft, plain, bare)),
      )
      samples.add(
        name,
        NAIVE,
        'ms',
        timeOf(() => naiveHeft(plain, bare)),
      )
    }
  }
  samples.add('peak memory of the process', 'all', 'MB', process.resourceUsage().maxRSS / 1000)
  return samples.figures()
}

/** Five networks of hosts with the same number of cores each. */
function platformOf(vcpus: number): Platform {
  const [hosts, cores] = { 10: [1, 1], 100: [5, 2], 1000: [10, 10] }[vcpus] as [number, number]
  return randomPlatform(1, {
    networks: 5,
    hosts: [hosts, hosts],
    sockets: [1, 1],
    cores: [cores, cores],
  })
}

function withoutImages(workflow: Workflow): Workflow {
  return { ...workflow, types: workflow.types.map((type) => ({ ...type, layers: [] })) }
}

function withoutCap(platform: Platform): Platform {
  const hosts = platform.hosts.map((host) => ({
    ...host,
    sockets: host.sockets.map((socket) => ({ ...socket, maximumUsage: 100 })),
  }))
  return { ...platform, hosts }
}

function timeOf(run: () => void): number {
  const start = performance.now()
  run()
  return performance.now() - start
}
