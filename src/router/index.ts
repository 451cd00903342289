export {
  ConfigError,
  type ConfigErrorCode,
  type ConfigSource,
  defaultAddress,
  defaultHome,
  loadConfig,
  type NodeConfig,
} from './config.ts'
export { DataPlane } from './data-plane.ts'
export type { NodeProgress } from './function-host.ts'
export { datasetName } from './management.ts'
export { Node, type NodeOptions } from './node.ts'
export { CommandError, registerPrefix, unregisterPrefix } from './register.ts'
export { shippedFunctions } from './shipped-functions.ts'
export type { FaceStatus, FunctionStatus, NodeStatus, RouteOrigin, RouteStatus, SlotState } from './status.ts'
export { DEFAULT_SUPERVISION, type Supervision } from './supervision.ts'
