import type { Schedule } from '../../scheduler/index.ts'
import type { InstancePhase, InstanceReport, RouteStatus } from '../control/index.ts'
import type { NodeFacts } from '../facts/index.ts'
import type { Plan, PlanPart } from './plan.ts'

// What a controller shows: all plain JSON, and the management API passes it on as it is.

export interface NodeView {
  readonly name: string
  readonly address: string
  readonly isReachable: boolean
  /** Why it is not. */
  readonly cause?: string | undefined
  /** As it last said. */
  readonly facts?: NodeFacts | undefined
  /** Of the assignment that it is to have, and of the one that it has. */
  readonly revision: number
  readonly appliedRevision?: number | undefined
  readonly problems: readonly string[]
}

export interface InstanceView extends InstanceReport {
  readonly node: string
  readonly deployments: readonly string[]
  readonly role: 'coming' | 'serving' | 'leaving'
  readonly hold?: 'pause' | 'stop' | undefined
}

export interface NodeRouteView extends RouteStatus {
  readonly node: string
}

export type DeploymentState = 'deploying' | 'ready' | 'degraded' | 'failed' | 'removing'

/** Time of each phase of a deployment, in milliseconds, and octets that were moved. */
export type DeploymentPhases = Readonly<
  Partial<
    Record<
      'plan' | InstancePhase | 'route' | 'total',
      { readonly ms: number; readonly bytes?: number | undefined }
    >
  >
>

export interface DeploymentView {
  readonly name: string
  readonly revision: number
  readonly scheduler: string
  readonly state: DeploymentState
  /** Why it is not ready. */
  readonly cause?: string | undefined
  /** Milliseconds since the epoch. */
  readonly deployedAt: number
  readonly functions: readonly { readonly name: string; readonly version: string; readonly digest: string }[]
  readonly chains: readonly string[]
  readonly workflows: readonly string[]
  /** Ids. */
  readonly instances: readonly string[]
  /** Revisions that `rollback` can go back to, the newest first. */
  readonly earlier: readonly number[]
  readonly phases: DeploymentPhases
}

/** A deployment file as its author wrote it. */
export interface DeploymentSource {
  /** For messages: `photos.yaml`. */
  readonly file: string
  readonly text: string
}

export interface DeployOptions {
  /** @defaultValue `sf-cuv` */
  readonly scheduler?: string | undefined
  /** For a scheduler that searches, in milliseconds. */
  readonly timeLimit?: number | undefined
}

/** What happens while a deployment is carried out, in order. */
export type DeployEvent =
  | { readonly type: 'planned'; readonly plan: Plan; readonly revision: number }
  | { readonly type: 'instance'; readonly instance: InstanceView }
  | {
      readonly type: 'phase'
      readonly phase: keyof DeploymentPhases
      readonly ms: number
      readonly bytes?: number | undefined
    }
  | { readonly type: 'done'; readonly deployment: DeploymentView }

/** What happens while a workflow runs. */
export type RunEvent =
  | {
      readonly type: 'begun'
      readonly run: string
      readonly tasks: readonly string[]
      readonly result: string
    }
  | { readonly type: 'task'; readonly task: RunTask }
  | { readonly type: 'done'; readonly run: RunView }

export interface RunTask {
  readonly task: string
  readonly function: string
  readonly instance: string
  readonly node: string
  /** `HOST/NUMBER`, as plans call it. */
  readonly vcpu: string
  /** Of its execution, in seconds from when the run began. */
  readonly start: number
  readonly finish: number
  /** Octets of its inputs, and of its result. */
  readonly inputBytes: number
  readonly bytes: number
}

export interface RunView {
  readonly id: string
  readonly workflow: string
  /** NDN URI of the content that it was applied to. */
  readonly content: string
  /** NDN URI of the result, with its version. */
  readonly result: string
  readonly mediaType?: string | undefined
  readonly bytes: number
  /** From the first Interest to the last octet of the result, in seconds. */
  readonly responseTime: number
  /** What the plan says: `warm` is what to compare with. */
  readonly plan: PlanPart
  readonly planName: string
  /** Of those that ran: one whose result was in a Content Store did not. */
  readonly tasks: readonly RunTask[]
  /** `tasks` as a schedule, for a chart. */
  readonly actual: Schedule
}
