import type { Forwarder } from '../forwarder/index.ts'
import type { DirectNextHops, FibControl, NextHopTable } from '../management/index.ts'

type Fib = Forwarder['fib']

/** The FIB as the RIB writes it. */
export function nextHopTable(fib: Fib): NextHopTable {
  return {
    setNextHops: (prefix, hops) => fib.setNextHops(prefix, hops),
    nextHops: (prefix) => fib.get(prefix),
  }
}

/** What `fib` commands do. */
export function fibControl(fib: Fib, direct: DirectNextHops): FibControl {
  return {
    addNextHop: (prefix, face, cost) => direct.addNextHop(prefix, face, cost),
    removeNextHop: (prefix, face) => direct.removeNextHop(prefix, face),
    *entries() {
      for (const { prefix, hops } of fib.entries())
        yield { prefix, nextHops: hops.map(({ face, cost }) => ({ faceId: face, cost })) }
    },
  }
}
