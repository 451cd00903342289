import type { Machine } from '../model/index.ts'

/** Room for the rounding of sums of usages, in percent. */
const TOLERANCE = 1e-9

/** A task that has a vCPU and has not finished, and takes some time on it. */
export interface Turn {
  readonly task: number
  readonly vcpu: number
  /** In percent. */
  readonly usage: number
}

/**
 * Whose turn it is. On a vCPU tasks run in the order of the plan. On a core a task may go before one that the plan starts earlier
 * only if both fit under the core's cap together, so that nobody is held up.
 */
export class Turns {
  readonly #machine: Machine
  readonly #queues: Turn[][]
  /** Of each vCPU, where in its queue its next or running task stands. */
  readonly #heads: Int32Array
  /** Where a task stands in the plan. */
  readonly #ranks: Int32Array
  readonly #isRunning: Uint8Array
  readonly #coreVcpus: readonly number[][]

  constructor(machine: Machine, taskCount: number) {
    this.#machine = machine
    this.#queues = machine.vcpus.map(() => [])
    this.#heads = new Int32Array(machine.vcpuCount)
    this.#ranks = new Int32Array(taskCount)
    this.#isRunning = new Uint8Array(taskCount)
    const cores = Array.from(machine.coreLimit, (): number[] => [])
    for (const [vcpu, core] of machine.vcpuCore.entries()) (cores[core] as number[]).push(vcpu)
    this.#coreVcpus = cores
  }

  /** Sets the order anew; what runs goes on. @param turns by the plan's starts */
  plan(turns: readonly Turn[]): void {
    for (const [vcpu, queue] of this.#queues.entries()) {
      const head = queue[this.#heads[vcpu] as number]
      this.#queues[vcpu] = head !== undefined && this.#isRunning[head.task] === 1 ? [head] : []
      this.#heads[vcpu] = 0
      if (head !== undefined) this.#ranks[head.task] = -1
    }
    for (const [rank, turn] of turns.entries()) {
      this.#ranks[turn.task] = rank
      ;(this.#queues[turn.vcpu] as Turn[]).push(turn)
    }
  }

  /** The task that is to run next on a vCPU; undefined where one runs or none is left. */
  waiting(vcpu: number): number | undefined {
    const head = this.#head(vcpu)
    return head === undefined || this.#isRunning[head.task] === 1 ? undefined : head.task
  }

  /** Whether the core's cap lets the vCPU's next task start. */
  fits(vcpu: number): boolean {
    const { usage, task } = this.#head(vcpu) as Turn
    const core = this.#machine.vcpuCore[vcpu] as number
    if (usage === 0) return true
    const limit = (this.#machine.coreLimit[core] as number) + TOLERANCE
    let sum = usage
    for (const other of this.#coreVcpus[core] as number[]) {
      if (other !== vcpu) sum += this.#claim(other, this.#ranks[task] as number, limit - sum)
      if (sum > limit) return false
    }
    return true
  }

  begin(task: number): void {
    this.#isRunning[task] = 1
  }

  /** Takes a task out that ran. @returns the vCPUs whose next task may start now */
  end(task: number, vcpu: number): readonly number[] {
    this.#isRunning[task] = 0
    this.#heads[vcpu] = (this.#heads[vcpu] as number) + 1
    return this.#coreVcpus[this.#machine.vcpuCore[vcpu] as number] as number[]
  }

  #head(vcpu: number): Turn | undefined {
    return (this.#queues[vcpu] as Turn[])[this.#heads[vcpu] as number]
  }

  /** What a vCPU uses, or is to be left for what it runs before a rank; no more than is needed to exceed what is left. */
  #claim(vcpu: number, rank: number, left: number): number {
    const queue = this.#queues[vcpu] as Turn[]
    const head = this.#head(vcpu)
    if (head === undefined) return 0
    let most = this.#isRunning[head.task] === 1 ? head.usage : 0
    for (let at = this.#heads[vcpu] as number; at < queue.length && most <= left; at++) {
      const { task, usage } = queue[at] as Turn
      if ((this.#ranks[task] as number) > rank) break
      if (usage > most) most = usage
    }
    return most
  }
}
