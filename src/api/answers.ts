import { z } from 'zod'
import { NDJSON_MEDIA_TYPE } from './event-streams.ts'
import { PROBLEM_MEDIA_TYPE, problemSchema } from './problem.ts'

const problem = {
  description: 'What is wrong',
  content: { [PROBLEM_MEDIA_TYPE]: { schema: problemSchema } },
}

/** Answers of a route for the OpenAPI document: one of JSON, or what is wrong. */
export function answers(schema: z.ZodType, description = 'Done') {
  return { 200: { description, content: { 'application/json': { schema } } }, default: problem }
}

/** A stream of events, of which the last is `done` or a problem. */
export function events(schema: z.ZodType) {
  const description = 'An event a line, as it happens; the last is done, or a problem'
  return {
    200: { description, content: { [NDJSON_MEDIA_TYPE]: { schema: z.union([schema, problemSchema]) } } },
    default: problem,
  }
}

export const noAnswer = { 204: z.void().describe('Done'), default: problem }

/** Octets of whatever media type. */
export const bytesAnswer = {
  200: { description: 'The result', content: { 'application/octet-stream': { schema: z.any() } } },
  default: problem,
}
