import type { FunctionStatus } from '../control/index.ts'
import type { EngineEvent } from '../engine/index.ts'
import type { CloseReason, Face } from '../face/index.ts'
import { Door } from './door.ts'
import { Gate } from './gate.ts'
import { HangWatch } from './hang-watch.ts'
import { describeExit, processName } from './instance-words.ts'
import { NapTimer } from './nap-timer.ts'
import { PendingWork } from './pending-work.ts'
import { RestartPace } from './restart-pace.ts'
import { SlotCondition } from './slot-condition.ts'
import type { FunctionSlotOptions } from './slot-options.ts'
import { startInstance } from './start-instance.ts'
import { StartTimes } from './start-times.ts'

/** One instance, from its start to its end. */
interface Life {
  readonly id: string
  readonly times: StartTimes
  /** Why this node ends it. */
  killedFor: string | undefined
  /** Whether an operator wants that. */
  isTold: boolean
}

/** One instance of a function on this node: a face that stays, and a process behind it that may come and go. */
export class FunctionSlot {
  readonly id: string
  /** Of the function. */
  readonly name: string
  readonly faceId: number
  /** Decides what is handed over. */
  readonly gate: Gate
  readonly #options: FunctionSlotOptions
  readonly #watch: HangWatch
  readonly #pending: PendingWork
  readonly #pace: RestartPace
  readonly #door: Door
  readonly #condition: SlotCondition
  readonly #nap: NapTimer
  #starting: Promise<void> | undefined
  #face: Face | undefined
  #life: Life | undefined
  #generation = 0
  #restarts = 0
  #startTimes = new StartTimes()
  /** Until the next start, or until the instance there is must have connected or ended. */
  #timer: NodeJS.Timeout | undefined

  constructor(options: FunctionSlotOptions) {
    const { id, artifact, forwarder, supervision, signer, probe } = options
    this.#options = options
    this.id = id
    this.#door = new Door(options.door)
    this.name = artifact.manifest.name
    this.faceId = forwarder.addFace({
      send: (buffer, start, end) => this.#send(buffer, start, end),
      isLocal: true,
      function: this.name,
    })
    this.gate = new Gate(forwarder, this.faceId)
    this.#nap = new NapTimer(this.gate, () => this.#sleep())
    this.#pending = new PendingWork({ forwarder, face: this.faceId, function: this.name, signer })
    this.#pace = new RestartPace(supervision)
    this.#condition = new SlotCondition(options.onState)
    const limit = artifact.manifest.limits.timeout + supervision.hangGrace
    this.#watch = new HangWatch({
      silence: supervision.silence,
      limit,
      probe,
      onHung: () => this.#onHung(limit),
    })
  }

  /** Longest time for a piece of work, in milliseconds. */
  get timeout(): number {
    return this.#options.artifact.manifest.limits.timeout
  }

  get face(): Face | undefined {
    return this.#face
  }

  /** When an Interest for work was last handed over, in milliseconds of `performance.now()`. */
  get askedAt(): number {
    return this.gate.askedAt
  }

  /** When it was last asked for work, or gave some, likewise. */
  get usedAt(): number {
    return this.gate.usedAt
  }

  /** What it took to bring up what runs now, as far as it has come. */
  get startPhases(): StartTimes['phases'] {
    return this.#startTimes.phases
  }

  get artifact(): FunctionSlotOptions['artifact'] {
    return this.#options.artifact
  }

  /** What runs, by its name at the engine. */
  get process(): string | undefined {
    return this.#life?.id
  }

  get cpus(): readonly number[] {
    return this.#options.cpus ?? []
  }

  /** Ends its process when it was not used for so many milliseconds, until it is asked again; undefined: never. */
  set idle(ms: number | undefined) {
    this.#nap.after = ms
  }

  /** Starts a process where none runs because nobody asks. */
  wake(): void {
    if (this.#condition.state === 'idle') this.#wake()
  }

  /**
   * Starts the first instance; resolves when it is ready or has failed (`status` tells; it is tried again).
   * @param reasonAgainst why none is to be started before `offer`
   */
  async start(reasonAgainst?: string): Promise<void> {
    if (reasonAgainst !== undefined) this.#condition.set('withdrawn', reasonAgainst)
    try {
      await this.#door.open((face) => this.#onConnect(face), this.#options.maxQueue)
      if (!this.#condition.isHalted && this.#life === undefined) this.#startNext()
    } catch (error) {
      this.#condition.set('failed', (error as Error).message)
    }
    await this.#condition.settled()
  }

  /** Lets the instance finish and end, and starts no other until `offer`. No route may lead to it any more. */
  async withdraw(cause: string): Promise<void> {
    if (this.#condition.isHalted) return
    await this.#letGo(() => this.#condition.set('withdrawn', cause))
  }

  /** Ends the process, which has nothing in hand. @param change how it stands from now on */
  async #letGo(change: () => void): Promise<void> {
    const life = this.#life
    const face = this.#face
    this.#life = undefined
    change()
    clearTimeout(this.#timer)
    this.#nap.stop()
    try {
      if (life !== undefined) await this.#options.engine.stop(life.id)
      await this.#starting
    } finally {
      face?.close()
      if (this.#face === face) {
        this.#face = undefined
        this.#watch.heard()
      }
    }
  }

  /** Nobody asks: the next Interest starts a process, and waits for it. */
  #sleep(): void {
    if (this.#condition.state !== 'ready' || this.gate.newWork !== undefined) return
    const { log } = this.#options
    void this.#letGo(() => this.#condition.set('idle', 'nobody asks for it')).catch((error: Error) =>
      log('error', error.message),
    )
    // What comes from now on finds no process, though the old one is not gone yet.
    this.#face = undefined
    this.#watch.heard()
  }

  #wake(): void {
    this.#condition.set('starting')
    this.#pace.reset()
    this.#startNext()
  }

  /**
   * Ends the process, and starts the next; resolves as `start` does. Nothing happens where none runs.
   * @param isKilled at once: what it has in hand is for the next; otherwise it has nothing in hand
   */
  async restart(isKilled: boolean): Promise<void> {
    const life = this.#life
    if (life === undefined || this.#condition.isHalted) return
    const why = 'it was told to start again'
    if (isKilled) {
      life.isTold = true
      this.#pace.reset()
      await this.#kill(life, why)
    } else {
      await this.#letGo(() => this.#condition.set('restarting', why))
      if (this.gate.newWork === 'waits') this.gate.open()
      if (this.#life === undefined && !this.#condition.isHalted) this.#startNext()
    }
    await this.#condition.settled()
  }

  /** Takes new work again, what waited for it first. */
  open(): void {
    if (!this.gate.open()) return
    if (this.#face !== undefined) this.#options.forwarder.resend(this.faceId)
    else this.wake()
  }

  get isWithdrawn(): boolean {
    return this.#condition.state === 'withdrawn'
  }

  /** Takes `withdraw` back; resolves as `start` does. */
  async offer(): Promise<void> {
    if (!this.isWithdrawn) return
    this.#condition.set('starting')
    this.#pace.reset()
    // Otherwise when it opens.
    if (this.#door.isOpen) this.#startNext()
    await this.#condition.settled()
  }

  async stop(): Promise<void> {
    this.#condition.set('stopped')
    clearTimeout(this.#timer)
    this.#watch.close()
    this.#nap.after = undefined
    try {
      if (this.#life !== undefined) await this.#options.engine.stop(this.#life.id)
      await this.#starting
    } finally {
      this.#face?.close()
      await this.#door.close()
    }
  }

  /** Gives the instance a new certificate, before the one that it has ends. */
  async renewIdentity(): Promise<void> {
    if (this.#life !== undefined && !this.#condition.isHalted)
      await this.#options.writeIdentity(this.#door.identityFile)
  }

  /** An event of the engine that is about this slot's instance, or about all. */
  onEngineEvent(event: EngineEvent): void {
    const life = this.#life
    if (event.type === 'found') {
      this.#pace.reset()
      if (life === undefined && this.#condition.state !== 'idle') this.#scheduleStart(0)
    } else if (life !== undefined) {
      if (event.type === 'lost') this.#onEnd(life, event.cause.message)
      else if (event.id === life.id) this.#onEnd(life, describeExit(event, life.killedFor))
    }
  }

  status(): Omit<FunctionStatus, 'memory' | 'cpu'> {
    const { manifest, digest } = this.#options.artifact
    const { name, version, description, input, output, parameters } = manifest
    const { state, cause, since } = this.#condition
    const about = { name, version, description, input, output, parameters, digest }
    return { ...about, state, cause, instance: this.#life?.id, restarts: this.#restarts, since }
  }

  // The instance

  #startNext(): void {
    const id = processName(this.id, ++this.#generation)
    const times = new StartTimes()
    const life = { id, times, killedFor: undefined, isTold: false }
    this.#life = life
    this.#startTimes = times
    this.#starting = this.#bringUp(life)
  }

  /** Never rejects. */
  async #bringUp(life: Life): Promise<void> {
    const { artifact, engine, cpus, cpuShare, writeIdentity, log, supervision } = this.#options
    const { directory, identityFile } = this.#door
    const onCreated = (): void => life.times.created()
    try {
      await writeIdentity(identityFile)
      if (this.#isOver(life)) return
      life.times.begin()
      const spec = { id: life.id, artifact, doorDirectory: directory, cpus, cpuShare, onCreated }
      await startInstance(engine, spec, (message) => log('warn', message))
      life.times.started()
    } catch (error) {
      this.#onEnd(life, (error as Error).message)
      return
    }
    if (this.#isOver(life)) {
      await engine.stop(life.id, 0).catch((error: Error) => log('error', error.message))
    } else if (life.times.connectedAt === undefined) {
      const { readyTimeout } = supervision
      this.#timer = setTimeout(() => {
        this.#pace.giveUp()
        void this.#kill(life, `was not ready within ${readyTimeout} ms`)
      }, readyTimeout)
    }
  }

  #isOver(life: Life): boolean {
    return this.#condition.isHalted || this.#life !== life
  }

  #onConnect(face: Face): void {
    const life = this.#life
    if (life === undefined || life.times.connectedAt !== undefined || this.#condition.isHalted) {
      face.close()
      return
    }
    life.times.connected()
    this.#face = face
    this.#nap.start()
    clearTimeout(this.#timer)
    const { forwarder, onActivity, log } = this.#options
    face.start({
      onPacket: (buffer, start, end) => {
        this.#watch.heard()
        this.gate.heard(buffer, start, end)
        forwarder.receive(this.faceId, buffer, start, end)
        onActivity()
      },
      onClose: (reason, detail) => this.#onDisconnect(life, face, reason, detail),
    })
    this.#condition.set('ready')
    const resent = forwarder.resend(this.faceId)
    if (resent > 0) log('info', `${this.id}: ${resent} pending Interests sent to the new instance`)
  }

  /** The socket closes before the engine reports the exit, or because the instance broke the protocol. */
  #onDisconnect(life: Life, face: Face, reason: CloseReason, detail: string): void {
    if (this.#face !== face) return
    this.#loseFace(life)
    // One that was let go ends as it should.
    if (this.#isOver(life)) return
    this.#condition.set('restarting', `its connection ended: ${detail || reason}`)
    if (reason === 'garbage' || reason === 'oversized') {
      void this.#kill(life, `broke the protocol: ${detail}`)
      return
    }
    // One that is about to exit is left to it, for its exit tells why.
    const { disconnectGrace } = this.#options.supervision
    this.#timer = setTimeout(() => void this.#kill(life, 'closed its connection and ran on'), disconnectGrace)
  }

  #onHung(limit: number): void {
    const life = this.#life
    if (life === undefined || this.#condition.isHalted) return
    const why = `hung: it said nothing for ${limit} ms`
    this.#pending.refuseAll('function-failed', `${why}, and was ended`)
    void this.#kill(life, why)
  }

  /** Ends an instance; its exit then starts the next. */
  async #kill(life: Life, why: string): Promise<void> {
    const { engine, log } = this.#options
    if (this.#isOver(life)) return
    life.killedFor ??= why
    log('warn', `${this.id}: instance ${life.id} ${why}`)
    await engine.stop(life.id, 0).catch((error: Error) => log('error', error.message))
    // An engine that knows nothing of it, or cannot end it, tells of no exit.
    this.#onEnd(life, why)
  }

  #onEnd(life: Life, cause: string): void {
    if (this.#isOver(life)) return
    const face = this.#face
    this.#loseFace(life)
    this.#life = undefined
    face?.close()
    if (!life.isTold) this.#restarts++
    this.#options.log('warn', `${this.id}: instance ended: ${cause}`)
    const { connectedAt } = life.times
    const { wait, isHopeless } = this.#pace.next(
      connectedAt === undefined ? 0 : performance.now() - connectedAt,
    )
    // At first the next instance comes soon, and what is pending waits for it.
    this.#condition.set(isHopeless ? 'failed' : 'restarting', cause)
    if (isHopeless) this.#pending.refuseAll('instance-lost', this.#whyNone)
    else this.#pending.refuseHopeless(cause)
    this.#scheduleStart(wait)
  }

  #loseFace(life: Life): void {
    this.#nap.stop()
    // What waits is not to blame where the instance was let go, or an operator ended it.
    if (this.#face !== undefined && this.#life === life && !life.isTold) this.#pending.noteDeath()
    this.#face = undefined
    this.#watch.heard()
  }

  #scheduleStart(wait: number): void {
    clearTimeout(this.#timer)
    if (this.#condition.isHalted || !this.#door.isOpen) return
    this.#timer = setTimeout(() => this.#startNext(), wait)
  }

  /** Drops only what the face of an instance drops: an Interest for one that is about to connect waits in the PIT. */
  #send(buffer: Uint8Array, start: number, end: number): boolean {
    const { state } = this.#condition
    const passage = this.gate.judge(buffer, start, end, state === 'failed')
    if (this.#face !== undefined && (passage === 'pass' || passage === 'aside')) {
      this.#watch.sent()
      return this.#face.send(buffer, start, end)
    }
    if (passage !== 'pass') return true
    if (state === 'idle') this.#wake()
    else if (state === 'failed' || state === 'withdrawn')
      this.#pending.refuseSoon('instance-lost', this.#whyNone)
    return true
  }

  get #whyNone(): string {
    return `no instance runs: ${this.#condition.cause ?? 'stopped'}`
  }
}
