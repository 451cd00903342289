import fc from 'fast-check'
import {
  type Host,
  NO_DEMANDS,
  type Platform,
  type Schedule,
  type SfType,
  type Task,
  type Workflow,
} from '../../../scheduler/index.ts'

export function host(name: string, changes: Partial<Host> = {}): Host {
  return {
    name,
    network: 'lab',
    bandwidth: 10,
    architecture: 'amd64',
    labels: {},
    sockets: [{ speed: 100, cores: 1, vcpusPerCore: 1, maximumUsage: 100 }],
    machines: [],
    images: ['f'],
    layers: [],
    ...changes,
  }
}

/** Hosts in one network, with a repository that computes nothing. */
export function platform(hosts: readonly Host[], changes: Partial<Platform> = {}): Platform {
  return {
    name: 'p',
    networks: [{ name: 'lab', bandwidth: 10 }],
    hosts: [...hosts, host('repository', { sockets: [], images: [] })],
    repository: 'repository',
    fileServer: 'repository',
    ...changes,
  }
}

export function task(name: string, changes: Partial<Task> = {}): Task {
  return {
    name,
    type: 'f',
    work: 100,
    times: undefined,
    usage: 50,
    input: 0,
    demands: NO_DEMANDS,
    ...changes,
  }
}

const F: SfType = { name: 'f', layers: [{ name: 'f', size: 10 }], architectures: undefined }

export function workflow(
  tasks: readonly Task[],
  edges: readonly (readonly [string, string, number])[] = [],
  types: readonly SfType[] = [F],
): Workflow {
  return { name: 'w', types, tasks, edges: edges.map(([from, to, data]) => ({ from, to, data })) }
}

/** A schedule of which only the order and the vCPUs matter. @param places task, vCPU, start */
export function planned(places: readonly (readonly [string, string, number])[]): Schedule {
  const tasks = places.map(([task, vcpu, start]) => ({ task, type: 'f', vcpu, start, finish: start + 1 }))
  return { scheduler: 'hand', policy: 'on-demand', release: 0, tasks, downloads: [], makespan: 0 }
}

const LAYERS = [0, 5, 20, 40, 80]

const types = fc
  .array(fc.uniqueArray(fc.nat({ max: LAYERS.length - 1 }), { minLength: 1, maxLength: 3 }), {
    minLength: 1,
    maxLength: 4,
  })
  .map((all) =>
    all.map((layers, number): SfType => {
      const named = layers.map((layer) => ({ name: `layer-${layer}`, size: LAYERS[layer] as number }))
      return { name: `type-${number}`, layers: named, architectures: undefined }
    }),
  )

const sockets = fc.record({
  speed: fc.constantFrom(100, 150, 400),
  cores: fc.integer({ min: 1, max: 2 }),
  vcpusPerCore: fc.integer({ min: 1, max: 3 }),
  maximumUsage: fc.constantFrom(60, 80, 100),
})

const hosts = fc.array(
  fc.record({
    network: fc.constantFrom('lab', 'edge'),
    bandwidth: fc.constantFrom(5, 10, 30),
    sockets: fc.array(sockets, { minLength: 1, maxLength: 2 }),
    images: fc.subarray(['type-0', 'type-1']),
    hasMachines: fc.boolean(),
  }),
  { minLength: 1, maxLength: 5 },
)

const platforms = hosts.map((all) =>
  platform(
    all.map(({ hasMachines, images, ...changes }, number) => {
      const vcpus = changes.sockets.reduce((sum, { cores, vcpusPerCore }) => sum + cores * vcpusPerCore, 0)
      const machine = { layers: [], images }
      const machines =
        hasMachines && vcpus > 1
          ? [
              { ...machine, name: 'a', vcpus: 1 },
              { ...machine, name: 'b', vcpus: vcpus - 1 },
            ]
          : []
      return host(`h${number}`, { ...changes, machines, images })
    }),
    {
      networks: [
        { name: 'lab', bandwidth: 20 },
        { name: 'edge', bandwidth: 4 },
      ],
    },
  ),
)

const rows = fc.array(
  fc.record({
    type: fc.nat(),
    work: fc.constantFrom(0, 100, 250, 1000, 1234.5),
    usage: fc.constantFrom(0, 20, 50, 60),
    input: fc.constantFrom(0, 0, 15),
    before: fc.array(fc.record({ at: fc.nat(), data: fc.constantFrom(0, 1, 10, 35.7) }), { maxLength: 3 }),
  }),
  { minLength: 1, maxLength: 30 },
)

/** A workflow with shared layers, zero sizes and zero work, and a platform of two networks that can run it. */
export const instances: fc.Arbitrary<{ workflow: Workflow; platform: Platform }> = fc
  .record({ types, platform: platforms, rows })
  .map(({ types, platform, rows }) => {
    const tasks = rows.map(({ type, work, usage, input }, number) =>
      task(`t${number}`, { type: `type-${type % types.length}`, work, usage, input }),
    )
    const edges = rows.flatMap(({ before }, number) => {
      if (number === 0) return []
      const data = new Map(before.map(({ at, data }) => [at % number, data]))
      return [...data].map(([from, size]) => [`t${from}`, `t${number}`, size] as const)
    })
    return { workflow: workflow(tasks, edges, types), platform }
  })
