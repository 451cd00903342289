import { z } from 'zod'
import { INSTANCE_PHASES } from '../control/index.ts'
import type {
  DeployEvent,
  DeploymentPhases,
  DeploymentSource,
  DeploymentState,
  DeploymentView,
  Plan,
  PlannedInstance,
  PlanPart,
  RunEvent,
  RunTask,
  RunView,
} from '../controller/index.ts'
import { cpus, type Fields, ms, octets, seconds, since, uri, view } from './fields.ts'
import { instanceView } from './node-views.ts'

const schedule = view('Schedule', {
  scheduler: z.string(),
  policy: z.enum(['on-demand', 'ahead']),
  release: seconds,
  tasks: z.array(
    z.looseObject({
      task: z.string(),
      type: z.string(),
      vcpu: z.string().describe('HOST/NUMBER'),
      start: seconds,
      finish: seconds,
    }),
  ),
  downloads: z.array(
    z.looseObject({
      node: z.string(),
      layer: z.string(),
      type: z.string(),
      start: seconds,
      finish: seconds,
    }),
  ),
  makespan: seconds,
} satisfies Fields<PlanPart['schedule']>)

const platform = view('Platform', {
  name: z.string(),
  networks: z.array(z.looseObject({ name: z.string() })),
  hosts: z.array(z.looseObject({ name: z.string() })),
  repository: z.string().optional(),
  fileServer: z.string().optional(),
} satisfies Fields<Plan['platform']>)

const planPart = view('PlanPart', {
  name: z.string(),
  workflow: z.looseObject({
    name: z.string(),
    types: z.array(z.looseObject({ name: z.string() })),
    tasks: z.array(z.looseObject({ name: z.string(), type: z.string() })),
    edges: z.array(z.looseObject({ from: z.string(), to: z.string() })),
  } satisfies Fields<PlanPart['workflow']>),
  platform,
  schedule: schedule.describe('From when it is asked for, with the images that have to come'),
  warm: schedule.describe('The same with every image there'),
  pieces: z.array(
    z.looseObject({
      task: z.string(),
      prefix: uri,
      instance: z.number().describe('Index of instances'),
    } satisfies Fields<PlanPart['pieces'][number]>),
  ),
} satisfies Fields<PlanPart>)

export const planView = view('Plan', {
  deployment: z.string(),
  scheduler: z.string(),
  platform,
  parts: z.array(planPart),
  instances: z.array(
    z.looseObject({
      function: z.string(),
      version: z.string(),
      digest: z.string(),
      node: z.string(),
      cpus,
      idle: ms.optional(),
      bytes: octets.describe('Octets of its image that the node lacks'),
    } satisfies Fields<PlannedInstance>),
  ),
  ms,
} satisfies Fields<Plan>)

const STATES = ['deploying', 'ready', 'degraded', 'failed', 'removing'] as const satisfies DeploymentState[]

const phase = z.enum([
  'plan',
  ...INSTANCE_PHASES,
  'route',
  'total',
] as const satisfies (keyof DeploymentPhases)[])

export const deploymentView = view('Deployment', {
  name: z.string(),
  revision: z.number(),
  scheduler: z.string(),
  state: z.enum(STATES),
  cause: z.string().optional(),
  deployedAt: since,
  functions: z.array(z.looseObject({ name: z.string(), version: z.string(), digest: z.string() })),
  chains: z.array(z.string()),
  workflows: z.array(z.string()),
  instances: z.array(z.string()),
  earlier: z.array(z.number()),
  phases: z.partialRecord(phase, z.looseObject({ ms, bytes: octets.optional() })),
} satisfies Fields<DeploymentView>)

export const sourceView = view('DeploymentSource', {
  file: z.string(),
  text: z.string(),
} satisfies Fields<DeploymentSource>)

type EventFields<Event, Type> = Fields<Extract<Event, { type: Type }>>

export const deployEvent = z
  .discriminatedUnion('type', [
    z.looseObject({
      type: z.literal('planned'),
      plan: planView,
      revision: z.number(),
    } satisfies EventFields<DeployEvent, 'planned'>),
    z.looseObject({ type: z.literal('instance'), instance: instanceView } satisfies EventFields<
      DeployEvent,
      'instance'
    >),
    z.looseObject({
      type: z.literal('phase'),
      phase,
      ms,
      bytes: octets.optional(),
    } satisfies EventFields<DeployEvent, 'phase'>),
    z.looseObject({ type: z.literal('done'), deployment: deploymentView } satisfies EventFields<
      DeployEvent,
      'done'
    >),
  ])
  .meta({ id: 'DeployEvent' })

const runTask = view('RunTask', {
  task: z.string(),
  function: z.string(),
  instance: z.string(),
  node: z.string(),
  vcpu: z.string().describe('HOST/NUMBER'),
  start: seconds.describe('Seconds from when the run began'),
  finish: seconds,
  inputBytes: octets,
  bytes: octets,
} satisfies Fields<RunTask>)

const runView = view('Run', {
  id: z.string(),
  workflow: z.string(),
  content: uri,
  result: uri,
  mediaType: z.string().optional(),
  bytes: octets,
  responseTime: seconds,
  plan: planPart,
  planName: z.string(),
  tasks: z.array(runTask),
  actual: schedule,
} satisfies Fields<RunView>)

export const runEvent = z
  .discriminatedUnion('type', [
    z.looseObject({
      type: z.literal('begun'),
      run: z.string(),
      tasks: z.array(z.string()),
      result: uri,
    } satisfies EventFields<RunEvent, 'begun'>),
    z.looseObject({ type: z.literal('task'), task: runTask } satisfies EventFields<RunEvent, 'task'>),
    z.looseObject({ type: z.literal('done'), run: runView } satisfies EventFields<RunEvent, 'done'>),
  ])
  .meta({ id: 'RunEvent' })
