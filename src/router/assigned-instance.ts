import type { AssignedInstance as Assigned, InstancePhase, InstanceReport } from '../control/index.ts'
import { pause, systemClock } from '../endpoint/index.ts'
import type { AssignedImages } from './assigned-images.ts'
import { type FunctionHost, passUnreachable } from './function-host.ts'
import type { FunctionSlot } from './function-slot.ts'
import type { Limiter } from './limiter.ts'
import type { Supervision } from './supervision.ts'

export interface AssignedInstanceOptions {
  readonly host: FunctionHost
  readonly images: Pick<AssignedImages, 'pull' | 'prepare' | 'progressOf'>
  /** Lets a few be brought up at a time. */
  readonly limiter: Limiter
  readonly supervision: Pick<Supervision, 'hangGrace' | 'firstRetry' | 'maxRetry'>
  /** URL of the repository. */
  readonly registry: () => string
  readonly cpuShare: () => number | undefined
  /** Why an instance is not to run now; undefined where it is. */
  readonly reasonAgainst: (id: string) => string | undefined
  /** It takes new work now, or does not any more, or is about to go. */
  readonly onChange: (id: string) => void
  /** It is gone. */
  readonly onGone: (id: string) => void
  readonly log: (level: 'info' | 'warn', message: string) => void
}

/** How it stands where the slot cannot tell. */
interface Note {
  readonly state: InstanceReport['state']
  readonly cause?: string | undefined
  readonly since: number
}

type Phases = Partial<Record<InstancePhase, { readonly ms: number; readonly bytes?: number | undefined }>>

/** One instance that a controller has assigned: brought up, changed, and let go, as the newest assignment wants it. */
export class AssignedInstance {
  readonly id: string
  readonly #options: AssignedInstanceOptions
  /** Undefined: it is to go. */
  #wanted: Assigned | undefined
  #slot: FunctionSlot | undefined
  /** What the slot was made of. */
  #made: Assigned | undefined
  /** Of the process that there is. */
  #generation: number
  #isRestartAsked = false
  #note: Note = { state: 'starting', since: Date.now() }
  #phases: Phases = {}
  #failures = 0
  /** Aborted when something else is wanted. */
  #change = new AbortController()
  #isClosed = false
  readonly #running: Promise<void>

  constructor(wanted: Assigned, options: AssignedInstanceOptions) {
    this.id = wanted.id
    this.#wanted = wanted
    this.#generation = wanted.generation
    this.#options = options
    this.#running = this.#run()
  }

  get slot(): FunctionSlot | undefined {
    return this.#slot
  }

  get wanted(): Assigned | undefined {
    return this.#wanted
  }

  get isLeaving(): boolean {
    return this.#wanted === undefined
  }

  /** @param wanted undefined: it finishes what it has in hand, and goes */
  set(wanted: Assigned | undefined): void {
    this.#wanted = wanted
    this.look()
  }

  /** Looks again at what it is to be. */
  look(): void {
    this.#change.abort()
  }

  /** Ends the process, and starts the next. @param isKilled at once; otherwise it finishes what it has in hand before */
  restart(isKilled: boolean): void {
    if (isKilled) this.#slot?.restart(true).catch(({ message }: Error) => this.#options.log('warn', message))
    else {
      this.#isRestartAsked = true
      this.look()
    }
  }

  /** Begins nothing any more. The slot is its host's to stop. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.look()
    await this.#running
  }

  report(): Omit<InstanceReport, 'pending' | 'askedAt' | 'memory' | 'cpu'> {
    const slot = this.#slot
    const of = this.#wanted ?? this.#made
    const status = slot?.status()
    const progress =
      of && this.#note.state === 'pulling' ? this.#options.images.progressOf(of.function) : undefined
    return {
      id: this.id,
      function: of?.function.name ?? slot?.name ?? '',
      version: of?.function.version ?? '',
      digest: of?.function.digest ?? '',
      ...this.#condition(),
      cpus: of?.cpus ?? [],
      isAssigned: true,
      generation: this.#generation,
      process: status?.instance,
      restarts: status?.restarts ?? 0,
      phases: { ...this.#phases, ...slot?.startPhases },
      progress,
    }
  }

  #condition(): Note {
    const status = this.#slot?.status()
    if (status === undefined || this.isLeaving) return this.#note
    const { state, cause, since } = status
    const isHeld = this.#wanted?.hold !== undefined && this.#slot?.gate.newWork === 'refused'
    if (isHeld && (state === 'ready' || state === 'idle'))
      return { ...this.#note, state: 'paused', cause: HELD }
    return { state, cause, since }
  }

  #say(state: Note['state'], cause?: string): void {
    if (state !== this.#note.state || cause !== this.#note.cause)
      this.#note = { state, cause, since: Date.now() }
  }

  /** Never rejects. */
  async #run(): Promise<void> {
    while (!this.#isClosed) {
      const { signal } = this.#change
      try {
        await this.#converge(signal)
        this.#failures = 0
        if (this.#isGone) break
        await aborted(signal)
      } catch (error) {
        await this.#backOff(error as Error, signal)
      }
      this.#change = new AbortController()
    }
    if (!this.#isClosed) this.#options.onGone(this.id)
  }

  get #isGone(): boolean {
    return this.#wanted === undefined && this.#slot === undefined
  }

  async #backOff({ message }: Error, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return
    const { supervision, log } = this.#options
    const wait = Math.min(supervision.maxRetry, supervision.firstRetry * 2 ** this.#failures++)
    this.#say('failed', message)
    log('warn', `${this.id}: ${message}; tried again in ${wait} ms`)
    await pause(systemClock, wait, signal).catch(() => {})
  }

  /** Goes on until it is as it is wanted, or something else is wanted. */
  async #converge(signal: AbortSignal): Promise<void> {
    const wanted = this.#wanted
    if (wanted === undefined) {
      await this.#leave(signal)
      return
    }
    const reasonAgainst = this.#options.reasonAgainst(this.id)
    if (this.#slot !== undefined && !isSameProgram(this.#made, wanted)) await this.#replace(wanted, signal)
    else if (this.#slot === undefined) {
      if (reasonAgainst !== undefined) {
        this.#say('withdrawn', reasonAgainst)
        return
      }
      await this.#bringUp(wanted)
    }
    const slot = this.#slot
    // The node's availability says when it goes on.
    if (slot === undefined || signal.aborted || reasonAgainst !== undefined) return
    slot.idle = wanted.hold === undefined ? wanted.idle : undefined
    if (wanted.hold !== undefined) await this.#hold(slot, wanted.hold, signal)
    else {
      slot.open()
      this.#options.onChange(this.id)
      if (wanted.idle === undefined) slot.wake()
      if (slot.isWithdrawn) await this.#options.limiter.run(() => slot.offer())
    }
    const isDue = this.#isRestartAsked || wanted.generation > this.#generation
    if (!signal.aborted && isDue) await this.#renew(slot, wanted, signal)
    this.#generation = signal.aborted ? this.#generation : wanted.generation
  }

  async #bringUp(wanted: Assigned): Promise<void> {
    const { host, images, limiter, registry, cpuShare } = this.#options
    await limiter.run(async () => {
      if (this.#wanted !== wanted || this.#isClosed) return
      this.#phases = {}
      this.#say('pulling')
      const { artifact } = await this.#timed('pull', () => images.pull(wanted.function, registry()))
      this.#say('preparing')
      await this.#timed('prepare', async () => {
        await images.prepare(artifact).catch(passUnreachable)
        return {}
      })
      // It may be gone from the assignment, or be another one by now.
      if (this.#wanted === undefined || !isSameProgram(wanted, this.#wanted) || this.#isClosed) return
      this.#say('starting')
      const slot = host.add(this.id, artifact, { cpus: wanted.cpus, cpuShare: cpuShare() })
      this.#slot = slot
      this.#made = wanted
      this.#generation = this.#wanted.generation
      this.#isRestartAsked = false
      const { hold } = this.#wanted
      if (hold !== undefined) slot.gate.close('refused')
      this.#options.onChange(this.id)
      await slot.start(hold === 'stop' ? HELD : this.#options.reasonAgainst(this.id))
    })
  }

  async #timed<T extends { readonly bytes?: number }>(
    phase: InstancePhase,
    work: () => Promise<T>,
  ): Promise<T> {
    const began = performance.now()
    const done = await work()
    this.#phases = { ...this.#phases, [phase]: { ms: performance.now() - began, bytes: done.bytes } }
    return done
  }

  /** Another program, or other CPUs, under the same id: what is new is here before the old one goes. */
  async #replace(wanted: Assigned, signal: AbortSignal): Promise<void> {
    const { images, registry, limiter } = this.#options
    await limiter.run(async () => {
      const { artifact } = await images.pull(wanted.function, registry())
      await images.prepare(artifact).catch(passUnreachable)
    })
    await this.#leave(signal)
    if (this.#slot === undefined && !signal.aborted) await this.#bringUp(wanted)
  }

  /** Finishes what it has in hand, and goes. */
  async #leave(signal: AbortSignal): Promise<void> {
    const slot = this.#slot
    if (slot === undefined) return
    const { host, onChange, log } = this.#options
    this.#say('draining')
    slot.idle = undefined
    if (slot.gate.newWork !== 'refused') slot.gate.close('elsewhere')
    onChange(this.id)
    // As long as it is the only one it is asked on and on: in the end it refuses.
    if (!(await slot.gate.finished(this.#limit(slot), signal)) && !signal.aborted) slot.gate.close('refused')
    const isFinished = await slot.gate.finished(this.#limit(slot), signal)
    if (signal.aborted) return
    if (!isFinished) log('warn', `${this.id}: work is still in hand, and its time is over`)
    await host.remove(slot)
    this.#slot = undefined
  }

  async #hold(slot: FunctionSlot, hold: 'pause' | 'stop', signal: AbortSignal): Promise<void> {
    slot.gate.close('refused')
    this.#options.onChange(this.id)
    this.#say('paused', HELD)
    if (hold === 'pause') {
      if (slot.isWithdrawn) await slot.offer()
      return
    }
    await slot.gate.finished(this.#limit(slot), signal)
    if (!signal.aborted) await slot.withdraw(HELD)
  }

  async #renew(slot: FunctionSlot, wanted: Assigned, signal: AbortSignal): Promise<void> {
    await this.#options.host.renew(slot, signal)
    if (signal.aborted) return
    this.#isRestartAsked = false
    if (wanted.hold === undefined) slot.open()
    this.#options.onChange(this.id)
  }

  #limit(slot: FunctionSlot): number {
    return slot.timeout + this.#options.supervision.hangGrace
  }
}

const HELD = 'an operator holds it'

function isSameProgram(made: Assigned | undefined, wanted: Assigned): boolean {
  return (
    made !== undefined &&
    made.function.digest === wanted.function.digest &&
    made.function.name === wanted.function.name &&
    made.cpus.join() === wanted.cpus.join()
  )
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  await new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
