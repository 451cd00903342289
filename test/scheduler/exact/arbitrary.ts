import fc from 'fast-check'
import type { Host, Occupation, Platform, SfType, Task, Workflow } from '../../../scheduler/index.ts'

/** Of a whole number of seconds for each megabyte. */
const bandwidth = fc.constantFrom(1, 1 / 2, 1 / 3)

export interface Size {
  readonly tasks: number
  readonly types: number
  readonly layers: number
  readonly longest: number
}

export const TINY: Size = { tasks: 4, types: 3, layers: 3, longest: 6 }

/** Workflows whose times are whole seconds on platforms of `platforms`. */
export function workflows({ tasks, types, layers, longest }: Size, isBare = false): fc.Arbitrary<Workflow> {
  const sizes = fc.array(fc.nat(longest), { minLength: layers, maxLength: layers })
  const ofType = isBare
    ? fc.constant<number[]>([])
    : fc.uniqueArray(fc.nat(layers - 1), { maxLength: layers })
  return fc
    .record({
      sizes,
      types: fc.array(ofType, { minLength: types, maxLength: types }),
      tasks: fc.array(
        fc.record({
          type: fc.nat(types - 1),
          work: fc.integer({ min: isBare ? 1 : 0, max: longest }).map((half) => 2 * half),
          usage: isBare ? fc.constant(50) : fc.constantFrom(20, 50, 60, 100),
          input: isBare
            ? fc.constant(0)
            : fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(longest) }),
          isPicky: isBare ? fc.constant(false) : fc.integer({ min: 0, max: 5 }).map((lot) => lot === 0),
        }),
        { minLength: 1, maxLength: tasks },
      ),
      edges: fc.array(
        fc.oneof({ weight: 2, arbitrary: fc.constant(-1) }, { weight: 1, arbitrary: fc.nat(longest) }),
        {
          minLength: (tasks * (tasks - 1)) / 2,
          maxLength: (tasks * (tasks - 1)) / 2,
        },
      ),
    })
    .map((drawn) => {
      const names = drawn.tasks.map((_, number) => `t${number}`)
      let next = 0
      const edges = names.flatMap((to, number) =>
        names.slice(0, number).flatMap((from) => {
          const data = drawn.edges[next++] as number
          return data < 0 ? [] : [{ from, to, data }]
        }),
      )
      return {
        name: 'drawn',
        types: drawn.types.map(
          (own, number): SfType => ({
            name: `type${number}`,
            layers: own.map((layer) => ({ name: `layer${layer}`, size: drawn.sizes[layer] as number })),
            architectures: undefined,
          }),
        ),
        tasks: drawn.tasks.map(
          ({ type, work, usage, input, isPicky }, number): Task => ({
            name: names[number] as string,
            type: `type${type}`,
            work,
            times: undefined,
            usage,
            input,
            demands: { architecture: undefined, labels: isPicky ? { zone: 'a' } : {} },
          }),
        ),
        edges,
      }
    })
}

/** One to three vCPUs on one or two hosts, the first of which takes every task; beside them a server for images and input. */
export function platforms(isBare = false): fc.Arbitrary<Platform> {
  const usage = isBare ? fc.constant(100) : fc.constantFrom(50, 60, 100)
  const socket = (vcpus: number) =>
    fc.record({
      speed: fc.constantFrom(1, 2),
      cores: fc.constant(vcpus),
      vcpusPerCore: fc.constant(1),
      maximumUsage: fc.constant(100),
    })
  const pair = fc.record({
    speed: fc.constantFrom(1, 2),
    cores: fc.constant(1),
    vcpusPerCore: fc.constant(2),
    maximumUsage: usage,
  })
  const host = (number: number, isSmall: boolean) =>
    fc
      .record({
        network: fc.constantFrom('n0', 'n1'),
        bandwidth,
        socket: isSmall ? socket(1) : fc.oneof(socket(1), socket(2), pair),
        isSplit: fc.boolean(),
        images: fc.subarray(['type0', 'type1']),
        layers: fc.subarray(['layer0']),
      })
      .map(({ network, bandwidth, socket, isSplit, images, layers }): Host => {
        const vcpus = socket.cores * socket.vcpusPerCore
        const machines = isSplit && vcpus === 2 && !isBare
        return {
          name: `h${number}`,
          network,
          bandwidth,
          architecture: 'amd64',
          labels: { zone: number === 0 ? 'a' : 'b' },
          sockets: [socket],
          machines: machines
            ? [
                { name: 'm0', vcpus: 1, images, layers: [] },
                { name: 'm1', vcpus: 1, images: [], layers },
              ]
            : [],
          images: machines ? [] : images,
          layers: machines ? [] : layers,
        }
      })
  return fc
    .record({
      hosts: fc.oneof(fc.tuple(host(0, false)), fc.tuple(host(0, false), host(1, true))),
      wide: bandwidth,
      server: bandwidth,
    })
    .map(({ hosts, wide, server }) => ({
      name: 'drawn',
      networks: [
        { name: 'n0', bandwidth: wide },
        { name: 'n1', bandwidth: 1 },
      ],
      hosts: [
        ...hosts,
        {
          name: 'server',
          network: 'n0',
          bandwidth: server,
          architecture: 'amd64',
          labels: {},
          sockets: [],
          machines: [],
          images: [],
          layers: [],
        },
      ],
      repository: 'server',
      fileServer: 'server',
    }))
}

/** Something else on the first vCPU of the first host, and the first layer on its way to its first node. */
export function occupations(release: number): fc.Arbitrary<(platform: Platform) => Occupation> {
  return fc
    .record({
      start: fc.nat(8),
      length: fc.integer({ min: 1, max: 5 }),
      usage: fc.constantFrom(20, 50),
      layer: fc.nat(8),
    })
    .map(({ start, length, usage, layer }) => ({ hosts }) => ({
      tasks: [{ vcpu: 'h0/0', start: release + start, finish: release + start + length, usage }],
      layers: [
        { node: hosts[0]?.machines.length === 0 ? 'h0' : 'h0/m0', layer: 'layer0', finish: release + layer },
      ],
    }))
}
