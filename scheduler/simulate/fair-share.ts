/** Transfers that take the same way, and so the same share each. */
export interface Flow {
  /** Numbers of the resources that it passes, each once. */
  readonly resources: readonly number[]
  /** How many transfers take it; at least 1. */
  readonly count: number
}

/**
 * Max-min fair rates by progressive filling (Bertsekas and Gallager, Data Networks, section 6.5.2): all rates grow together
 * until a resource is full, which settles the transfers that pass it; the others grow on. O(rounds x (resources + flows)),
 * where each round settles a resource.
 * @param capacities of the resources, in MB/s
 * @returns the rate of each transfer of each flow, in MB/s
 */
export function maxMinRates(capacities: Float64Array, flows: readonly Flow[]): Float64Array {
  const rates = new Float64Array(flows.length)
  const left = capacities.slice()
  const users = new Int32Array(capacities.length)
  for (const { resources, count } of flows) {
    for (const resource of resources) users[resource] = (users[resource] as number) + count
  }
  let open = flows.map((_, number) => number)
  let used = [...new Set(flows.flatMap(({ resources }) => resources))]
  while (open.length > 0) {
    let rate = Number.POSITIVE_INFINITY
    let full = -1
    for (const resource of used) {
      const share = (left[resource] as number) / (users[resource] as number)
      if (share < rate) {
        rate = share
        full = resource
      }
    }
    if (full < 0) throw new RangeError('a flow passes no resource')
    const still: number[] = []
    for (const number of open) {
      const { resources, count } = flows[number] as Flow
      if (!resources.includes(full)) {
        still.push(number)
        continue
      }
      rates[number] = rate
      for (const resource of resources) {
        left[resource] = Math.max(0, (left[resource] as number) - rate * count)
        users[resource] = (users[resource] as number) - count
      }
    }
    open = still
    used = used.filter((resource) => (users[resource] as number) > 0)
  }
  return rates
}
