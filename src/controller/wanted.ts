import type { WantedFunction } from './placement-facts.ts'
import type { Situation } from './situation.ts'
import type { Store } from './store.ts'

/** What all deployments together want. */
export function wantedBy(store: Store): Pick<Situation, 'functions' | 'rollout'> {
  const functions = new Map<string, WantedFunction>()
  let rollout: string | undefined
  for (const { name, revision, state } of store.standings()) {
    if (state === 'removing') continue
    if (state === 'deploying') rollout = name
    const { functions: wanted = [], facts = [] } = store.revision(name, revision) ?? {}
    for (const deployed of wanted) {
      const own = facts.find((one) => one.name === deployed.name)
      if (own === undefined) continue
      functions.set(deployed.name, together(functions.get(deployed.name), { deployed, facts: own }))
    }
  }
  return { functions, rollout }
}

/** One function has the same instances for all deployments: within the bounds of all. */
function together(one: WantedFunction | undefined, other: WantedFunction): WantedFunction {
  const a = one?.deployed
  const b = other.deployed
  if (a === undefined) return other
  const bounds =
    a.instances === undefined
      ? b.instances
      : b.instances === undefined
        ? a.instances
        : {
            min: Math.max(a.instances.min, b.instances.min),
            max: Math.max(a.instances.max, b.instances.max),
          }
  const idle = Math.max(a.idle, b.idle)
  const queue = Math.min(a.queue, b.queue)
  return {
    facts: other.facts,
    deployed: { ...b, instances: bounds, idle, queue, demands: [...a.demands, ...b.demands] },
  }
}
