import { deepStrictEqual } from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import {
  formatPlatform,
  formatWorkflow,
  ModelError,
  type Platform,
  parsePlatform,
  parseWorkflow,
  randomPlatform,
  randomWorkflow,
  sourceWorkflow,
  testbed,
  type Workflow,
} from '../../../scheduler/index.ts'

/** Names of all kinds: words of YAML, numbers, signs, letters of any script. */
const name = fc.oneof(
  fc.constantFrom(
    'true',
    'null',
    '~',
    '1',
    '01',
    '1.0',
    '0x1F',
    '- a',
    'a: b',
    '#',
    '<<',
    '*a',
    '&a',
    '"',
    "'",
    '{',
    'constructor',
    'toString',
    'é ü',
  ),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }),
  fc.stringMatching(/^[a-z][a-z0-9-]{0,6}$/),
)
const usable = name.filter((one) => one === one.trim() && !/[\p{Cc}/]/u.test(one) && one !== '__proto__')
const names = fc.uniqueArray(usable, { maxLength: 4 })
const some = fc.uniqueArray(usable, { minLength: 1, maxLength: 6 })
const amount = fc.double({ min: 0, max: 1e12, noNaN: true }).map((value) => value + 0)
const rate = fc.double({ min: 1e-9, max: 1e12, noNaN: true })
const count = fc.integer({ min: 1, max: 4 })
const labels = fc.dictionary(usable, fc.string({ unit: 'grapheme', maxLength: 6 }), {
  maxKeys: 3,
  noNullPrototype: true,
})
const holder = fc.record({ images: names, layers: names })

const socket = fc.record({
  speed: rate,
  cores: count,
  vcpusPerCore: count,
  maximumUsage: fc.double({ min: 1, max: 100, noNaN: true }),
})

const host = (networks: readonly string[]) =>
  fc
    .record({
      network: fc.constantFrom(...networks),
      bandwidth: rate,
      architecture: fc.constantFrom('amd64', 'arm64', 'yes'),
      labels,
      sockets: fc.array(socket, { maxLength: 3 }),
      machineNames: names,
      held: holder,
    })
    .map(({ machineNames, held, ...rest }) => {
      const vcpus = rest.sockets.reduce((sum, { cores, vcpusPerCore }) => sum + cores * vcpusPerCore, 0)
      const own = machineNames.slice(0, vcpus)
      const machines = own.map((name, index) => ({
        name,
        vcpus: index === 0 ? vcpus - own.length + 1 : 1,
        ...held,
      }))
      return { ...rest, machines, ...(machines.length > 0 ? { images: [], layers: [] } : held) }
    })

const platform: fc.Arbitrary<Platform> = fc.tuple(some, some).chain(([networks, hosts]) =>
  fc.record({
    name: usable,
    networks: fc.tuple(...networks.map((name) => fc.record({ name: fc.constant(name), bandwidth: rate }))),
    hosts: fc.tuple(...hosts.map((name) => host(networks).map((rest) => ({ name, ...rest })))),
    repository: fc.constantFrom(undefined, ...hosts),
    fileServer: fc.constantFrom(undefined, ...hosts),
  }),
)

const task = (types: readonly string[]) =>
  fc.record({
    type: fc.constantFrom(...types),
    work: amount,
    times: fc.option(fc.dictionary(usable, amount, { maxKeys: 3, noNullPrototype: true }), {
      nil: undefined,
    }),
    usage: fc.double({ min: 1, max: 100, noNaN: true }),
    input: amount,
    demands: fc.record({ architecture: fc.constantFrom(undefined, 'arm64'), labels }),
  })

const workflow: fc.Arbitrary<Workflow> = fc
  .record({
    types: some,
    layers: fc.uniqueArray(fc.record({ name: usable, size: amount }), {
      selector: ({ name }) => name,
      maxLength: 5,
    }),
    tasks: some,
  })
  .chain(({ types, layers, tasks }) =>
    fc.record({
      name: usable,
      types: fc.tuple(
        ...types.map((name) =>
          fc.record({
            name: fc.constant(name),
            layers: fc.subarray([...layers]),
            architectures: fc.constantFrom(undefined, ['arm64'], ['arm64', 'amd64']),
          }),
        ),
      ),
      tasks: fc.tuple(...tasks.map((name) => task(types).map((rest) => ({ name, ...rest })))),
      edges: fc
        .tuple(
          ...tasks.flatMap((to, number) =>
            tasks.slice(0, number).map((from) =>
              fc.option(
                amount.map((data) => ({ from, to, data })),
                { nil: undefined },
              ),
            ),
          ),
        )
        .map((all) => all.filter((edge) => edge !== undefined)),
    }),
  )

/** Some of fast-check's objects have no prototype. */
const plain = <T>(value: T): T => structuredClone(value)

t.test('a platform that is written reads as the same', async () => {
  fc.assert(
    fc.property(platform, (one) => deepStrictEqual(parsePlatform(formatPlatform(one), 'p.yaml'), plain(one))),
    { numRuns: 100 },
  )
})

t.test('a workflow that is written reads as the same', async () => {
  fc.assert(
    fc.property(workflow, (one) => deepStrictEqual(parseWorkflow(formatWorkflow(one), 'w.yaml'), plain(one))),
    { numRuns: 100 },
  )
})

t.test('so do those that are generated, in the order of their edges too', async (t) => {
  for (const one of [testbed({ preDeployed: true, seed: 3 }), randomPlatform(4)])
    t.strictSame(parsePlatform(formatPlatform(one), 'p.yaml'), one)
  for (const one of [sourceWorkflow(3, { sharedBase: 1000, seed: 2 }), randomWorkflow(5)])
    t.strictSame(parseWorkflow(formatWorkflow(one), 'w.yaml'), one)
})

t.test('a type has its image in one number only if it shares it with none', async (t) => {
  const layer = { name: 'a', size: 5 }
  const types = ['a', 'b'].map((name) => ({ name, layers: [layer], architectures: undefined }))
  const text = formatWorkflow({ name: 'w', types, tasks: [], edges: [] })
  t.match(text, 'layers:\n  a: 5\n')
  t.strictSame(parseWorkflow(text, 'w.yaml').types, types)
})

t.test('what the format has no form for is not written', async (t) => {
  const { tasks, types } = sourceWorkflow(1)
  const edge = { from: 'A', to: 'B1', data: 1 }
  const two = { name: 'w', types, tasks, edges: [edge, edge] }
  t.throws(() => formatWorkflow(two), new ModelError('there are two edges from A to B1'))
  const dangling = { name: 'w', types, tasks, edges: [{ ...edge, to: 'X' }] }
  t.throws(() => formatWorkflow(dangling), new ModelError('an edge names task X, which is not there'))
})
