import type { Machine } from '../model/index.ts'
import { EventQueue } from './events.ts'
import { maxMinRates } from './fair-share.ts'
import type { Links } from './links.ts'

/** The transfers from one host to another. All have one rate: what one has been sent in a time, each has been sent. */
interface Way {
  readonly resources: readonly number[]
  /** MB that each would have been sent since the way was made, until `since`. */
  sent: number
  since: number
  /** MB/s of each; 0 before the first share. */
  rate: number
  /** What `sent` will be when a transfer ends, with its size. */
  readonly underWay: Map<number, { readonly end: number; readonly size: number }>
  /** By what `sent` will be. */
  readonly ends: EventQueue
  nextTime: number
}

/**
 * The network cards of hosts and the links of networks are shared by all transfers under way, max-min fair. They are full
 * duplex: what goes out and what comes in have the bandwidth each. A transfer inside a network does not pass its link to others.
 * Rates are worked out anew once for all that begins and ends at one time, in O(rounds x pairs of hosts with a transfer).
 */
export class SharedLinks implements Links {
  readonly #hostCount: number
  readonly #networkCount: number
  readonly #hostNetwork: Int32Array
  /** Hosts outgoing, hosts incoming, networks outgoing, networks incoming; MB/s. */
  readonly #capacities: Float64Array
  readonly #ways = new Map<number, Way>()
  readonly #wayOf = new Map<number, number>()
  #isStale = false
  #now = 0
  #next: Way | undefined

  constructor({ hosts, platform: { networks } }: Machine) {
    this.#hostCount = hosts.length
    this.#networkCount = networks.length
    const numbers = new Map(networks.map(({ name }, number) => [name, number]))
    this.#hostNetwork = Int32Array.from(hosts, ({ network }) => numbers.get(network) as number)
    const cards = hosts.map(({ bandwidth }) => bandwidth)
    const exits = networks.map(({ bandwidth }) => bandwidth)
    this.#capacities = Float64Array.from([...cards, ...cards, ...exits, ...exits])
  }

  get nextTime(): number {
    this.#share()
    return this.#next?.nextTime ?? Number.POSITIVE_INFINITY
  }

  start(transfer: number, from: number, to: number, size: number, now: number): void {
    const key = from * this.#hostCount + to
    const way = this.#ways.get(key) ?? this.#makeWay(from, to, now)
    this.#ways.set(key, way)
    this.#wayOf.set(transfer, key)
    advance(way, now)
    const end = way.sent + size
    way.underWay.set(transfer, { end, size })
    way.ends.add(end, 0, transfer)
    this.#changed(now)
  }

  take(): number {
    this.#share()
    const way = this.#next as Way
    const time = way.nextTime
    // By what it was to be, not by the rate, so that no rest is left by rounding.
    way.sent = way.ends.nextTime
    way.since = time
    const transfer = way.ends.take()
    this.#remove(way, transfer)
    if (way.ends.nextTime > way.sent) way.nextTime = Number.POSITIVE_INFINITY
    this.#changed(time)
    return transfer
  }

  cancel(transfer: number, now: number): number {
    const way = this.#ways.get(this.#wayOf.get(transfer) as number) as Way
    const { end, size } = way.underWay.get(transfer) as { end: number; size: number }
    advance(way, now)
    this.#remove(way, transfer)
    way.nextTime = Number.POSITIVE_INFINITY
    this.#changed(now)
    return Math.min(size, Math.max(0, size - (end - way.sent)))
  }

  #makeWay(from: number, to: number, now: number): Way {
    const { length } = this.#hostNetwork
    const [out, into] = [this.#hostNetwork[from] as number, this.#hostNetwork[to] as number]
    const cards = [from, length + to]
    const exits = out === into ? [] : [2 * length + out, 2 * length + this.#networkCount + into]
    return {
      resources: [...cards, ...exits],
      sent: 0,
      since: now,
      rate: 0,
      underWay: new Map(),
      ends: new EventQueue(),
      nextTime: Number.POSITIVE_INFINITY,
    }
  }

  #remove(way: Way, transfer: number): void {
    way.underWay.delete(transfer)
    const key = this.#wayOf.get(transfer) as number
    this.#wayOf.delete(transfer)
    if (way.underWay.size === 0) this.#ways.delete(key)
    // Those that were broken off are still in the queue.
    for (let next = way.ends.nextSubject; next !== undefined; next = way.ends.nextSubject) {
      if (way.underWay.has(next)) return
      way.ends.take()
    }
  }

  #changed(now: number): void {
    this.#isStale = true
    this.#now = now
  }

  #share(): void {
    if (!this.#isStale) return
    this.#isStale = false
    const ways = [...this.#ways.values()]
    // While something ends now there is no need for new rates.
    this.#next = ways.find(({ nextTime }) => nextTime <= this.#now)
    if (this.#next !== undefined) {
      this.#isStale = true
      return
    }
    const flows = ways.map(({ resources, underWay }) => ({ resources, count: underWay.size }))
    const rates = maxMinRates(this.#capacities, flows)
    for (const [number, way] of ways.entries()) {
      const rate = rates[number] as number
      if (rate !== way.rate) advance(way, this.#now)
      way.rate = rate
      way.nextTime = Math.max(this.#now, way.since + (way.ends.nextTime - way.sent) * (1 / rate))
      if (this.#next === undefined || way.nextTime < this.#next.nextTime) this.#next = way
    }
  }
}

function advance(way: Way, now: number): void {
  way.sent += way.rate * (now - way.since)
  way.since = now
}
