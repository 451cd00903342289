export { FileError } from '../../files/index.ts'
export { type DeploymentFile, readDeployment, readDeploymentText } from './deployment-file.ts'
export { deploymentSchema, networkSchema } from './json-schema.ts'
export { type KnownFunctions, lookUpFunctions } from './known-functions.ts'
export type {
  Demand,
  DeployedChain,
  DeployedContent,
  DeployedFunction,
  DeployedTask,
  DeployedWorkflow,
  Deployment,
  DescribedNode,
  NetworkDescription,
} from './model.ts'
export { readNetwork } from './network-file.ts'
export { resultPrefix, taskName } from './workflow-name.ts'
