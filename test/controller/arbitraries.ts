import fc from 'fast-check'
import type { CostSample, Costs } from '../../src/controller/costs.ts'
import type { Demand, DeployedTask, Deployment } from '../../src/deployment/index.ts'
import type { NodeFacts } from '../../src/facts/index.ts'
import type { FunctionFacts } from '../../src/repository/index.ts'
import { deployment, node, version, wanted } from './network.ts'

/** Whatever may be asked of a planner: some of it cannot be placed. */
export interface Situation {
  readonly nodes: readonly NodeFacts[]
  readonly deployments: readonly Deployment[]
  readonly facts: readonly FunctionFacts[]
  readonly samples: readonly CostSample[]
  readonly scheduler: string
}

const NAMES = ['crop', 'detect', 'merge', 'split']
const CONTENTS = ['/camera', '/camera/lobby', '/lobby']
const ARCHITECTURES = ['amd64', 'arm64']
const LAYERS = ['sha256:base', 'sha256:base-arm64', ...NAMES.map((name) => `sha256:${name}-1.0.0`)]

const facts = fc
  .record({
    sockets: fc.array(
      fc.record({ cores: fc.integer({ min: 1, max: 2 }), threads: fc.integer({ min: 1, max: 2 }) }),
      {
        minLength: 1,
        maxLength: 2,
      },
    ),
    isNumbered: fc.nat({ max: 4 }).map((digit) => digit > 0),
    speed: fc.integer({ min: 500, max: 4000 }),
    share: fc.constantFrom(1, 1, 0.5),
    shareOf: fc.constantFrom('instance' as const, 'vcpu' as const),
    bandwidth: fc.constantFrom(10, 125),
    architecture: fc.constantFrom('amd64', ...ARCHITECTURES),
    availability: fc.constantFrom('active', 'active', 'active', 'active', 'pause' as const),
    labels: fc.constantFrom<Readonly<Record<string, string>>>({}, { camera: 'true' }, { camera: 'false' }),
    blobs: fc.subarray(LAYERS),
  })
  .map(({ sockets, isNumbered, speed, share, shareOf, ...rest }) => {
    const vcpus = sockets.reduce((sum, { cores, threads }) => sum + cores * threads, 0)
    const cpus = isNumbered ? Array.from({ length: vcpus }, (_, index) => 7 * index + 1) : []
    return { cpu: { model: 'some CPU', sockets, cpus, vcpus, speed, share, shareOf }, ...rest }
  })

const camera: Demand = { kind: 'label', text: 'camera == true', key: 'camera', value: 'true', isEqual: true }
const notThere: Demand = { kind: 'node', text: 'node != n0', value: 'n0', isEqual: false }

const functions = fc.tuple(
  ...NAMES.map((name) =>
    fc
      .record({
        instances: fc.constantFrom(
          undefined,
          undefined,
          { min: 0, max: 1 },
          { min: 2, max: 2 },
          { min: 1, max: 3 },
          { min: 4, max: 6 },
        ),
        demands: fc.constantFrom([], [], [], [camera], [notThere]),
        idle: fc.constant(5000),
      })
      .map((rest) => wanted(name, rest)),
  ),
)

const chain = fc
  .tuple(fc.array(fc.constantFrom(...NAMES), { minLength: 1, maxLength: 4 }), fc.constantFrom(...CONTENTS))
  .map(([names, content]) => `${names.join(':')}${content}`)

/** Each task takes its inputs from some before it, or from the content. */
const workflow: fc.Arbitrary<Omit<DeployedTask, 'call'>[]> = fc
  .array(fc.tuple(fc.constantFrom(...NAMES), fc.array(fc.nat({ max: 9 }), { minLength: 1, maxLength: 3 })), {
    minLength: 1,
    maxLength: 7,
  })
  .map((drawn) => {
    const names = drawn.map(([name], index) => `${name}-${index}`)
    return drawn.map(([, inputs], index) => ({
      name: names[index] as string,
      inputs: [...new Set(inputs.map((input) => (input < index ? names[input] : undefined)))],
    }))
  })

function wish(name: string): fc.Arbitrary<Deployment> {
  return fc
    .record({
      chains: fc.uniqueArray(chain, { maxLength: 3 }),
      workflow: fc.option(workflow, { nil: undefined }),
      functions,
      named: fc.subarray(NAMES),
      contentNode: fc.constantFrom(undefined, 'n0'),
    })
    .map(({ chains, workflow: tasks, functions: all, named, contentNode }) => {
      const workflows = tasks === undefined ? {} : { [`w-${name}`]: tasks }
      const used = deployment(name, { chains, workflows }).functions.map((one) => one.name)
      const own = all.filter((one) => used.includes(one.name) || named.includes(one.name))
      return deployment(name, { chains, workflows, functions: own, contentNode })
    })
}

const sample = fc.record({
  call: fc.constantFrom(...NAMES).map((name) => ({ name, parameters: [] })),
  architecture: fc.constantFrom(...ARCHITECTURES),
  inputBytes: fc.integer({ min: 0, max: 5_000_000 }),
  seconds: fc.double({ min: 0, max: 5, noNaN: true }),
  speed: fc.integer({ min: 500, max: 4000 }),
  outputBytes: fc.integer({ min: 0, max: 5_000_000 }),
  at: fc.constant(1),
})

export const situation: fc.Arbitrary<Situation> = fc.record({
  nodes: fc
    .array(facts, { minLength: 1, maxLength: 4 })
    .map((drawn) => drawn.map((one, index) => ({ ...node(`n${index}`), ...one }))),
  deployments: fc.tuple(wish('one'), wish('two')),
  facts: fc
    .subarray(NAMES)
    .map((both) =>
      NAMES.map((name) => version(name, { architectures: both.includes(name) ? ARCHITECTURES : ['amd64'] })),
    ),
  samples: fc.array(sample, { maxLength: 20 }),
  scheduler: fc.constantFrom('sf-cuv', 'heft', 'cpop', 'random', 'com'),
})

export function learn(costs: Costs, samples: readonly CostSample[]): Costs {
  for (const one of samples) costs.add(one)
  return costs
}
