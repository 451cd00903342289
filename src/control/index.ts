export { defaultAddress } from './address.ts'
export { assignNode } from './assign-node.ts'
export * from './assignment.ts'
export { commandSigner } from './command-signer.ts'
export type { NodeCommandParameters } from './commands.ts'
export {
  type AssignmentReport,
  type FaceStatus,
  type FunctionStatus,
  INSTANCE_PHASES,
  type InstancePhase,
  type InstanceReport,
  type InstanceState,
  type LogReport,
  NO_CURSOR,
  type NodeStatus,
  type RouteFlagName,
  type RouteOrigin,
  type RouteStatus,
  type SlotState,
  type WorkReport,
  type WorksReport,
} from './datasets.ts'
export { type Datasets, fetchDataset, fetchLogs, fetchWorks } from './fetch-dataset.ts'
export {
  CONTROL_MODULE,
  CONTROL_PREFIX,
  datasetName,
  LOGS_PREFIX,
  STATUS_PREFIX,
  WORKS_PREFIX,
} from './names.ts'
export { commandNode } from './node-command.ts'
export { CommandError, registerPrefix, unregisterPrefix } from './register.ts'
