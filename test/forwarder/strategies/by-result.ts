import type { PendingInterest, Strategy } from '../../../src/forwarder/index.ts'

/** The same next hop for all that belongs to one result, with nothing kept. */
export class ByResult implements Strategy {
  readonly name = 'by-result'
  readonly version = 1

  afterReceiveInterest(interest: PendingInterest): void {
    const usable = interest.nextHops.filter(({ face }) => interest.state(face) !== 'nacked')
    const hop = usable[(interest.resultHash >>> 0) % usable.length]
    if (hop === undefined || !interest.send(hop.face)) interest.reject(interest.nackReason)
  }

  afterReceiveNack(interest: PendingInterest): void {
    this.afterReceiveInterest(interest)
  }
}
