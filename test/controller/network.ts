import type { Desired } from '../../src/controller/desired.ts'
import type {
  DeployedFunction,
  DeployedTask,
  Deployment,
  NetworkDescription,
} from '../../src/deployment/index.ts'
import type { NodeFacts } from '../../src/facts/index.ts'
import { parseManifest } from '../../src/function/index.ts'
import { Name, parseChain } from '../../src/packet/index.ts'
import type { FunctionFacts } from '../../src/repository/index.ts'

export const NOTHING: Desired = { instances: [], pieces: [], tasks: [], contents: [] }

export const BASE = { digest: 'sha256:base', size: 40_000_000 }

/** A node with so many vCPUs, of cores of one, that the system numbers from 10. */
export function node(
  name: string,
  {
    vcpus = 2,
    speed = 1000,
    share = 1,
    ...rest
  }: Partial<NodeFacts> & { vcpus?: number; speed?: number; share?: number } = {},
): NodeFacts {
  return {
    name,
    os: 'linux',
    architecture: 'amd64',
    network: 'site',
    bandwidth: 125,
    cpu: {
      model: 'some CPU',
      sockets: [{ cores: vcpus, threads: 1 }],
      cpus: Array.from({ length: vcpus }, (_, index) => 10 + index),
      vcpus,
      speed,
      share,
      shareOf: 'vcpu',
    },
    memory: { total: 8 * 2 ** 30, free: 4 * 2 ** 30 },
    labels: {},
    availability: 'active',
    images: [],
    layers: [],
    blobs: [],
    load: { memory: 0, instances: 0, pending: 0 },
    ...rest,
  }
}

export function networkOf(nodes: readonly string[], bandwidth = 125): NetworkDescription {
  return {
    name: 'lab',
    registry: 'http://127.0.0.1:5000',
    nodes: nodes.map((name) => ({
      name,
      control: `unix:///run/${name}.sock`,
      address: `unix:///run/${name}.sock`,
      network: 'site',
      bandwidth,
    })),
  }
}

/** A version in the repository: the base and a layer of its own, of 1 MB. */
export function version(
  name: string,
  { number = '1.0.0', architectures = ['amd64'], limits = {} as Record<string, number | string> } = {},
): FunctionFacts {
  return {
    name,
    version: number,
    digest: `sha256:${Buffer.from(`${name} ${number}`).toString('hex').padEnd(64, '0').slice(0, 64)}`,
    manifest: parseManifest({
      name,
      version: number,
      input: '*/*',
      output: 'text/plain',
      module: 'index.ts',
      limits,
    }),
    architectures: architectures.map((architecture) => {
      const suffix = architecture === 'amd64' ? '' : `-${architecture}`
      const layers = [
        { ...BASE, digest: `${BASE.digest}${suffix}` },
        { digest: `sha256:${name}-${number}${suffix}`, size: 1_000_000 },
      ]
      return { architecture, digest: `sha256:image-${name}${suffix}`, layers, size: 41_000_000 }
    }),
  }
}

export function wanted(name: string, rest: Partial<DeployedFunction> = {}): DeployedFunction {
  return { name, idle: 60_000, queue: 4, demands: [], ...rest }
}

/** What is not said of a function is as `wanted` has it. */
export function deployment(
  name: string,
  parts: {
    readonly chains?: readonly string[]
    readonly workflows?: Readonly<Record<string, readonly Omit<DeployedTask, 'call'>[]>>
    readonly functions?: readonly DeployedFunction[]
    readonly contentNode?: string | undefined
    readonly size?: number
  },
): Deployment {
  const chains = (parts.chains ?? []).map((text) => ({ text, ...parseChain(text) }))
  const content = Name.parse('/camera')
  const workflows = Object.entries(parts.workflows ?? {}).map(([workflow, tasks]) => ({
    name: workflow,
    content,
    tasks: tasks.map((task) => ({ ...task, call: { name: task.name.replace(/-.*/, ''), parameters: [] } })),
    result: tasks.at(-1)?.name ?? '',
  }))
  const named = [
    ...chains.flatMap(({ functions }) => functions),
    ...workflows.flatMap(({ tasks }) => tasks.map(({ call }) => call)),
  ].map((call) => call.name)
  const said = parts.functions ?? []
  const functions = new Map([...named.map((one) => wanted(one)), ...said].map((one) => [one.name, one]))
  return {
    name,
    functions: [...functions.values()],
    chains,
    workflows,
    contents: [{ prefix: content, node: parts.contentNode, size: parts.size ?? 1_000_000 }],
  }
}
