import type {
  Assignment,
  AssignmentReport,
  LogReport,
  NodeCommandParameters,
  RouteStatus,
  WorkReport,
  WorksReport,
} from '../control/index.ts'
import type { Deployment, NetworkDescription } from '../deployment/index.ts'
import type { FetchedObject, FetchOptions } from '../endpoint/index.ts'
import type { NodeFacts } from '../facts/index.ts'
import type { Name } from '../packet/index.ts'
import type { FunctionFacts } from '../repository/index.ts'
import type { AssignmentContent } from './assignment-content.ts'
import type { Desired } from './desired.ts'
import type { MoveOrder } from './move-off.ts'
import type { WantedFunction } from './placement-facts.ts'
import type { Plan } from './plan.ts'
import type { PlanOrder } from './plan-deployment.ts'
import type { DeploymentSource } from './views.ts'

// What a controller is put together from: a test has its own.

/** What can be asked of one node and told to it. Each throws what says why it cannot be reached, or refuses. */
export interface NodeClient {
  facts(): Promise<NodeFacts>
  assigned(): Promise<AssignmentReport>
  /** @param cursor of the answer before */
  works(cursor: string): Promise<WorksReport>
  routes(): Promise<readonly RouteStatus[]>
  logs(instance: string): Promise<LogReport>
  assign(assignment: Assignment, force: boolean): Promise<void>
  command<Verb extends Exclude<keyof NodeCommandParameters, 'assign'>>(
    verb: Verb,
    parameters: NodeCommandParameters[Verb],
  ): Promise<void>
  /** An object through the data plane, asked for at this node. */
  fetch(name: Name, options: FetchOptions): Promise<FetchedObject>
  close(): void
}

/** Reads deployment files, and knows what the repository has. */
export interface Catalog {
  functions(): Promise<FunctionFacts[]>
  /**
   * @param versions by function, where not the newest, or what the file says, is meant
   * @throws ControllerError `bad-file`, `unreachable`
   */
  read(
    source: DeploymentSource,
    versions?: ReadonlyMap<string, string>,
  ): Promise<{ readonly deployment: Deployment; readonly facts: readonly FunctionFacts[] }>
}

/** Decides what is to run where: pure, but for the costs that it learns. */
export interface Planner {
  /** While it searches, others have their turn. @throws ControllerError `cannot-place`, `bad-request` */
  plan(order: PlanOrder): Promise<Plan>
  /** With the plan's new instances `coming`, and `leaving` what it makes superfluous. */
  desiredAfter(desired: Desired, deployment: Deployment, plan: Plan, revision: number): Desired
  /** What only this deployment wants is `leaving`. */
  without(desired: Desired, deployment: string): Desired
  /** What each node of the network is to have. The same for the same. */
  assignmentsOf(desired: Desired, network: NetworkDescription): ReadonlyMap<string, AssignmentContent>
  /** One more instance, `coming`. @returns undefined where no node takes it */
  scaleOut(desired: Desired, wanted: WantedFunction, nodes: readonly NodeFacts[]): Desired | undefined
  /** One instance less, `leaving`: the newest that no plan needs. @returns undefined where there are as few as there may be */
  scaleIn(desired: Desired, wanted: WantedFunction): Desired | undefined
  /** Each of them that some node takes is `leaving`, and another `coming` there; why not, for each that none takes. */
  moveOff(
    desired: Desired,
    order: MoveOrder,
  ): { readonly desired: Desired; readonly refused: ReadonlyMap<string, string> }
  /** Costs of functions as they were kept, and to keep. */
  load(costs: unknown): void
  save(): unknown
  /** @param node where it was done */
  learn(work: WorkReport, node: NodeFacts): void
}
