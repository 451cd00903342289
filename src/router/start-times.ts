import type { InstancePhase } from '../control/index.ts'

/** Phases of a start, in their order, and what they took. */
type Phases = Partial<Record<Extract<InstancePhase, 'create' | 'start' | 'ready'>, { readonly ms: number }>>

/** What it takes to bring up a process: until it is made, until the engine says that it runs, until it has connected. */
export class StartTimes {
  readonly #now: () => number
  #began: number
  #created: number | undefined
  #started: number | undefined
  #connected: number | undefined

  /** @param now milliseconds that never go back; `performance.now` by default */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now
    this.#began = now()
  }

  /** The engine is told now: what was done before is no part of it. */
  begin(): void {
    this.#began = this.#now()
  }

  created(): void {
    this.#created = this.#now()
  }

  started(): void {
    this.#started = this.#now()
  }

  /** It may come before the engine has said that it runs. */
  connected(): void {
    this.#connected = this.#now()
  }

  /** When it has connected, in milliseconds of that clock. */
  get connectedAt(): number | undefined {
    return this.#connected
  }

  /** As far as it has come. */
  get phases(): Phases {
    const [began, created, started, connected] = [this.#began, this.#created, this.#started, this.#connected]
    return {
      ...(created !== undefined && { create: { ms: created - began } }),
      ...(started !== undefined && { start: { ms: started - (created ?? began) } }),
      ...(started !== undefined &&
        connected !== undefined && { ready: { ms: Math.max(0, connected - started) } }),
    }
  }
}
