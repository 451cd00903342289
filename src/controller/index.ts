export type { ControllerActions } from './actions.ts'
export { Controller } from './controller.ts'
export { ControllerError, type ControllerErrorCode } from './errors.ts'
export { hostOf } from './host.ts'
export { NodeLink } from './node-link.ts'
export type { Plan, PlannedInstance, PlanPart } from './plan.ts'
export { CostPlanner } from './planner.ts'
export { RepositoryCatalog } from './repository-catalog.ts'
export { Store } from './store.ts'
export type {
  DeployEvent,
  DeploymentPhases,
  DeploymentSource,
  DeploymentState,
  DeploymentView,
  DeployOptions,
  InstanceView,
  NodeRouteView,
  NodeView,
  RunEvent,
  RunTask,
  RunView,
} from './views.ts'
