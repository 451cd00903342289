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
export { resultPrefix, taskName, workflowName } from './workflow-name.ts'
