import { NO_DEMANDS, type Platform, type Schedule, type Workflow } from '../../scheduler/index.ts'

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
export const TOPCUOGLU = instance(
  [
    [14, 16, 9],
    [13, 19, 18],
    [11, 13, 19],
    [13, 8, 17],
    [12, 13, 10],
    [13, 16, 9],
    [7, 15, 11],
    [5, 11, 14],
    [18, 12, 20],
    [21, 7, 16],
  ],
  [
    [0, 1, 18],
    [0, 2, 12],
    [0, 3, 9],
    [0, 4, 11],
    [0, 5, 14],
    [1, 7, 19],
    [1, 8, 16],
    [2, 6, 23],
    [3, 7, 27],
    [3, 8, 23],
    [4, 8, 13],
    [5, 7, 15],
    [6, 9, 17],
    [7, 9, 11],
    [8, 9, 13],
  ],
)

/** Arabnejad and Barbosa 2014. PEFT 122, HEFT 133, optimum 113. */
export const ARABNEJAD = instance(
  [
    [22, 21, 36],
    [22, 18, 18],
    [32, 27, 43],
    [7, 10, 4],
    [29, 27, 35],
    [26, 17, 24],
    [14, 25, 30],
    [29, 23, 36],
    [15, 21, 8],
    [13, 16, 33],
  ],
  [
    [0, 1, 17],
    [0, 2, 31],
    [0, 3, 29],
    [0, 4, 13],
    [0, 5, 7],
    [1, 7, 3],
    [1, 8, 30],
    [2, 6, 16],
    [3, 7, 11],
    [3, 8, 7],
    [4, 8, 57],
    [5, 7, 5],
    [6, 9, 9],
    [7, 9, 42],
    [8, 9, 7],
  ],
)
