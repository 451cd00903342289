import type { Problem } from '../model/index.ts'
import { Images } from './images.ts'
import type { Links } from './links.ts'
import { PENDING, type Progress } from './progress.ts'
import { type Cargo, Transport } from './transport.ts'

/** A layer's download, by its place. */
export interface Download {
  readonly place: number
  readonly type: number
  readonly start: number
  readonly finish: number
}

/** Who is told what comes of it. */
export interface SupplyListener {
  /** A task's data may be complete. */
  touch(task: number): void
  /** A node has another image. */
  imageComplete(node: number): void
  /** A layer may not be fetched before a time. */
  hold(place: number, time: number): void
}

/** Brings tasks what they need: predecessors' data, input, images. Each method takes the time, which never goes back. */
export class Supply {
  readonly transport: Transport
  readonly images: Images
  readonly downloads: Download[] = []
  /** When each layer that was held could have been fetched, by its place. */
  readonly possible = new Map<number, number>()
  readonly #problem: Problem
  readonly #progress: Progress
  readonly #listener: SupplyListener
  #holds: ReadonlyMap<number, number>
  /** Layers that were asked for and may not be fetched yet, with the type they are for. */
  readonly #heldLayers = new Map<number, number>()
  /** For which type each layer that is on its way is fetched. */
  readonly #layerType = new Map<number, number>()
  /** Of each task: edges and input that are not on its host. */
  readonly #missing: Int32Array
  /** Of each task: predecessors that must finish first. */
  readonly #waits: Int32Array
  #now = Number.NEGATIVE_INFINITY

  /** @param holds earliest starts of layers' downloads */
  constructor(
    progress: Progress,
    links: Links,
    holds: ReadonlyMap<number, number>,
    listener: SupplyListener,
  ) {
    const { problem } = progress
    this.#problem = problem
    this.#progress = progress
    this.#listener = listener
    this.#holds = holds
    this.transport = new Transport(links)
    this.images = new Images(
      problem,
      (place, type) => this.#fetchLayer(place, type),
      (node) => listener.imageComplete(node),
    )
    this.#missing = new Int32Array(problem.taskCount)
    this.#waits = new Int32Array(problem.taskCount)
  }

  /** Whether all data of a task is on its host. */
  hasData(task: number): boolean {
    return this.#missing[task] === 0
  }

  hasImage(task: number): boolean {
    return this.images.isThere(this.#problem.taskType[task] as number, this.#node(task))
  }

  /** Takes in what arrives next. */
  receive(now: number): void {
    this.#now = now
    const { cargo, subject, to, start } = this.transport.receive(now)
    this.#deliver(cargo, subject, to, start)
  }

  /** Sends for all that there is of what pending tasks need, where they now are to run. */
  dispatch(now: number): void {
    this.#now = now
    const pending = this.#progress.tasks(PENDING)
    for (const task of pending) this.#count(task)
    for (const task of pending) this.#sendFor(task)
  }

  /** Sends a task's output on. The task is done. */
  sendOutput(task: number, now: number): void {
    this.#now = now
    const { first, task: after } = this.#problem.successors
    for (let i = first[task] as number; i < (first[task + 1] as number); i++) {
      const next = after[i] as number
      const edge = this.#progress.outEdge[i] as number
      if (this.#progress.state[next] !== PENDING || this.#progress.hasCopy(edge)) continue
      this.#sendEdge(edge, next)
      this.#waits[next] = (this.#waits[next] as number) - 1
      if (this.#waits[next] === 0) this.#requestImage(next)
    }
  }

  /** A layer that was held may be fetched now. */
  releaseLayer(place: number, now: number): void {
    this.#now = now
    const type = this.#heldLayers.get(place)
    if (type === undefined) return
    this.#heldLayers.delete(place)
    this.#bringLayer(place, type)
  }

  /** A host is gone, with all that is on its way from it and to it. */
  cutOff(host: number, now: number): void {
    for (const { cargo, subject, from, to } of this.transport.underWay()) {
      if (from !== host && to !== host) continue
      this.transport.cancel(cargo, subject, now)
      if (cargo === 'layer') this.images.failed(subject)
    }
  }

  /** Pending tasks have new vCPUs: what is on its way to where nobody needs it is broken off. Layers still arrive. */
  redirect(now: number): void {
    for (const { cargo, subject, to } of this.transport.underWay()) {
      if (cargo === 'layer') continue
      const task = cargo === 'input' ? subject : this.#progress.consumer(subject)
      if (this.#progress.host(task) !== to) this.transport.cancel(cargo, subject, now)
    }
    for (const place of this.#heldLayers.keys()) this.images.failed(place)
    this.#heldLayers.clear()
    this.#holds = new Map()
    this.images.forgetRequests()
  }

  #count(task: number): void {
    const progress = this.#progress
    const { first } = this.#problem.predecessors
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

  #sendFor(task: number): void {
    const progress = this.#progress
    const { machine, policy, predecessors } = this.#problem
    const host = progress.host(task)
    if (policy === 'ahead' || this.#waits[task] === 0) this.#requestImage(task)
    if (this.#inputSize(task) > 0 && progress.inputAt[task] !== host) {
      const server = machine.hostNumber(machine.platform.fileServer as string)
      if (progress.isDead[server] === 0) this.#send('input', task, server, host, this.#inputSize(task))
    }
    const { first } = predecessors
    for (let edge = first[task] as number; edge < (first[task + 1] as number); edge++) {
      if (progress.edgeAt[edge] !== host) this.#sendEdge(edge, task)
    }
    this.#listener.touch(task)
  }

  #inputSize(task: number): number {
    return this.#problem.workflow.tasks[task]?.input as number
  }

  #node(task: number): number {
    return this.#problem.machine.vcpuNode[this.#progress.vcpu[task] as number] as number
  }

  #requestImage(task: number): void {
    this.images.request(this.#problem.taskType[task] as number, this.#node(task))
  }

  #sendEdge(edge: number, to: number): void {
    const source = this.#progress.source(edge)
    const size = this.#problem.predecessors.data[edge] as number
    if (source >= 0) this.#send('data', edge, source, this.#progress.host(to), size)
  }

  #send(cargo: Cargo, subject: number, from: number, to: number, size: number): void {
    if (this.#progress.isDead[to] === 1 || this.transport.destination(cargo, subject) === to) return
    if (from === to || size === 0) this.#deliver(cargo, subject, to, this.#now)
    else this.transport.send(cargo, subject, from, to, size, this.#now)
  }

  #deliver(cargo: Cargo, subject: number, to: number, start: number): void {
    if (cargo === 'layer') {
      const type = this.#layerType.get(subject) as number
      this.downloads.push({ place: subject, type, start, finish: this.#now })
      this.images.arrived(subject)
      return
    }
    const task = cargo === 'input' ? subject : this.#progress.consumer(subject)
    if (cargo === 'input') this.#progress.inputAt[task] = to
    else this.#progress.edgeAt[subject] = to
    this.#missing[task] = (this.#missing[task] as number) - 1
    if (this.#missing[task] === 0) this.#listener.touch(task)
  }

  #fetchLayer(place: number, type: number): void {
    const hold = this.#holds.get(place) ?? Number.NEGATIVE_INFINITY
    if (hold <= this.#now) {
      this.#bringLayer(place, type)
      return
    }
    this.possible.set(place, this.#now)
    this.#heldLayers.set(place, type)
    this.#listener.hold(place, hold)
  }

  #bringLayer(place: number, type: number): void {
    const { machine, layers, layerSize } = this.#problem
    const layer = place % layers.length
    const host = machine.nodeHost[(place - layer) / layers.length] as number
    const repository = machine.hostNumber(machine.platform.repository ?? '')
    const size = layerSize[layer] as number
    // A layer without content is had without a repository too.
    if (size > 0 && (repository < 0 || this.#progress.isDead[repository] === 1)) return
    this.#layerType.set(place, type)
    this.#send('layer', place, repository, host, size)
  }
}
