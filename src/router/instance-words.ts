import { createHash } from 'node:crypto'
import type { EngineEvent } from '../engine/index.ts'

/** Longest part of an instance's id in the name of a process, which has at most 64 characters. */
const MAX_LABEL = 48

/** How the engine calls the process of an instance, unique on its node: `resize-3`. */
export function processName(id: string, generation: number): string {
  return `${processPrefix(id)}${generation}`
}

/** What the names of all its processes begin with, before their number. */
export function processPrefix(id: string): string {
  if (id.length <= MAX_LABEL) return `${id}-`
  const hash = createHash('sha256').update(id).digest('hex').slice(0, 8)
  return `${id.slice(0, MAX_LABEL - 9)}-${hash}-`
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
