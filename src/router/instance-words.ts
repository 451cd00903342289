import { createHash } from 'node:crypto'
import type { EngineEvent } from '../engine/index.ts'

/** Longest part of a function's name in the id of an instance, which has at most 64 characters. */
const MAX_LABEL = 48

/** Id of a function's instance, unique on its node: `resize-3`. */
export function instanceId(functionName: string, generation: number): string {
  if (functionName.length <= MAX_LABEL) return `${functionName}-${generation}`
  const hash = createHash('sha256').update(functionName).digest('hex').slice(0, 8)
  return `${functionName.slice(0, MAX_LABEL - 9)}-${hash}-${generation}`
}

/**
 * Says for a person how an instance ended, with what it wrote last.
 * @param killedFor why its node ended it, if it did
 */
export function describeExit(
  event: Extract<EngineEvent, { type: 'exit' }>,
  killedFor: string | undefined,
): string {
  const words = event.lastWords.trim()
  const said = words === '' ? '' : `: ${words}`
  if (event.outOfMemory) return `killed: it used more memory than its limit allows${said}`
  if (killedFor !== undefined) return killedFor + said
  if (event.signal !== null) return `ended by ${event.signal}${said}`
  return `exited with code ${event.exitCode}${said}`
}
