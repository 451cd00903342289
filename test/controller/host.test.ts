import t from 'tap'
import { findScheduler, Machine, type Platform, Problem, type Workflow } from '../../scheduler/index.ts'
import { hostOf } from '../../src/controller/index.ts'
import type { NodeFacts } from '../../src/facts/index.ts'

const FACTS: NodeFacts = {
  name: 'gateway',
  os: 'linux',
  architecture: 'arm64',
  network: 'lab',
  bandwidth: 12,
  cpu: {
    model: 'some CPU',
    sockets: [
      { cores: 2, threads: 2 },
      { cores: 1, threads: 1 },
    ],
    cpus: [0, 2, 1, 3, 4],
    vcpus: 5,
    speed: 1800,
    share: 1,
    shareOf: 'vcpu',
    measuredAt: 1,
  },
  memory: { total: 4_000_000_000, free: 1_000_000_000 },
  labels: { camera: 'true' },
  availability: 'active',
  images: [{ function: 'resize', digest: 'a', size: 100, layers: ['sha256:1', 'sha256:2'] }],
  layers: ['sha256:1', 'sha256:2'],
  blobs: ['sha256:8', 'sha256:9'],
  load: { cpu: 0.5, memory: 3_000_000_000, instances: 1, pending: 0 },
}

t.test('a host has what its node says', async (t) => {
  t.same(hostOf(FACTS), {
    name: 'gateway',
    network: 'lab',
    bandwidth: 12,
    architecture: 'arm64',
    labels: { camera: 'true' },
    sockets: [
      { speed: 1800, cores: 2, vcpusPerCore: 2, maximumUsage: 60 },
      { speed: 1800, cores: 1, vcpusPerCore: 1, maximumUsage: 60 },
    ],
    machines: [],
    images: [],
    layers: ['sha256:8', 'sha256:9'],
  })
  const { sockets } = hostOf({ ...FACTS, cpu: { ...FACTS.cpu, maximumUsage: 80 } })
  t.same(
    sockets.map(({ maximumUsage }) => maximumUsage),
    [80, 80],
  )
})

t.test('of a CPU that its vCPUs have a share of, a plan counts on that share', async (t) => {
  const { sockets } = hostOf({ ...FACTS, cpu: { ...FACTS.cpu, share: 0.3 } })
  t.same(
    sockets.map(({ speed }) => speed),
    [540, 540],
  )
})

t.test('what a node lacks of an image is what it has no blob of', async (t) => {
  const layers = ['sha256:1', 'sha256:8'].map((name) => ({ name, size: 10 }))
  const types = [{ name: 'resize', layers, architectures: ['arm64'] }]
  const workflow: Workflow = { name: 'photo', types, tasks: [], edges: [] }
  t.equal(new Problem(workflow, platformOf(FACTS)).missing(0, 0), 10)
})

t.test('its vCPUs are those of the node, one for each', async (t) => {
  const machine = new Machine(platformOf(FACTS))
  t.equal(machine.vcpuCount, FACTS.cpu.cpus.length)
  t.same([...machine.vcpuCore], [0, 0, 1, 1, 2])
})

t.test('a workflow is planned on it, and its demands are looked at', async (t) => {
  const workflow = (camera: string): Workflow => ({
    name: 'photo',
    types: [{ name: 'resize', layers: [{ name: 'sha256:8', size: 10 }], architectures: ['arm64'] }],
    tasks: [
      {
        name: 'one',
        type: 'resize',
        work: 900,
        usage: 50,
        input: 0,
        demands: { architecture: 'arm64', labels: { camera } },
        times: undefined,
      },
    ],
    edges: [],
  })
  t.equal(new Problem(workflow('true'), platformOf(FACTS)).missing(0, 0), 0, 'its image is there')
  const planned = findScheduler('heft')?.plan(workflow('true'), platformOf(FACTS)).next()
  t.match(planned, { done: true, value: { tasks: [{ task: 'one' }] } })
  t.throws(() => new Problem(workflow('false'), platformOf(FACTS)), { code: 'infeasible' })
})

function platformOf(facts: NodeFacts): Platform {
  return {
    name: 'one node',
    networks: [{ name: facts.network, bandwidth: 1000 }],
    hosts: [hostOf(facts)],
    repository: undefined,
    fileServer: undefined,
  }
}
