import type { Algorithm } from '../algorithms/index.ts'
import type { Problem } from '../model/index.ts'
import { EventQueue } from './events.ts'
import { type Holds, noHolds } from './holds.ts'
import type { Links } from './links.ts'
import type { Plan } from './plan.ts'
import { DONE, PENDING, Progress, RUNNING, type Run } from './progress.ts'
import { replan } from './rest.ts'
import { Supply } from './supply.ts'
import { Turns } from './turns.ts'

// Kinds of events, in the order in which they happen at one time: what is done by then a failure does not undo.
const FINISH = 0
const TASK_HELD = 1
const LAYER_HELD = 2
const FAILURE = 3
const RELEASE = 4

export interface PlayOptions {
  readonly links: Links
  /** By what each task's execution time is multiplied. */
  readonly factors: Float64Array
  readonly holds: Holds
  /** Hosts by number. */
  readonly failures: readonly { readonly host: number; readonly time: number }[]
  readonly reschedule: Algorithm | undefined
  readonly seed: number
}

/** A plan as it is carried out, event by event. */
export class Play {
  readonly problem: Problem
  readonly progress: Progress
  readonly supply: Supply
  /** When what was left was scheduled anew. */
  readonly rescheduled: number[] = []
  /** Why the last rescheduling came to nothing. */
  reason: string | undefined
  /** When each task, and each layer's download, that was held could have started. */
  readonly possible: { readonly tasks: Float64Array; readonly layers: ReadonlyMap<number, number> }
  readonly #plan: Plan
  readonly #options: PlayOptions
  readonly #events = new EventQueue()
  readonly #turns: Turns
  #taskHolds: Float64Array
  /** Whether a task takes no time where it is to run: then it needs no turn, and no share of the core. */
  readonly #isInstant: Uint8Array
  /** Of such tasks, those that wait for their image. */
  #awaitImage: number[] = []
  /** What may start now: the next task of a vCPU, or `~task` where it needs no turn. */
  #touched: number[] = []
  readonly #nodeVcpus: readonly number[][]
  #isReleased = false
  #now = Number.NEGATIVE_INFINITY

  constructor(problem: Problem, plan: Plan, options: PlayOptions) {
    const { taskCount, machine } = problem
    this.problem = problem
    this.#plan = plan
    this.#options = options
    this.#taskHolds = options.holds.tasks
    this.progress = new Progress(problem)
    this.supply = new Supply(this.progress, options.links, options.holds.layers, {
      touch: (task) => this.#touch(task),
      imageComplete: (node) => this.#touchNode(node),
      hold: (place, time) => this.#events.add(time, LAYER_HELD, place),
    })
    const possible = new Float64Array(taskCount).fill(Number.NaN)
    this.possible = { tasks: possible, layers: this.supply.possible }
    this.#turns = new Turns(machine, taskCount)
    this.#isInstant = new Uint8Array(taskCount)
    const vcpus = machine.nodes.map((): number[] => [])
    for (const [vcpu, node] of machine.vcpuNode.entries()) (vcpus[node] as number[]).push(vcpu)
    this.#nodeVcpus = vcpus
  }

  run(): void {
    this.#begin()
    const { transport } = this.supply
    for (;;) {
      this.#now = Math.min(this.#events.nextTime, transport.nextTime)
      if (this.#now === Number.POSITIVE_INFINITY) return
      while (transport.nextTime <= this.#now) this.supply.receive(this.#now)
      while (this.#events.nextTime <= this.#now) this.#happen()
      this.#startAll()
    }
  }

  #begin(): void {
    const { progress } = this
    const { release, vcpu, start, finish, order } = this.#plan
    progress.vcpu.set(vcpu)
    const { failures } = this.#options
    for (const [number, { time }] of failures.entries()) this.#events.add(time, FAILURE, number)
    this.#events.add(release, RELEASE, 0)
    const open = order.filter((task) => {
      // Those were decided, and begun, before the workflow was scheduled anew.
      if ((start[task] as number) >= release) return true
      const run = progress.begin(task, start[task] as number, finish[task] as number)
      if (run.finish > release) return true
      progress.state[task] = DONE
      return false
    })
    this.#setTurns(open)
    for (const task of progress.tasks(RUNNING)) this.#goOn(progress.run[task] as Run)
  }

  #setTurns(order: readonly number[]): void {
    const { problem, progress } = this
    for (const task of order)
      this.#isInstant[task] = problem.execution(task, progress.vcpu[task] as number) > 0 ? 0 : 1
    this.#turns.plan(
      order.flatMap((task) => {
        if (this.#isInstant[task] === 1) return []
        return [{ task, vcpu: progress.vcpu[task] as number, usage: problem.usage[task] as number }]
      }),
    )
  }

  #happen(): void {
    const kind = this.#events.nextKind
    const subject = this.#events.take()
    if (kind === FINISH) this.#finish(this.progress.runs[subject] as Run)
    else if (kind === TASK_HELD) this.#touch(subject)
    else if (kind === LAYER_HELD) this.supply.releaseLayer(subject, this.#now)
    else if (kind === FAILURE) this.#fail(this.#options.failures[subject]?.host as number)
    else {
      this.#isReleased = true
      this.supply.dispatch(this.#now)
    }
  }

  /** A task may be able to start, if it has its turn. */
  #touch(task: number): void {
    this.#touched.push(this.#isInstant[task] === 1 ? ~task : (this.progress.vcpu[task] as number))
  }

  #touchNode(node: number): void {
    for (const vcpu of this.#nodeVcpus[node] as number[]) this.#touched.push(vcpu)
    for (const task of this.#awaitImage) this.#touched.push(~task)
    this.#awaitImage = []
  }

  #startAll(): void {
    const touched = this.#touched
    this.#touched = []
    for (const subject of touched) {
      const task = subject < 0 ? ~subject : this.#turns.waiting(subject)
      if (task !== undefined && this.#mayStart(task)) this.#start(task)
    }
  }

  #mayStart(task: number): boolean {
    const { progress, supply } = this
    if (!this.#isReleased || progress.state[task] !== PENDING || !supply.hasData(task)) return false
    if (progress.isDead[progress.host(task)] === 1) return false
    const isInstant = this.#isInstant[task] === 1
    if (!supply.hasImage(task)) {
      if (isInstant) this.#awaitImage.push(task)
      return false
    }
    return isInstant || this.#turns.fits(progress.vcpu[task] as number)
  }

  #start(task: number): void {
    const hold = this.#taskHolds[task] as number
    if (hold > this.#now) {
      if (!Number.isNaN(this.possible.tasks[task])) return
      this.possible.tasks[task] = this.#now
      this.#events.add(hold, TASK_HELD, task)
      return
    }
    const vcpu = this.progress.vcpu[task] as number
    const duration = this.problem.execution(task, vcpu) * (this.#options.factors[task] as number)
    this.#goOn(this.progress.begin(task, this.#now, this.#now + duration))
  }

  #goOn(run: Run): void {
    if (this.#isInstant[run.task] === 0) this.#turns.begin(run.task)
    this.#events.add(run.finish, FINISH, run.number)
  }

  #finish(run: Run): void {
    if (run.isLost) return
    this.progress.state[run.task] = DONE
    this.#endTurn(run)
    if (this.#isReleased) this.supply.sendOutput(run.task, this.#now)
  }

  #endTurn({ task, vcpu }: Run): void {
    if (this.#isInstant[task] === 1) return
    for (const next of this.#turns.end(task, vcpu)) this.#touched.push(next)
  }

  #fail(host: number): void {
    if (this.progress.isDead[host] === 1) return
    for (const run of this.progress.fail(host, this.#now)) this.#endTurn(run)
    this.supply.cutOff(host, this.#now)
    if (this.#isAffected(host)) this.#reschedule()
    if (this.#isReleased) this.supply.dispatch(this.#now)
  }

  /** Whether what is left cannot go on as planned. */
  #isAffected(host: number): boolean {
    const { repository, fileServer } = this.problem.machine.platform
    const name = this.problem.machine.hosts[host]?.name
    const pending = this.progress.tasks(PENDING)
    if (pending.length > 0 && (name === repository || name === fileServer)) return true
    return pending.some((task) => this.progress.isDead[this.progress.host(task)] === 1)
  }

  #reschedule(): void {
    const { progress, supply } = this
    const { reschedule, seed } = this.#options
    if (reschedule === undefined) return
    const now = Math.max(this.#now, this.#plan.release)
    const plan = replan({ progress, supply, now }, reschedule, seed)
    if (!plan.isFeasible) {
      this.reason = plan.reason
      return
    }
    this.reason = undefined
    this.rescheduled.push(this.#now)
    for (const { task, vcpu } of plan.tasks) progress.vcpu[task] = vcpu
    this.#taskHolds = noHolds(progress.vcpu.length).tasks
    supply.redirect(this.#now)
    this.#setTurns([...plan.tasks].sort((a, b) => a.start - b.start).map(({ task }) => task))
  }
}
