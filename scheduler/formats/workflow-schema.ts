import { z } from 'zod'
import { DEFAULT_USAGE } from '../model/index.ts'
import { amount, labels, name, names, percent } from './fields.ts'

const type = z.strictObject({
  image: amount().optional().describe('Size of its image in MB, which shares no layer; 0: it has none'),
  layers: z
    .array(z.union([name(), z.record(name(), amount())]))
    .optional()
    .describe(
      'Instead of image: names of layers, or layers with their sizes in MB, in the order in which they are fetched',
    ),
  architectures: names().min(1).optional().describe('Architectures that there is an image for; without: any'),
})

const demands = z.strictObject({
  architecture: name().optional().describe('Architecture that the host must have'),
  labels: labels().default({}).describe('Labels that the host must have, with these values'),
})

const task = z.strictObject({
  type: name().optional().describe("SF type; without: the task's own name"),
  work: amount().optional().describe('Million instructions; it may be missing where times are given'),
  times: z.record(name(), amount()).optional().describe('Seconds by host; they count there instead of work'),
  usage: percent().default(DEFAULT_USAGE).describe('Of its vCPU, in percent'),
  input: amount().default(0).describe('What it takes from the file server, in MB'),
  after: z
    .union([name(), names(), z.record(name(), amount())])
    .default([])
    .describe(
      'Tasks that come before it, with what each gives it in MB; or only their names, if they give it nothing',
    ),
  demands: demands.prefault({}).describe('What it demands of its host'),
})

/** A file of a workflow. */
export const workflowFile = z
  .strictObject({
    name: name().optional().describe('Name of the workflow; without: that of the file'),
    layers: z
      .record(name(), amount())
      .default({})
      .describe('Sizes in MB of layers that types share, by name'),
    types: z.record(name(), type).describe('SF types by name'),
    tasks: z.record(name(), task).describe('Tasks by name'),
  })
  .meta({
    title: 'Workflow',
    description: 'A directed acyclic graph of tasks, and the SF types that they are of',
  })

export type WorkflowFile = z.output<typeof workflowFile>
