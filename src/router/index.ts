export { defaultAddress } from '../control/index.ts'
export {
  ConfigError,
  type ConfigErrorCode,
  type ConfigSource,
  loadConfig,
  type NodeConfig,
} from './config.ts'
export type { NodeProgress } from './configured-functions.ts'
export { DataPlane } from './data-plane.ts'
export { defaultHome } from './home.ts'
export { Node, type NodeOptions } from './node.ts'
export { sampleConfig } from './sample-config.ts'
export { shippedFunctions } from './shipped-functions.ts'
export type { Supervision } from './supervision.ts'
