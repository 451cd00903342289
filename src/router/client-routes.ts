import type { Forwarder } from '../forwarder/index.ts'
import type { Name } from '../packet/index.ts'

/** Longest timer of Node.js, in milliseconds; a route that is to last longer lasts as long as its face. */
const MAX_EXPIRATION_MS = 2 ** 31 - 1

/** The routes that clients have registered. They go with their face, or when their time is over. */
export class ClientRoutes {
  readonly #fib: Forwarder['fib']
  /** By face, then by prefix; with the timer of one that expires. */
  readonly #routes = new Map<number, Map<string, NodeJS.Timeout | undefined>>()

  constructor(fib: Forwarder['fib']) {
    this.#fib = fib
  }

  has(prefix: Name, face: number): boolean {
    return this.#routes.get(face)?.has(prefix.key) ?? false
  }

  /**
   * Registers a route, or changes its cost and its time.
   * @param expiration milliseconds; for as long as the face where it is undefined
   * @returns false if the FIB is full
   */
  add(prefix: Name, face: number, cost: number, expiration: number | undefined): boolean {
    if (!this.#fib.add(prefix, face, cost)) return false
    const ofFace = this.#routes.get(face) ?? new Map<string, NodeJS.Timeout | undefined>()
    this.#routes.set(face, ofFace)
    clearTimeout(ofFace.get(prefix.key))
    const isTimed = expiration !== undefined && expiration <= MAX_EXPIRATION_MS
    const timer = isTimed ? setTimeout(() => this.remove(prefix, face), expiration).unref() : undefined
    ofFace.set(prefix.key, timer)
    return true
  }

  /** Takes back what a client has registered, and nothing else. */
  remove(prefix: Name, face: number): void {
    const ofFace = this.#routes.get(face)
    if (ofFace?.has(prefix.key) !== true) return
    clearTimeout(ofFace.get(prefix.key))
    ofFace.delete(prefix.key)
    if (ofFace.size === 0) this.#routes.delete(face)
    this.#fib.remove(prefix, face)
  }

  /** The face is gone, and the FIB has forgotten it. */
  forget(face: number): void {
    for (const timer of this.#routes.get(face)?.values() ?? []) clearTimeout(timer)
    this.#routes.delete(face)
  }
}
