import { readFileSync } from 'node:fs'
import {
  NO_DEMANDS,
  type Platform,
  parseWorkflow,
  type Schedule,
  type Workflow,
} from '../../scheduler/index.ts'

/** Processors that exchange a unit of data in a unit of time, each a host with one vCPU and no cap; no images. */
export function processors(count: number): Platform {
  return {
    name: 'processors',
    networks: [{ name: 'lab', bandwidth: 1 }],
    hosts: Array.from({ length: count }, (_, number) => ({
      name: `P${number}`,
      network: 'lab',
      bandwidth: 1,
      architecture: 'amd64',
      labels: {},
      sockets: [{ speed: 1, cores: 1, vcpusPerCore: 1, maximumUsage: 100 }],
      machines: [],
      images: [],
      layers: [],
    })),
    repository: undefined,
    fileServer: undefined,
  }
}

/** @param times of each task on each processor @param edges from, to, data */
export function instance(
  times: readonly (readonly number[])[],
  edges: readonly (readonly [number, number, number])[],
): Workflow {
  return {
    name: 'golden',
    types: [{ name: 'any', layers: [], architectures: undefined }],
    tasks: times.map((row, number) => ({
      name: `${number}`,
      type: 'any',
      work: 0,
      times: Object.fromEntries(row.map((time, processor) => [`P${processor}`, time])),
      usage: 100,
      input: 0,
      demands: NO_DEMANDS,
    })),
    edges: edges.map(([from, to, data]) => ({ from: `${from}`, to: `${to}`, data })),
  }
}

/** Slots by processor, in the notation of the sources: `P0 1[27–40] 7[57–62]`. */
export function slots({ tasks }: Schedule): string[] {
  const by = new Map<string, { task: string; start: number; finish: number }[]>()
  for (const { vcpu, ...slot } of tasks) {
    const processor = vcpu.replace(/\/.*/, '')
    by.set(processor, [...(by.get(processor) ?? []), slot])
  }
  return [...by]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([processor, all]) => {
      const sorted = all.sort((a, b) => a.start - b.start)
      return [processor, ...sorted.map(({ task, start, finish }) => `${task}[${start}–${finish}]`)].join(' ')
    })
}

/** Topcuoglu et al. 2002, figure 3. HEFT 80, CPOP 86, PEFT 85, optimum 73. */
export const TOPCUOGLU = golden('topcuoglu')

/** Arabnejad and Barbosa 2014. PEFT 122, HEFT 133, optimum 113. */
export const ARABNEJAD = golden('arabnejad')

function golden(name: string): Workflow {
  const file = new URL(`../../../topologies/golden/${name}.yaml`, import.meta.url)
  return parseWorkflow(readFileSync(file, 'utf8'), file.pathname)
}
