import type { WorkReport } from '../control/index.ts'
import type { Deployment, NetworkDescription } from '../deployment/index.ts'
import type { NodeFacts } from '../facts/index.ts'
import { chainOf, Name } from '../packet/index.ts'
import type { AssignmentContent } from './assignment-content.ts'
import { assignmentsOf } from './assignments.ts'
import { Costs } from './costs.ts'
import type { Desired } from './desired.ts'
import { desiredAfter, desiredWithout } from './desired-after.ts'
import { type MoveOrder, moveOff } from './move-off.ts'
import type { WantedFunction } from './placement-facts.ts'
import type { Plan } from './plan.ts'
import { type PlanOrder, type PlanSettings, planDeployment } from './plan-deployment.ts'
import { scaleIn, scaleOut } from './scale.ts'

/** Decides what is to run where: pure, but for the costs that it learns. Each method is the function of its name. */
export class CostPlanner {
  readonly #settings: PlanSettings
  #costs = new Costs()

  constructor(settings: PlanSettings = {}) {
    this.#settings = settings
  }

  plan(order: PlanOrder): Promise<Plan> {
    return planDeployment(order, this.#costs, this.#settings)
  }

  desiredAfter(desired: Desired, deployment: Deployment, plan: Plan, revision: number): Desired {
    return desiredAfter(desired, deployment, plan, revision)
  }

  without(desired: Desired, deployment: string): Desired {
    return desiredWithout(desired, deployment)
  }

  assignmentsOf(desired: Desired, network: NetworkDescription): ReadonlyMap<string, AssignmentContent> {
    return assignmentsOf(desired, network)
  }

  scaleOut(desired: Desired, wanted: WantedFunction, nodes: readonly NodeFacts[]): Desired | undefined {
    return scaleOut(desired, wanted, nodes, this.#costs)
  }

  scaleIn(desired: Desired, wanted: WantedFunction): Desired | undefined {
    return scaleIn(desired, wanted)
  }

  moveOff(desired: Desired, order: MoveOrder): ReturnType<typeof moveOff> {
    return moveOff(desired, order, this.#costs)
  }

  /** Costs as they were kept. */
  load(costs: unknown): void {
    this.#costs = Costs.fromJSON(costs)
  }

  /** Costs to keep: plain JSON. */
  save(): unknown {
    return this.#costs.toJSON()
  }

  /** @param node where it was done */
  learn({ result, inputs, bytes, run, received }: WorkReport, { architecture, cpu }: NodeFacts): void {
    const [call] = chainOf(Name.parse(result)).functions
    // Of very many inputs an instance does not tell.
    if (call === undefined || inputs.length === 0) return
    this.#costs.add({
      call,
      architecture,
      inputBytes: inputs.reduce((sum, input) => sum + input.bytes, 0),
      seconds: run / 1000,
      speed: cpu.speed * cpu.share,
      outputBytes: bytes,
      at: received,
    })
    for (const input of inputs) {
      const { functions, content } = chainOf(Name.parse(input.name))
      // The name ends in a version.
      if (functions.length === 0) this.#costs.addContent(content.slice(0, -1), input.bytes)
    }
  }
}
