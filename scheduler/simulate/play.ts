import type { Algorithm } from '../algorithms/index.ts'
import type { Problem } from '../model/index.ts'
import { EventQueue } from './events.ts'
import type { Holds } from './holds.ts'
import { Images } from './images.ts'
import type { Links } from './links.ts'
import type { Plan } from './plan.ts'
import { DONE, PENDING, Progress, RUNNING, type Run } from './progress.ts'
import { replan } from './rest.ts'
import { type Cargo, type Shipment, Transport } from './transport.ts'
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

/** A layer's download, by its place. */
export interface Download {
  readonly place: number
  readonly type: number
  readonly start: number
  readonly finish: number
}

/** A plan as it is carried out, event by event. */
export class Play {
  readonly problem: Problem
  readonly progress: Progress
  readonly transport: Transport
  readonly downloads: Download[] = []
  readonly rescheduled: number[] = []
  /** Why the last rescheduling came to nothing. */
  reason: string | undefined
  /** When each task, and each layer's download, that was held could have started. */
  readonly possible: { readonly tasks: Float64Array; readonly layers: Map<number, number> }
  readonly #plan: Plan
  readonly #options: PlayOptions
  readonly #events = new EventQueue()
  readonly #images: Images
  readonly #turns: Turns
  #holds: Holds
  /** Layers that were asked for and may not be fetched yet, with the type they are for. */
  readonly #heldLayers = new Map<number, number>()
  /** For which type each layer that is on its way is fetched. */
  readonly #layerType = new Map<number, number>()
  /** Of each task: edges and input that are not on its host. */
  readonly #missing: Int32Array
  /** Of each task: predecessors that must finish first. */
  readonly #waits: Int32Array
  /** Whether a task takes no time where it is to run: then it needs no turn, and no share of the core. */
  readonly #isInstant: Uint8Array
  /** Of such tasks, those that wait for their image. */
  #awaitImage: number[] = []
  /** What may start now: the next task of a vCPU, or `~task` where it needs no turn. */
  #touched: number[] = []
  #isReleased = false
  #now = Number.NEGATIVE_INFINITY

  constructor(problem: Problem, plan: Plan, options: PlayOptions) {
    const { taskCount } = problem
    this.problem = problem
    this.progress = new Progress(problem)
    this.transport = new Transport(options.links)
    this.possible = { tasks: new Float64Array(taskCount).fill(Number.NaN), layers: new Map() }
    this.#plan = plan
    this.#options = options
    this.#holds = options.holds
    this.#images = new Images(
      problem,
      (place, type) => this.#fetchLayer(place, type),
      (node) => this.#touchNode(node),
    )
    this.#turns = new Turns(problem.machine, taskCount)
    this.#missing = new Int32Array(taskCount)
    this.#waits = new Int32Array(taskCount)
    this.#isInstant = new Uint8Array(taskCount)
  }

  run(): void {
    this.#begin()
    for (;;) {
      this.#now = Math.min(this.#events.nextTime, this.transport.nextTime)
      if (this.#now === Number.POSITIVE_INFINITY) return
      while (this.transport.nextTime <= this.#now) this.#arrive(this.transport.receive(this.#now))
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
    else if (kind === LAYER_HELD) this.#releaseLayer(subject)
    else if (kind === FAILURE) this.#fail(this.#options.failures[subject]?.host as number)
    else {
      this.#isReleased = true
      this.#dispatchAll()
    }
  }

  // Starting

  #startAll(): void {
    const touched = this.#touched
    this.#touched = []
    for (const subject of touched) {
      const task = subject < 0 ? ~subject : this.#turns.waiting(subject)
      if (task !== undefined && this.#mayStart(task)) this.#start(task)
    }
  }

  #mayStart(task: number): boolean {
    const { progress } = this
    const { machine, taskType } = this.problem
    if (!this.#isReleased || progress.state[task] !== PENDING || this.#missing[task] !== 0) return false
    if (progress.isDead[progress.host(task)] === 1) return false
    const vcpu = progress.vcpu[task] as number
    if (!this.#images.isThere(taskType[task] as number, machine.vcpuNode[vcpu] as number)) {
      if (this.#isInstant[task] === 1) this.#awaitImage.push(task)
      return false
    }
    return this.#isInstant[task] === 1 || this.#turns.fits(vcpu)
  }

  #start(task: number): void {
    const { tasks } = this.possible
    const hold = this.#holds.tasks[task] as number
    if (hold > this.#now) {
      if (!Number.isNaN(tasks[task])) return
      tasks[task] = this.#now
      this.#events.add(hold, TASK_HELD, task)
      return
    }
    const vcpu = this.progress.vcpu[task] as number
    const duration = this.problem.execution(task, vcpu) * (this.#options.factors[task] as number)
    this.#goOn(this.progress.begin(task, this.#now, this.#now + duration))
  }

  /** A task may be able to start, if it has its turn. */
  #touch(task: number): void {
    this.#touched.push(this.#isInstant[task] === 1 ? ~task : (this.progress.vcpu[task] as number))
  }

  #goOn(run: Run): void {
    if (this.#isInstant[run.task] === 0) this.#turns.begin(run.task)
    this.#events.add(run.finish, FINISH, run.number)
  }

  #finish(run: Run): void {
    if (run.isLost) return
    const { progress } = this
    const { successors, taskType, machine, policy } = this.problem
    progress.state[run.task] = DONE
    if (this.#isInstant[run.task] === 0) this.#touched.push(...this.#turns.end(run.task, run.vcpu))
    if (!this.#isReleased) return
    for (let i = successors.first[run.task] as number; i < (successors.first[run.task + 1] as number); i++) {
      const next = successors.task[i] as number
      const edge = progress.outEdge[i] as number
      if (progress.state[next] !== PENDING || progress.hasCopy(edge)) continue
      this.#sendEdge(edge, next)
      this.#waits[next] = (this.#waits[next] as number) - 1
      if (this.#waits[next] === 0 && policy === 'on-demand')
        this.#images.request(
          taskType[next] as number,
          machine.vcpuNode[progress.vcpu[next] as number] as number,
        )
    }
  }

  // What tasks need

  #dispatchAll(): void {
    const pending = this.progress.tasks(PENDING)
    for (const task of pending) this.#count(task)
    for (const task of pending) this.#dispatch(task)
  }

  #count(task: number): void {
    const { progress } = this
    const { first } = this.problem.predecessors
    const host = progress.host(task)
    let missing = this.#inputSize(task) > 0 && progress.inputAt[task] !== host ? 1 : 0
    let waits = 0
    for (let edge = first[task] as number; edge < (first[task + 1] as number); edge++) {
      if (progress.edgeAt[edge] === host) continue
      missing++
      if (progress.source(edge) < 0) waits++
    }
    this.#missing[task] = missing
    this.#waits[task] = waits
  }

  /** Sends for all that there is of what a task needs. */
  #dispatch(task: number): void {
    const { progress } = this
    const { predecessors, policy, taskType, machine } = this.problem
    const host = progress.host(task)
    const vcpu = progress.vcpu[task] as number
    if (policy === 'ahead' || this.#waits[task] === 0)
      this.#images.request(taskType[task] as number, machine.vcpuNode[vcpu] as number)
    if (this.#inputSize(task) > 0 && progress.inputAt[task] !== host) {
      const server = machine.hostNumber(machine.platform.fileServer as string)
      if (progress.isDead[server] === 0) this.#send('input', task, server, host, this.#inputSize(task))
    }
    for (
      let edge = predecessors.first[task] as number;
      edge < (predecessors.first[task + 1] as number);
      edge++
    ) {
      if (progress.edgeAt[edge] !== host) this.#sendEdge(edge, task)
    }
    this.#touch(task)
  }

  #inputSize(task: number): number {
    return this.problem.workflow.tasks[task]?.input as number
  }

  #sendEdge(edge: number, to: number): void {
    const source = this.progress.source(edge)
    const host = this.progress.host(to)
    if (source >= 0) this.#send('data', edge, source, host, this.problem.predecessors.data[edge] as number)
  }

  #send(cargo: Cargo, subject: number, from: number, to: number, size: number): void {
    if (this.progress.isDead[to] === 1 || this.transport.destination(cargo, subject) === to) return
    if (from === to || size === 0) this.#deliver(cargo, subject, to, this.#now)
    else this.transport.send(cargo, subject, from, to, size, this.#now)
  }

  #arrive({ cargo, subject, to, start }: Shipment): void {
    this.#deliver(cargo, subject, to, start)
  }

  #deliver(cargo: Cargo, subject: number, to: number, start: number): void {
    if (cargo === 'layer') {
      const type = this.#layerType.get(subject) as number
      this.downloads.push({ place: subject, type, start, finish: this.#now })
      this.#images.arrived(subject)
      return
    }
    const task = cargo === 'input' ? subject : this.progress.consumer(subject)
    if (cargo === 'input') this.progress.inputAt[task] = to
    else this.progress.edgeAt[subject] = to
    this.#missing[task] = (this.#missing[task] as number) - 1
    if (this.#missing[task] === 0) this.#touch(task)
  }

  // Images

  #touchNode(node: number): void {
    this.#touched.push(...this.#awaitImage.map((task) => ~task))
    this.#awaitImage = []
    for (const [vcpu, its] of this.problem.machine.vcpuNode.entries()) {
      if (its === node) this.#touched.push(vcpu)
    }
  }

  #fetchLayer(place: number, type: number): void {
    const hold = this.#holds.layers.get(place) ?? Number.NEGATIVE_INFINITY
    if (hold <= this.#now) {
      this.#bringLayer(place, type)
      return
    }
    this.possible.layers.set(place, this.#now)
    this.#heldLayers.set(place, type)
    this.#events.add(hold, LAYER_HELD, place)
  }

  #releaseLayer(place: number): void {
    const type = this.#heldLayers.get(place)
    if (type === undefined) return
    this.#heldLayers.delete(place)
    this.#bringLayer(place, type)
  }

  #bringLayer(place: number, type: number): void {
    const { machine, layers, layerSize } = this.problem
    const layer = place % layers.length
    const host = machine.nodeHost[(place - layer) / layers.length] as number
    const repository = machine.hostNumber(machine.platform.repository ?? '')
    if (repository < 0 || this.progress.isDead[repository] === 1) return
    this.#layerType.set(place, type)
    this.#send('layer', place, repository, host, layerSize[layer] as number)
  }

  // Failures

  #fail(host: number): void {
    const { progress, transport } = this
    if (progress.isDead[host] === 1) return
    for (const run of progress.fail(host, this.#now)) this.#turns.end(run.task, run.vcpu)
    for (const { cargo, subject, from, to } of transport.underWay()) {
      if (from !== host && to !== host) continue
      transport.cancel(cargo, subject, this.#now)
      if (cargo === 'layer') this.#images.failed(subject)
    }
    if (this.#isAffected(host)) this.#reschedule()
    if (this.#isReleased) this.#dispatchAll()
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
    const { progress, transport } = this
    const { reschedule, seed } = this.#options
    if (reschedule === undefined) return
    const now = Math.max(this.#now, this.#plan.release)
    const plan = replan({ progress, images: this.#images, transport, now }, reschedule, seed)
    if (!plan.isFeasible) {
      this.reason = plan.reason
      return
    }
    this.reason = undefined
    this.rescheduled.push(this.#now)
    for (const { task, vcpu } of plan.tasks) progress.vcpu[task] = vcpu
    this.#holds = { tasks: this.#holds.tasks.map(() => Number.NEGATIVE_INFINITY), layers: new Map() }
    for (const { cargo, subject, to } of transport.underWay()) {
      if (cargo === 'layer') continue
      const task = cargo === 'input' ? subject : progress.consumer(subject)
      if (progress.host(task) !== to) transport.cancel(cargo, subject, this.#now)
    }
    for (const place of this.#heldLayers.keys()) this.#images.failed(place)
    this.#heldLayers.clear()
    this.#images.forgetRequests()
    this.#setTurns([...plan.tasks].sort((a, b) => a.start - b.start).map(({ task }) => task))
  }
}
