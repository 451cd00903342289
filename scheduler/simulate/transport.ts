import type { Links } from './links.ts'

/** An edge's data, a task's input from the file server, a layer of an image. */
export type Cargo = 'data' | 'input' | 'layer'

/** What is, or was, on its way. Hosts by number, seconds, MB. */
export interface Shipment {
  readonly cargo: Cargo
  /** Number of the edge, of the task, or place of the layer. */
  readonly subject: number
  readonly from: number
  readonly to: number
  readonly size: number
  readonly start: number
  /** When it arrived or was broken off; Infinity while it is under way. */
  finish: number
  /** MB that were sent in the end. */
  sent: number
}

/** Who sends what, over links. */
export class Transport {
  readonly shipments: Shipment[] = []
  readonly #links: Links
  readonly #underWay: Readonly<Record<Cargo, Map<number, number>>> = {
    data: new Map(),
    input: new Map(),
    layer: new Map(),
  }

  constructor(links: Links) {
    this.#links = links
  }

  get nextTime(): number {
    return this.#links.nextTime
  }

  /** Where a thing is on its way to; -1 where it is not. */
  destination(cargo: Cargo, subject: number): number {
    const number = this.#underWay[cargo].get(subject)
    return number === undefined ? -1 : (this.shipments[number] as Shipment).to
  }

  send(cargo: Cargo, subject: number, from: number, to: number, size: number, now: number): void {
    const finish = Number.POSITIVE_INFINITY
    const number = this.shipments.push({ cargo, subject, from, to, size, start: now, finish, sent: 0 }) - 1
    this.#underWay[cargo].set(subject, number)
    this.#links.start(number, from, to, size, now)
  }

  /** Takes in what arrives next. */
  receive(now: number): Shipment {
    const shipment = this.shipments[this.#links.take()] as Shipment
    this.#underWay[shipment.cargo].delete(shipment.subject)
    shipment.finish = now
    shipment.sent = shipment.size
    return shipment
  }

  cancel(cargo: Cargo, subject: number, now: number): void {
    const number = this.#underWay[cargo].get(subject) as number
    const shipment = this.shipments[number] as Shipment
    this.#underWay[cargo].delete(subject)
    shipment.finish = now
    shipment.sent = this.#links.cancel(number, now)
  }

  /** All that is under way now. */
  underWay(): Shipment[] {
    return Object.values(this.#underWay).flatMap((numbers) =>
      [...numbers.values()].map((number) => this.shipments[number] as Shipment),
    )
  }
}
