import fc from 'fast-check'
import {
  type Edge,
  type Host,
  Machine,
  type Occupation,
  type Platform,
  type ScheduleOptions,
  type SfType,
  type Task,
  type VirtualMachine,
  type Workflow,
} from '../../scheduler/index.ts'

/** A workflow that the platform can run, what it is already doing, and how images come. */
export interface Instance {
  readonly workflow: Workflow
  readonly platform: Platform
  readonly options: ScheduleOptions
}

const ARCHITECTURES = ['amd64', 'arm64'] as const
const LABELS: Readonly<Record<string, string>> = { zone: 'edge', gpu: 'yes' }
const NETWORKS = ['inner', 'outer'] as const

/** Small whole numbers, which make ties, and others, which make roundings. */
function amount(max: number): fc.Arbitrary<number> {
  return fc.oneof(fc.integer({ min: 1, max }), fc.double({ min: 0.1, max, noNaN: true }))
}

function amountOrNone(max: number): fc.Arbitrary<number> {
  return fc.oneof({ weight: 1, arbitrary: fc.constant(0) }, { weight: 3, arbitrary: amount(max) })
}

/** Parts of images: a layer's size is the same in every type. */
const layerSizes = fc.array(amountOrNone(20), { minLength: 5, maxLength: 5 })

function sfType(number: number, sizes: readonly number[]): fc.Arbitrary<SfType> {
  const names = sizes.map((_, layer) => `L${layer}`)
  return fc.record({
    name: fc.constant(`T${number}`),
    layers: fc
      .shuffledSubarray(names, { maxLength: 3 })
      .map((own) => own.map((name) => ({ name, size: sizes[names.indexOf(name)] as number }))),
    architectures: fc.option(fc.subarray([...ARCHITECTURES], { minLength: 1 }), { nil: undefined }),
  })
}

function task(number: number, types: readonly SfType[], hosts: readonly Host[]): fc.Arbitrary<Task> {
  const names = hosts.map(({ name }) => name)
  return fc.constantFrom(...types).chain(({ name: type, architectures }) =>
    fc.record({
      name: fc.constant(`t${number}`),
      type: fc.constant(type),
      work: amountOrNone(40),
      times: fc.option(
        fc.dictionary(fc.constantFrom(...names), amount(9), { maxKeys: 2, noNullPrototype: true }),
        { nil: undefined, freq: 4 },
      ),
      usage: fc.constantFrom(10, 30, 50, 60, 75.5, 100),
      input: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: amount(9) }),
      demands: fc.record({
        architecture: fc.option(fc.constantFrom(...(architectures ?? ARCHITECTURES)), {
          nil: undefined,
          freq: 2,
        }),
        labels: fc
          .subarray(Object.keys(LABELS))
          .map((keys) => Object.fromEntries(keys.map((key) => [key, LABELS[key] as string]))),
      }),
    }),
  )
}

function edges(count: number): fc.Arbitrary<Edge[]> {
  if (count < 2) return fc.constant([])
  const edge = fc
    .tuple(fc.nat({ max: count - 1 }), fc.nat({ max: count - 1 }), amountOrNone(30))
    // Against the order of the file as well as along it, but never round: from even to odd, or upwards among equals.
    .map(([a, b, data]) => ({ from: rank(a) < rank(b) ? a : b, to: rank(a) < rank(b) ? b : a, data }))
    .filter(({ from, to }) => from !== to)
  const rank = (number: number): number => (number % 2) * count + number
  return fc
    .uniqueArray(edge, { maxLength: 2 * count, selector: ({ from, to }) => `${from} ${to}` })
    .map((all) => all.map(({ from, to, data }) => ({ from: `t${from}`, to: `t${to}`, data })))
}

const socket = fc.record({
  speed: amount(4),
  cores: fc.integer({ min: 1, max: 2 }),
  vcpusPerCore: fc.integer({ min: 1, max: 3 }),
  maximumUsage: fc.constantFrom(60, 80, 100),
})

/** @param types that it may hold @param able takes every task of its architecture */
function host(
  name: string,
  types: readonly SfType[],
  { able, architecture, holdsAll }: { able: boolean; architecture: fc.Arbitrary<string>; holdsAll: boolean },
): fc.Arbitrary<Host> {
  const all = types.map((type) => type.name)
  const images = holdsAll ? fc.constant(all) : fc.subarray(all, { maxLength: 1 })
  const layers = fc.subarray(['L0', 'L1', 'elsewhere'], { maxLength: 1 })
  const sockets = fc.array(able ? socket.map((one) => ({ ...one, maximumUsage: 100 })) : socket, {
    minLength: 1,
    maxLength: 2,
  })
  return sockets.chain((sockets) => {
    const vcpus = sockets.reduce((sum, { cores, vcpusPerCore }) => sum + cores * vcpusPerCore, 0)
    const machines = fc.oneof(
      fc.constant<VirtualMachine[]>([]),
      fc.tuple(fc.integer({ min: 0, max: vcpus }), images, images, layers).map(([first, one, two, more]) => [
        { name: 'vm-a', vcpus: first, images: one, layers: more },
        { name: 'vm-b', vcpus: vcpus - first, images: two, layers: [] },
      ]),
    )
    return fc.record({
      name: fc.constant(name),
      network: fc.constantFrom(...NETWORKS),
      bandwidth: amount(20),
      architecture,
      labels: able
        ? fc.constant(LABELS)
        : fc.subarray([{}, LABELS], { minLength: 1 }).map(([one]) => one ?? {}),
      sockets: fc.constant(sockets),
      machines,
      images,
      layers,
    })
  })
}

function server(name: string): fc.Arbitrary<Host> {
  return fc.record({
    name: fc.constant(name),
    network: fc.constantFrom(...NETWORKS),
    bandwidth: amount(20),
    architecture: fc.constant('amd64'),
    labels: fc.constant({}),
    sockets: fc.constant([]),
    machines: fc.constant([]),
    images: fc.constant([]),
    layers: fc.constant([]),
  })
}

/** Two hosts between them take every task; up to two others take some. */
function platform(types: readonly SfType[]): fc.Arbitrary<Platform> {
  const any = fc.constantFrom<string>(...ARCHITECTURES)
  return fc.constantFrom('store', 'amd', undefined).chain((repository) => {
    const holdsAll = repository === undefined
    const able = ARCHITECTURES.map((one) => ({ able: true, architecture: fc.constant(one), holdsAll }))
    const other = { able: false, architecture: any, holdsAll: false }
    const others = fc
      .integer({ min: 0, max: 2 })
      .chain((count) =>
        fc.tuple(...Array.from({ length: count }, (_, number) => host(`other${number}`, types, other))),
      )
    return fc
      .tuple(
        host('amd', types, able[0] as (typeof able)[0]),
        host('arm', types, able[1] as (typeof able)[0]),
        others,
        server('store'),
        server('files'),
        amount(10),
        amount(10),
      )
      .map(([amd, arm, more, store, files, inner, outer]) => ({
        name: 'random',
        networks: [
          { name: 'inner', bandwidth: inner },
          { name: 'outer', bandwidth: outer },
        ],
        hosts: [...more, amd, store, arm, files],
        repository,
        fileServer: 'files',
      }))
  })
}

/** Tasks of others, one after another on each vCPU and under the cap whatever runs beside them; layers on their way. */
function occupation(platform: Platform): fc.Arbitrary<Occupation> {
  const machine = new Machine(platform)
  const slots = fc.array(fc.tuple(amountOrNone(5), amount(5)), { maxLength: 2 })
  const tasks = fc.array(slots, { minLength: machine.vcpuCount, maxLength: machine.vcpuCount }).map((all) =>
    all.flatMap((own, number) => {
      let time = 0
      return own.map(([gap, duration]) => {
        const start = time + gap
        time = start + duration
        return { vcpu: machine.vcpus[number] as string, start, finish: time, usage: 40 }
      })
    }),
  )
  const layer = fc.record({
    node: fc.constantFrom(...machine.nodes),
    layer: fc.constantFrom('L0', 'L1', 'L2', 'elsewhere'),
    finish: amountOrNone(20),
  })
  return fc.record({ tasks, layers: fc.array(layer, { maxLength: 3 }) })
}

/** @param most tasks */
export function instances(most = 12): fc.Arbitrary<Instance> {
  return layerSizes
    .chain((sizes) => fc.tuple(sfType(0, sizes), sfType(1, sizes), sfType(2, sizes)))
    .chain((types) => fc.tuple(fc.constant(types), platform(types), fc.nat({ max: most })))
    .chain(([types, platform, count]) =>
      fc
        .tuple(...Array.from({ length: count }, (_, number) => task(number, types, platform.hosts)))
        .chain((tasks) =>
          fc.record({
            workflow: fc.record({
              name: fc.constant('random'),
              types: fc.constant(types),
              tasks: fc.constant(tasks),
              edges: edges(count),
            }),
            platform: fc.constant(platform),
            options: fc.record({
              policy: fc.constantFrom('on-demand' as const, 'ahead' as const),
              release: amountOrNone(10),
              occupation: fc.option(occupation(platform), { nil: undefined }),
            }),
          }),
        ),
    )
}
