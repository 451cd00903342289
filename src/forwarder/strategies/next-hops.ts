import type { NextHop } from '../fib.ts'
import type { PendingInterest } from './strategy.ts'

/** Whether a next hop that was asked may still answer. */
export function isAwaited(interest: PendingInterest): boolean {
  for (const { face } of interest.nextHops) if (interest.state(face) === 'pending') return true
  return false
}

/** Sends an Interest to the next hop that was chosen for it, and rejects it where there is none or it is too large. */
export function sendOrReject(interest: PendingInterest, hop: NextHop | undefined): void {
  if (hop === undefined || !interest.send(hop.face)) interest.reject(interest.nackReason)
}

/**
 * What to do after a Nack: as long as another next hop may still answer, nothing; else one that was not asked is, and where there is
 * none all who ask get a Nack.
 * @param choose gives the one to ask
 * @param send sends it there; false if it is too large
 */
export function askAnother(
  interest: PendingInterest,
  choose: (interest: PendingInterest) => NextHop | undefined,
  send = (face: number): boolean => interest.send(face),
): void {
  if (isAwaited(interest)) return
  const chosen = choose(interest)
  if (chosen !== undefined && send(chosen.face)) return
  // One that is too large in the form that one next hop takes may not be in another's.
  for (const hop of interest.nextHops)
    if (hop !== chosen && interest.state(hop.face) === 'untried' && send(hop.face)) return
  interest.reject(interest.nackReason)
}

/** The cheapest next hop that was not asked. */
export function cheapestUntried(interest: PendingInterest): NextHop | undefined {
  for (const hop of interest.nextHops) if (interest.state(hop.face) === 'untried') return hop
  return undefined
}
