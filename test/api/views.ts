import type { Platform, Schedule, Workflow } from '../../scheduler/index.ts'
import type {
  DeploymentView,
  InstanceView,
  NodeRouteView,
  NodeView,
  Plan,
  RunTask,
  RunView,
} from '../../src/controller/index.ts'
import type { FunctionFacts } from '../../src/repository/index.ts'

/** As it is after it has been JSON: what is undefined is not there. */
function plain<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T
}

/** 2027-01-15 */
export const NOW = 1_800_000_000_000

const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`

export const NODE: NodeView = {
  name: 'edge',
  address: 'tcp://192.0.2.1:6363',
  isReachable: true,
  facts: {
    name: 'edge',
    os: 'linux',
    architecture: 'arm64',
    network: 'site',
    bandwidth: 125,
    cpu: {
      model: 'some CPU',
      sockets: [{ cores: 2, threads: 1 }],
      cpus: [0, 1],
      vcpus: 2,
      speed: 1800,
      share: 1,
      shareOf: 'vcpu',
    },
    memory: { total: 4_000_000_000, free: 1_000_000_000 },
    labels: { camera: 'true' },
    availability: 'active',
    images: [{ function: 'resize', digest: DIGEST, size: 44_800_000, layers: ['a'] }],
    layers: ['a'],
    blobs: [],
    load: { cpu: 0.25, memory: 3_000_000_000, instances: 2, pending: 1 },
  },
  revision: 7,
  appliedRevision: 7,
  problems: [],
}

export const LOST_NODE: NodeView = {
  name: 'cloud',
  address: 'tcp://192.0.2.2:6363',
  isReachable: false,
  cause: 'no answer for 10 s',
  revision: 8,
  problems: ['assignment 8 is not there'],
}

export const INSTANCE: InstanceView = {
  id: 'resize-1',
  function: 'resize',
  version: '1.0.0',
  digest: DIGEST,
  state: 'ready',
  cpus: [0, 1, 3],
  isAssigned: true,
  generation: 0,
  process: 'ndn-sfc-resize-1',
  restarts: 2,
  since: NOW - 125_000,
  pending: 3,
  askedAt: NOW - 4000,
  phases: { pull: { ms: 1200, bytes: 12_100_000 }, create: { ms: 400 } },
  memory: 44_800_000,
  cpu: 12,
  node: 'edge',
  deployments: ['photos'],
  role: 'serving',
}

export const ROUTE: NodeRouteView = {
  node: 'edge',
  prefix: 'resize',
  hops: [{ face: 260, cost: 0, origin: 'controller', remote: 'fd://3', plan: 'photos/sf-cuv/3' }],
}

export const FUNCTION: FunctionFacts = {
  name: 'resize',
  version: '1.0.0',
  digest: DIGEST,
  manifest: {
    name: 'resize',
    version: '1.0.0',
    description: 'Makes an image smaller',
    input: ['image/*'],
    inputs: 'one',
    output: 'image/jpeg',
    parameters: {},
    module: 'index.ts',
    programs: [],
    packages: [],
    limits: {} as FunctionFacts['manifest']['limits'],
    freshness: 60_000,
  },
  architectures: [
    {
      architecture: 'arm64',
      digest: DIGEST,
      layers: [{ kind: 'base', digest: DIGEST, size: 44_800_000 }],
      size: 44_800_000,
    },
  ],
}

export const WORKFLOW: Workflow = {
  name: 'photo-summary',
  types: [
    { name: 'split', layers: [{ name: 'a', size: 12.1 }], architectures: undefined },
    { name: 'merge', layers: [{ name: 'b', size: 2 }], architectures: undefined },
  ],
  tasks: ['split', 'merge'].map((name) => ({
    name,
    type: name,
    work: 1800,
    times: undefined,
    usage: 50,
    input: 0,
    demands: { architecture: undefined, labels: {} },
  })),
  edges: [{ from: 'split', to: 'merge', data: 1 }],
}

export const PLATFORM: Platform = {
  name: 'lab',
  networks: [{ name: 'site', bandwidth: 125 }],
  hosts: ['edge', 'cloud'].map((name) => ({
    name,
    network: 'site',
    bandwidth: 125,
    architecture: 'arm64',
    labels: {},
    sockets: [{ speed: 1800, cores: 2, vcpusPerCore: 1, maximumUsage: 60 }],
    machines: [],
    images: [],
    layers: [],
  })),
  repository: 'cloud',
  fileServer: undefined,
}

/** Of the two tasks, one after the other. @param at when the first one starts, in seconds */
export function scheduleAt(at: number, scheduler = 'sf-cuv'): Schedule {
  return {
    scheduler,
    policy: 'on-demand',
    release: 0,
    tasks: [
      { task: 'split', type: 'split', vcpu: 'edge/0', start: at, finish: at + 1 },
      { task: 'merge', type: 'merge', vcpu: 'cloud/1', start: at + 1.5, finish: at + 2.5 },
    ],
    downloads: at === 0 ? [] : [{ node: 'edge', layer: 'a', type: 'split', start: 0, finish: at }],
    makespan: at + 2.5,
  }
}

export const PLAN: Plan = plain<Plan>({
  deployment: 'photos',
  scheduler: 'sf-cuv',
  platform: PLATFORM,
  parts: [
    {
      name: 'photo-summary',
      workflow: WORKFLOW,
      platform: PLATFORM,
      schedule: scheduleAt(0.5),
      warm: scheduleAt(0),
      pieces: [{ task: 'split', prefix: '/128=split/workflow/photo-summary/split', instance: 0 }],
    },
  ],
  instances: [
    {
      function: 'split',
      version: '1.0.0',
      digest: DIGEST,
      node: 'edge',
      cpus: [0],
      idle: 30_000,
      bytes: 12_100_000,
    },
    { function: 'merge', version: '2.0.0', digest: DIGEST, node: 'cloud', cpus: [], bytes: 0 },
  ],
  ms: 12,
})

export const DEPLOYMENT: DeploymentView = {
  name: 'photos',
  revision: 3,
  scheduler: 'sf-cuv',
  state: 'ready',
  deployedAt: NOW - 60_000,
  functions: [{ name: 'resize', version: '1.0.0', digest: DIGEST }],
  chains: ['resize/camera'],
  workflows: ['photo-summary'],
  instances: ['resize-1'],
  earlier: [2, 1],
  phases: { plan: { ms: 12 }, pull: { ms: 1200, bytes: 12_100_000 }, total: { ms: 2500 } },
}

const ran = (task: string, node: string, vcpu: string, start: number): RunTask => ({
  task,
  function: task,
  instance: `${task}-1`,
  node,
  vcpu,
  start,
  finish: start + 1.1,
  inputBytes: 100_000,
  bytes: 1_240_000,
})

export const RUN: RunView = plain<RunView>({
  id: 'run-1',
  workflow: 'photo-summary',
  content: '/camera/1',
  result: '/128=merge/workflow/photo-summary/merge/camera/1/v=1',
  mediaType: 'application/json',
  bytes: 9,
  responseTime: 2.8,
  plan: PLAN.parts[0] as Plan['parts'][number],
  planName: 'photos/sf-cuv/3',
  tasks: [ran('split', 'edge', 'edge/0', 0.1), ran('merge', 'edge', 'edge/1', 1.5)],
  actual: {
    ...scheduleAt(0.1),
    tasks: [
      { task: 'split', type: 'split', vcpu: 'edge/0', start: 0.1, finish: 1.2 },
      { task: 'merge', type: 'merge', vcpu: 'edge/1', start: 1.5, finish: 2.6 },
    ],
    downloads: [],
    makespan: 2.8,
  },
})

export const RESULT = Buffer.from('{"of": 2}')
