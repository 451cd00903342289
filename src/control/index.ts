export { defaultAddress } from './address.ts'
export { assignNode } from './assign-node.ts'
export * from './assignment.ts'
export { commandSigner } from './command-signer.ts'
export type { NodeCommandParameters } from './commands.ts'
export type {
  AssignmentReport,
  FaceStatus,
  FunctionStatus,
  InstancePhase,
  InstanceReport,
  InstanceState,
  LogReport,
  NodeStatus,
  RouteFlagName,
  RouteOrigin,
  RouteStatus,
  SlotState,
  WorkReport,
} from './datasets.ts'
export { type Datasets, fetchDataset, fetchLogs } from './fetch-dataset.ts'
export { CONTROL_MODULE, CONTROL_PREFIX, datasetName, LOGS_PREFIX, STATUS_PREFIX } from './names.ts'
export { commandNode } from './node-command.ts'
export { CommandError, registerPrefix, unregisterPrefix } from './register.ts'
