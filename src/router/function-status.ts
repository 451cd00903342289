import type { FunctionStatus, SlotState } from '../control/index.ts'
import type { Artifact } from '../engine/index.ts'
import type { FunctionSlot } from './function-slot.ts'

/** From the state in which a function is best off to the worst. */
const STATES: readonly SlotState[] = [
  'ready',
  'idle',
  'paused',
  'starting',
  'restarting',
  'failed',
  'withdrawn',
  'stopped',
]

/** Of each function the instance that is best off, in the order in which functions came. */
export function bestOfEach(slots: readonly FunctionSlot[]): { best: FunctionSlot; count: number }[] {
  const found = new Map<string, { best: FunctionSlot; count: number }>()
  const rank = (slot: FunctionSlot): number => STATES.indexOf(slot.status().state)
  for (const slot of slots) {
    const { best = slot, count = 0 } = found.get(slot.name) ?? {}
    found.set(slot.name, { best: rank(slot) < rank(best) ? slot : best, count: count + 1 })
  }
  return [...found.values()]
}

/** Of a function that never came to have a slot. */
export function unusable(name: string, cause: string, artifact: Artifact | undefined): FunctionStatus {
  const {
    version = '',
    description = '',
    input = [],
    output = '',
    parameters = {},
  } = artifact?.manifest ?? {}
  const facts = { name, version, description, input, output, parameters, digest: artifact?.digest ?? '' }
  return { ...facts, state: 'failed', cause, restarts: 0, since: Date.now() }
}
