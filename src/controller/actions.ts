import type { LogReport } from '../control/index.ts'
import type { Availability, LabelChanges } from '../facts/index.ts'
import type { FunctionFacts } from '../repository/index.ts'
import type { Plan } from './plan.ts'
import type {
  DeployEvent,
  DeploymentSource,
  DeploymentView,
  DeployOptions,
  InstanceView,
  NodeRouteView,
  NodeView,
  RunEvent,
  RunView,
} from './views.ts'

/** All that can be asked of a controller; the management API offers the same, method for method. Each throws ControllerError. */
export interface ControllerActions {
  nodes(): Promise<NodeView[]>
  /** `drain` resolves when its instances run elsewhere and nothing is in hand there any more. */
  setAvailability(node: string, availability: Availability): Promise<NodeView>
  changeLabels(node: string, changes: LabelChanges): Promise<NodeView>
  calibrate(node: string): Promise<NodeView>

  /** The newest version of each function of the repository. */
  functions(): Promise<FunctionFacts[]>

  /** What `deploy` would do; changes nothing. @param signal ends a search */
  plan(source: DeploymentSource, options?: DeployOptions, signal?: AbortSignal): Promise<Plan>
  /** Resolves when all is ready and every route is there. One of the same name takes the place of what is there, without a failed request. */
  deploy(
    source: DeploymentSource,
    options?: DeployOptions,
    onEvent?: (event: DeployEvent) => void,
  ): Promise<DeploymentView>
  deployments(): Promise<DeploymentView[]>
  deployment(name: string): Promise<DeploymentView>
  /** @param revision @defaultValue the present one */
  source(name: string, revision?: number): Promise<DeploymentSource>
  /** Back to what was before. @param revision @defaultValue the newest of `earlier` */
  rollback(name: string, revision?: number, onEvent?: (event: DeployEvent) => void): Promise<DeploymentView>
  /** Ends what only this deployment wants. */
  remove(name: string): Promise<void>

  instances(): Promise<InstanceView[]>
  instance(id: string): Promise<InstanceView>
  logs(id: string): Promise<LogReport>
  /** What an operator tells it, until told otherwise: `pause`, `stop`; undefined: to work. */
  hold(id: string, hold: 'pause' | 'stop' | undefined): Promise<InstanceView>
  /** Ends its process after its work, or at once, and starts another. Resolves when that is ready. */
  restart(id: string, kill?: boolean): Promise<InstanceView>

  /** FIBs of all nodes. */
  routes(): Promise<NodeRouteView[]>

  /** Applies a workflow to content. @param content NDN URI */
  run(
    workflow: string,
    content: string,
    onEvent?: (event: RunEvent) => void,
    signal?: AbortSignal,
  ): Promise<{ readonly view: RunView; readonly result: Uint8Array }>
}
