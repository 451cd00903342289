export type { ControllerActions } from './actions.ts'
export { ControllerError, type ControllerErrorCode } from './errors.ts'
export { hostOf } from './host.ts'
export type { Plan, PlannedInstance, PlanPart } from './plan.ts'
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
