import { z } from 'zod'
import { platformFile } from './platform-schema.ts'
import { workflowFile } from './workflow-schema.ts'

/** The JSON Schema (draft 2020-12) of a file that `parsePlatform` reads. Names that lead nowhere it does not find. */
export function platformSchema(): object {
  return z.toJSONSchema(platformFile, { io: 'input' })
}

/** The JSON Schema (draft 2020-12) of a file that `parseWorkflow` reads. Names that lead nowhere, and circles, it does not find. */
export function workflowSchema(): object {
  return z.toJSONSchema(workflowFile, { io: 'input' })
}
