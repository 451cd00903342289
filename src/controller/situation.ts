import type { InstanceReport } from '../control/index.ts'
import type { NodeFacts } from '../facts/index.ts'
import type { DesiredInstance } from './desired.ts'
import type { WantedFunction } from './placement-facts.ts'
import type { WatchedNode } from './watched-node.ts'

/** How things are when it is decided what is to change. */
export interface Situation {
  readonly nodes: ReadonlyMap<string, WatchedNode>
  /** That some deployment wants, by name. */
  readonly functions: ReadonlyMap<string, WantedFunction>
  /** Nodes that are about to be drained. */
  readonly draining: ReadonlySet<string>
  /** Deployment that is being carried out. */
  readonly rollout: string | undefined
}

/** What its node says of an instance; undefined where it cannot be reached, or does not have it. */
export function reportOf({ nodes }: Situation, { id, node }: DesiredInstance): InstanceReport | undefined {
  return nodes.get(node)?.instance(id)
}

/** Whether it takes work, or would if no operator held it. */
export function isReady(situation: Situation, instance: DesiredInstance): boolean {
  const state = reportOf(situation, instance)?.state
  if (state === 'ready' || state === 'idle') return true
  return instance.hold !== undefined && (state === 'paused' || state === 'stopped')
}

export function isFailed(situation: Situation, instance: DesiredInstance): boolean {
  return reportOf(situation, instance)?.state === 'failed'
}

export function isLost({ nodes }: Situation, name: string): boolean {
  return nodes.get(name)?.isLost ?? true
}

export function isDrained({ nodes, draining }: Situation, name: string): boolean {
  return draining.has(name) || nodes.get(name)?.facts?.availability === 'drain'
}

/** What nodes that can be reached say; those that are about to be drained are taken to be so already. */
export function factsOf(situation: Situation): NodeFacts[] {
  const found: NodeFacts[] = []
  for (const { name, facts, isReachable } of situation.nodes.values()) {
    if (!isReachable || facts === undefined) continue
    found.push(isDrained(situation, name) ? { ...facts, availability: 'drain' } : facts)
  }
  return found
}
