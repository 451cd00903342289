import type { Machine } from '../model/index.ts'
import { EventQueue } from './events.ts'

/** What carries transfers between hosts. Each has a number of its own, which its sender gives it. Seconds and megabytes. */
export interface Links {
  /** When the next transfer ends; Infinity where none is under way. */
  readonly nextTime: number
  /** @param from host @param to another host */
  start(transfer: number, from: number, to: number, size: number, now: number): void
  /** Takes out the transfer that ends next. @returns its number */
  take(): number
  /** Breaks off a transfer that is under way. @returns the megabytes that were sent */
  cancel(transfer: number, now: number): number
}

interface Sending {
  readonly start: number
  readonly finish: number
  readonly size: number
}

/** Each transfer has its way for itself, as in the model's estimates. */
export class DedicatedLinks implements Links {
  readonly #machine: Machine
  readonly #queue = new EventQueue()
  readonly #underWay = new Map<number, Sending>()

  constructor(machine: Machine) {
    this.#machine = machine
  }

  get nextTime(): number {
    return this.#queue.nextTime
  }

  start(transfer: number, from: number, to: number, size: number, now: number): void {
    const finish = now + size * this.#machine.secondsPerMb(from, to)
    this.#underWay.set(transfer, { start: now, finish, size })
    this.#queue.add(finish, 0, transfer)
  }

  take(): number {
    const transfer = this.#queue.take()
    this.#underWay.delete(transfer)
    this.#dropCancelled()
    return transfer
  }

  cancel(transfer: number, now: number): number {
    const { start, finish, size } = this.#underWay.get(transfer) as Sending
    this.#underWay.delete(transfer)
    this.#dropCancelled()
    return (size * (now - start)) / (finish - start)
  }

  #dropCancelled(): void {
    for (let next = this.#queue.nextSubject; next !== undefined; next = this.#queue.nextSubject) {
      if (this.#underWay.has(next)) return
      this.#queue.take()
    }
  }
}
