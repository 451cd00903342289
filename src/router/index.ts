export {
  ConfigError,
  type ConfigErrorCode,
  type ConfigSource,
  loadConfig,
  type NodeConfig,
} from './config.ts'
export { DataPlane } from './data-plane.ts'
export type { NodeProgress } from './function-host.ts'
export { defaultAddress, defaultHome } from './home.ts'
export { Node, type NodeOptions } from './node.ts'
export { commandNode } from './node-command.ts'
export type { NodeCommandParameters } from './node-control.ts'
export { datasetName } from './node-data.ts'
export { CommandError, registerPrefix, unregisterPrefix } from './register.ts'
export { sampleConfig } from './sample-config.ts'
export { shippedFunctions } from './shipped-functions.ts'
export type { FaceStatus, FunctionStatus, NodeStatus, RouteOrigin, RouteStatus, SlotState } from './status.ts'
export type { Supervision } from './supervision.ts'
