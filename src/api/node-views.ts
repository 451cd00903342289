import { z } from 'zod'
import {
  INSTANCE_PHASES,
  type InstanceReport,
  type InstanceState,
  type LogReport,
  type RouteOrigin,
  type RouteStatus,
} from '../control/index.ts'
import type { InstanceView, NodeRouteView, NodeView } from '../controller/index.ts'
import { AVAILABILITIES, type NodeFacts } from '../facts/index.ts'
import type { ArchitectureFacts, FunctionFacts, LayerFacts } from '../repository/index.ts'
import { cpus, type Fields, ms, octets, since, uri, view } from './fields.ts'

const facts = view('NodeFacts', {
  name: z.string(),
  os: z.string(),
  architecture: z.string(),
  network: z.string(),
  bandwidth: z.number().describe('MB/s'),
  cpu: z.looseObject({
    model: z.string(),
    sockets: z.array(z.looseObject({ cores: z.number(), threads: z.number() })),
    cpus: z.array(z.number()),
    vcpus: z.number(),
    speed: z.number().describe('Of a whole CPU, in million instructions per second'),
    share: z.number().describe('What of it each vCPU is given, from 0 to 1'),
    shareOf: z
      .enum(['instance', 'vcpu'])
      .describe('Whether each instance on it is held to that, or all of them together'),
    measuredAt: since.optional(),
    maximumUsage: z.number().optional().describe('Percent'),
  } satisfies Fields<NodeFacts['cpu']>),
  memory: z.looseObject({ total: octets, free: octets } satisfies Fields<NodeFacts['memory']>),
  labels: z.record(z.string(), z.string()),
  availability: z.enum(AVAILABILITIES),
  images: z.array(
    z.looseObject({
      function: z.string(),
      digest: z.string(),
      size: octets,
      layers: z.array(z.string()),
    } satisfies Fields<NodeFacts['images'][number]>),
  ),
  layers: z.array(z.string()),
  blobs: z.array(z.string()),
  load: z.looseObject({
    cpu: z.number().optional().describe('From 0 to 1'),
    memory: octets,
    instances: z.number(),
    pending: z.number(),
  } satisfies Fields<NodeFacts['load']>),
} satisfies Fields<NodeFacts>)

export const nodeView = view('Node', {
  name: z.string(),
  address: z.string(),
  isReachable: z.boolean(),
  cause: z.string().optional(),
  facts: facts.optional(),
  revision: z.number(),
  appliedRevision: z.number().optional(),
  problems: z.array(z.string()),
} satisfies Fields<NodeView>)

const STATES = [
  'pulling',
  'preparing',
  'starting',
  'ready',
  'restarting',
  'failed',
  'withdrawn',
  'idle',
  'paused',
  'stopped',
  'draining',
] as const satisfies InstanceState[]

const report = {
  id: z.string(),
  function: z.string(),
  version: z.string(),
  digest: z.string(),
  state: z.enum(STATES),
  cause: z.string().optional(),
  cpus,
  isAssigned: z.boolean(),
  generation: z.number(),
  process: z.string().optional(),
  restarts: z.number(),
  since,
  pending: z.number().describe('Interests that wait for it'),
  askedAt: since.optional(),
  phases: z.partialRecord(z.enum(INSTANCE_PHASES), z.looseObject({ ms, bytes: octets.optional() })),
  progress: z.looseObject({ bytes: octets, total: octets }).optional(),
  memory: octets.optional(),
  cpu: ms.optional(),
} satisfies Fields<InstanceReport>

export const instanceView = view('Instance', {
  ...report,
  node: z.string(),
  deployments: z.array(z.string()),
  role: z.enum(['coming', 'serving', 'leaving']),
  hold: z.enum(['pause', 'stop']).optional(),
} satisfies Fields<InstanceView>)

export const logReport = view('Log', {
  instance: z.string(),
  lines: z.array(z.looseObject({ at: since, text: z.string() })),
} satisfies Fields<LogReport>)

export const routeView = view('Route', {
  node: z.string(),
  prefix: z.string(),
  hops: z.array(
    z.looseObject({
      face: z.number(),
      cost: z.number(),
      origin: z.string() as z.ZodType<RouteOrigin>,
      remote: z.string(),
      plan: z.string().optional(),
      flags: z.array(z.enum(['child-inherit', 'capture'])).optional(),
      expiresIn: ms.optional(),
    } satisfies Fields<RouteStatus['hops'][number]>),
  ),
} satisfies Fields<NodeRouteView>)

export const functionView = view('Function', {
  name: z.string(),
  version: z.string(),
  digest: z.string(),
  manifest: z.looseObject({
    name: z.string(),
    version: z.string(),
    description: z.string(),
    input: z.array(z.string()),
    output: z.string(),
  }),
  architectures: z.array(
    z.looseObject({
      architecture: z.string(),
      digest: z.string(),
      layers: z.array(
        z.looseObject({
          kind: z.string().optional(),
          digest: z.string(),
          size: octets,
        } satisfies Fields<LayerFacts>),
      ),
      size: octets,
      base: z.looseObject({ name: z.string(), digest: z.string() }).optional(),
    } satisfies Fields<ArchitectureFacts>),
  ),
} satisfies Fields<FunctionFacts>)

/** Names that clients give; those that cannot be anybody's are not found. */
export const nodeName = z.string().min(1).max(255)
export const instanceName = z.string().min(1).max(64)
export const contentName = uri.min(1).max(8192)
