import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'
import type { SlotState } from '../../src/control/index.ts'
import { decodeFailure, Endpoint } from '../../src/endpoint/index.ts'
import {
  type Engine,
  EngineError,
  type EngineEvent,
  type HeldImages,
  type InstanceSpec,
  type InstanceStats,
  SOCKET_FILE,
} from '../../src/engine/index.ts'
import { connect } from '../../src/face/index.ts'
import { Forwarder } from '../../src/forwarder/index.ts'
import { parseManifest } from '../../src/function/index.ts'
import {
  ContentType,
  type Data,
  decodePacket,
  encodeData,
  encodeInterest,
  flatName,
  type Interest,
  parseChain,
} from '../../src/packet/index.ts'
import { FunctionSlot } from '../../src/router/function-slot.ts'
import { DEFAULT_SUPERVISION, type Supervision } from '../../src/router/supervision.ts'
import { digestSigner } from '../../src/trust/index.ts'

/** An engine that does what the test says; its instances are the test's own. */
export class FakeEngine implements Engine {
  readonly kind = 'process'
  readonly calls: string[] = []
  onPrepare: () => Promise<void> = async () => {}
  onStats: () => Promise<InstanceStats> = () => Promise.reject(new EngineError('no-such-instance', 'none'))
  /** What `start` does. */
  onStart: (spec: InstanceSpec) => Promise<void> = async () => {}
  onStop: (id: string) => Promise<void> = async (id) => this.exit(id, { signal: 'SIGTERM' })
  #listener: (event: EngineEvent) => void = () => {}

  async prepare(): Promise<void> {
    this.calls.push('prepare')
    await this.onPrepare()
  }

  async start(spec: InstanceSpec): Promise<void> {
    this.calls.push(`start ${spec.id}`)
    await this.onStart(spec)
  }

  async stop(id: string, grace?: number): Promise<void> {
    this.calls.push(`stop ${id}${grace === undefined ? '' : ` ${grace}`}`)
    await this.onStop(id)
  }

  async list(): Promise<[]> {
    return []
  }

  watch(listener: (event: EngineEvent) => void): () => void {
    this.#listener = listener
    return () => {}
  }

  stats(): Promise<InstanceStats> {
    return this.onStats()
  }

  async images(): Promise<HeldImages> {
    return { images: [], layers: [] }
  }

  async close(): Promise<void> {}

  emit(event: EngineEvent): void {
    this.#listener(event)
  }

  exit(id: string, how: Partial<Extract<EngineEvent, { type: 'exit' }>> = {}): void {
    this.emit({ type: 'exit', id, exitCode: null, signal: null, outOfMemory: false, lastWords: '', ...how })
  }
}

/** One instance as the test plays it. */
export class FakeInstance {
  readonly #endpoint: Endpoint
  /** What it was asked, without health. */
  readonly asked: { interest: Interest; pitToken: Uint8Array | undefined }[] = []
  readonly closed: Promise<string>
  #onAsked = (): void => {}

  private constructor(
    open: (
      onInterest: (interest: Interest, pitToken: Uint8Array | undefined) => void,
      onClose: (reason: string) => void,
    ) => Endpoint,
  ) {
    let onClose: (reason: string) => void = () => {}
    this.closed = new Promise((resolve) => {
      onClose = resolve
    })
    this.#endpoint = open(
      (interest, pitToken) => {
        this.asked.push({ interest, pitToken })
        this.#onAsked()
      },
      (reason) => onClose(reason),
    )
  }

  static async connect({ doorDirectory }: InstanceSpec): Promise<FakeInstance> {
    const face = await connect(join(doorDirectory, SOCKET_FILE))
    return new FakeInstance((onInterest, onClose) => new Endpoint(face, { onInterest, onClose }))
  }

  /** Resolves once it was asked so often. */
  async wasAsked(count: number): Promise<void> {
    while (this.asked.length < count) {
      await new Promise<void>((resolve) => {
        this.#onAsked = resolve
      })
    }
  }

  answer(index: number, content: string): void {
    const asked = this.asked[index]
    if (asked === undefined) throw new Error('it was not asked')
    const data = encodeData({ name: asked.interest.name, content: Buffer.from(content) }, digestSigner)
    this.#endpoint.answer(data, asked.pitToken)
  }

  leave(): void {
    this.#endpoint.close()
  }
}

export interface SlotUnderTest {
  readonly slot: FunctionSlot
  readonly engine: FakeEngine
  readonly forwarder: Forwarder
  readonly states: [SlotState, string | undefined][]
  readonly specs: InstanceSpec[]
  /** Resolves once it is in a state, from now on or `since` so many states. */
  reached(state: SlotState, since?: number): Promise<void>
  /** Asks for a chain; gives the content of what comes, or the code and reason of a failure. */
  ask(chain: string): Promise<string>
}

export interface SlotOptions {
  readonly name?: string
  readonly door?: string
  readonly supervision?: Partial<Supervision>
  readonly probe?: (timeout: number) => Promise<void>
}

/** A slot with a forwarder and an engine of the test's own. */
export async function makeSlot(t: Test, options: SlotOptions = {}): Promise<SlotUnderTest> {
  const { name = 'work', door = 'door', supervision = {}, probe = async () => {} } = options
  const home = await mkdtemp(join(tmpdir(), 'sfc-'))
  t.teardown(() => rm(home, { recursive: true, force: true }))
  const forwarder = new Forwarder({ clock: () => performance.now() })
  const engine = new FakeEngine()
  const states: [SlotState, string | undefined][] = []
  const specs: InstanceSpec[] = []
  let onState = (): void => {}
  engine.onStart = async (spec) => void specs.push(spec)
  const manifest = parseManifest({ name, input: '*/*', output: 'text/plain', module: 'index.ts' })
  const slot = new FunctionSlot({
    id: name,
    artifact: { directory: home, digest: '0'.repeat(64), manifest },
    engine,
    forwarder,
    door: join(home, door),
    maxQueue: 2 ** 20,
    supervision: { ...DEFAULT_SUPERVISION, ...supervision },
    writeIdentity: async () => {},
    signer: () => digestSigner,
    probe,
    onActivity: () => {},
    onState: (state, cause) => {
      states.push([state, cause])
      onState()
    },
    log: () => {},
  })
  engine.watch((event) => slot.onEngineEvent(event))
  t.teardown(() => slot.stop())
  forwarder.fib.add(flatName(parseChain(`${name}/x`)).slice(0, 1), slot.faceId, 0)

  return {
    slot,
    engine,
    forwarder,
    states,
    specs,
    async reached(state, since = 0) {
      while (!states.slice(since).some(([one]) => one === state)) {
        await new Promise<void>((resolve) => {
          onState = resolve
        })
      }
    },
    ask: (chain) =>
      new Promise((resolve) => {
        const consumer = forwarder.addFace({
          send: (buffer, start, end) => {
            const packet = decodePacket(Buffer.from(buffer.subarray(start, end)))
            // Not while the forwarder is at the packet.
            queueMicrotask(() => forwarder.removeFace(consumer))
            resolve(packet.kind === 'data' ? describe(packet.data) : packet.kind)
            return true
          },
        })
        const interest = { name: flatName(parseChain(chain)), canBePrefix: true, mustBeFresh: true }
        forwarder.receive(consumer, encodeInterest(interest))
      }),
  }
}

function describe(data: Data): string {
  if (data.contentType !== ContentType.Nack) return Buffer.from(data.content).toString()
  const { code, reason } = decodeFailure(data)
  return `${code}: ${reason}`
}

/** Short pauses. */
export const QUICK = { firstBackOff: 5, maxBackOff: 10 }

/** Starts the slot with an instance that has connected. */
export async function startReady(under: SlotUnderTest): Promise<FakeInstance> {
  const started = under.slot.start()
  const instance = await nextInstance(under)
  await started
  return instance
}

/** The instance that is started after so many others. */
export async function nextInstance(
  { specs, slot, states, reached }: SlotUnderTest,
  before = 0,
): Promise<FakeInstance> {
  while (specs.length <= before) await new Promise(setImmediate)
  const since = states.length
  const instance = await FakeInstance.connect(specs[before] as InstanceSpec)
  if (slot.status().state !== 'ready') await reached('ready', since)
  return instance
}
