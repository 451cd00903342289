import { z } from 'zod'
import { MAX_INPUTS } from '../endpoint/index.ts'
import { isMediaType } from '../function/index.ts'
import { duration, functionName, nodeName, ownName, size, text } from './fields.ts'

/** Most functions, chains, workflows and contents of a deployment. */
export const MAX_FUNCTIONS = 1024
export const MAX_CHAINS = 1024
export const MAX_WORKFLOWS = 256
export const MAX_CONTENTS = 1024

/** Most tasks of all workflows of a deployment, and most inputs of all these. */
export const MAX_TASKS = 4096
export const MAX_WORKFLOW_INPUTS = 65_536

/** Most instances that one function can be bound to. */
export const MAX_INSTANCES = 1024

/** Most demands of one function. */
export const MAX_DEMANDS = 64

export const DEFAULT_IDLE_MS = 60_000
/** Longest idle time, in milliseconds: a week. */
export const MAX_IDLE_MS = 7 * 86_400_000

/** Interests that wait for each instance when one more is started. */
export const DEFAULT_QUEUE = 4
const MAX_QUEUE = 65_536

/** Size of a piece of content of which nothing is said, in octets. */
export const DEFAULT_CONTENT_BYTES = 1_000_000
const MAX_CONTENT_BYTES = 1e12

/** What stands in `from` for the content that a workflow runs on. */
export const CONTENT = 'content'

const bounds = z
  .strictObject({ min: z.int().min(0), max: z.int().min(1).max(MAX_INSTANCES) })
  .superRefine(({ min, max }, context) => {
    if (min > max)
      context.addIssue({
        code: 'custom',
        path: ['min'],
        message: `must be at most max, ${max}, and is ${min}`,
      })
  })

export const fn = z.strictObject({
  version: z
    .string()
    .regex(/^\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]{1,64})?$/, 'must be a version such as 1.0.0')
    .optional()
    .describe('Without: the newest that the repository has'),
  instances: z
    .union([z.int().min(1).max(MAX_INSTANCES), bounds])
    .optional()
    .describe(
      'How many there are, or from min (0: none while nobody asks) to max; without: as many as the plan needs',
    ),
  idle: duration(MAX_IDLE_MS)
    .prefault(DEFAULT_IDLE_MS)
    .describe('After so long without work an instance ends that min does not need'),
  queue: z
    .int()
    .min(1)
    .max(MAX_QUEUE)
    .default(DEFAULT_QUEUE)
    .describe('Interests waiting for each instance that start one more'),
  demands: z
    .array(text())
    .max(MAX_DEMANDS)
    .default([])
    .describe('What its nodes must be, such as node.labels.camera == true'),
})

const task = z.strictObject({
  function: text()
    .optional()
    .describe("With parameters, such as resize(width=640); without: that of the task's name"),
  from: z
    .union([text(), z.array(text()).min(1).max(MAX_INPUTS)])
    .describe('Tasks that it takes its inputs from, in order; content: that on which the workflow runs'),
  each: z
    .int()
    .min(1)
    .max(MAX_TASKS)
    .optional()
    .describe(
      'So many of it, NAME-1 and on; in the function {i} counts them from 0, {n} from 1, and {each} is their number',
    ),
})

const workflow = z.strictObject({
  content: text().describe('Prefix of the content that it is applied to, such as /camera/lobby'),
  tasks: z.record(ownName(), task).describe('By name'),
  result: text()
    .optional()
    .describe('The task whose result is that of all; without: the only one that no other takes'),
})

const content = z.strictObject({
  node: nodeName().optional().describe("The node that leads to it; without: each node's own routes do"),
  type: z
    .string()
    .refine(isMediaType, 'must be one media type, such as image/jpeg')
    .optional()
    .describe('Media type; without: it is not checked'),
  size: size(MAX_CONTENT_BYTES)
    .prefault(DEFAULT_CONTENT_BYTES)
    .describe('Of one piece, such as 3MB, for the first plans'),
})

export const deploymentFile = z.strictObject({
  name: ownName().describe('Name of the deployment'),
  functions: z
    .record(functionName(), fn)
    .default({})
    .describe('What is to be said of functions; those named nowhere else are deployed, too'),
  chains: z
    .array(text())
    .default([])
    .describe('Chains that are asked for, on content below the name at their end'),
  workflows: z.record(ownName(), workflow).default({}).describe('By name'),
  content: z
    .record(text(), content)
    .default({})
    .describe('What is known of content that is not made here, by prefix'),
})

export type DeploymentText = z.output<typeof deploymentFile>
export type FunctionText = DeploymentText['functions'][string]
export type ContentText = DeploymentText['content'][string]
export type WorkflowText = DeploymentText['workflows'][string]
export type TaskText = WorkflowText['tasks'][string]
