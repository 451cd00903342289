import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { readUint32, TT } from '../../src/packet/index.ts'
import { dataTemplate, interestTemplate, patch } from './packets.ts'
import { Ring } from './ring.ts'
import {
  CONSUMER,
  FROM_SHARD,
  newForwarder,
  PRODUCER,
  type Send,
  type ShardData,
  STOP,
  TO_SHARD,
  WAIT_MS,
} from './shard.ts'

export interface ThreadsCase {
  /** Forwarding threads beside the one that has the packets; 0: that one forwards. */
  readonly threads: number
  /** Interests that wait for their Data. */
  readonly window: number
  /** Milliseconds. */
  readonly duration: number
}

export interface ThreadsSample {
  /** Exchanges a second. */
  readonly rate: number
  /** Microseconds of CPU time for an exchange, of all threads. */
  readonly cpu: number
}

const RING_BYTES = 2 ** 22
const PAYLOAD = 1024
/** Exchanges that are done first. */
const WARM_UP = 50_000

/** Takes packets and gives back what comes of them: a forwarder, or threads that have one each. */
interface Stage {
  receive: Send
  /** Waits until something may have come of it, and gives it. */
  collect(onFrame: Send): void
  stop(): Promise<void>
}

function inline(): Stage {
  let sent: { face: number; frame: Buffer }[] = []
  const forwarder = newForwarder((face, buffer, start, end) => {
    sent.push({ face, frame: Buffer.from(buffer.subarray(start, end)) })
  })
  return {
    receive: (face, buffer, start, end) => forwarder.receive(face, buffer, start, end),
    collect: (onFrame) => {
      const now = sent
      sent = []
      for (const { face, frame } of now) onFrame(face, frame, 0, frame.length)
      forwarder.expire()
    },
    stop: async () => {},
  }
}

class Shard {
  readonly input = new Ring(RING_BYTES)
  readonly output = new Ring(RING_BYTES)
  readonly #signals: Int32Array
  readonly #thread: Worker

  constructor() {
    const signals = new SharedArrayBuffer(12)
    this.#signals = new Int32Array(signals)
    const data: ShardData = { input: this.input.shared, output: this.output.shared, signals }
    this.#thread = new Worker(new URL('./shard.js', import.meta.url), { workerData: data })
  }

  tell(): void {
    Atomics.add(this.#signals, TO_SHARD, 1)
    Atomics.notify(this.#signals, TO_SHARD)
  }

  get seen(): number {
    return Atomics.load(this.#signals, FROM_SHARD)
  }

  wait(seen: number): void {
    Atomics.wait(this.#signals, FROM_SHARD, seen, WAIT_MS)
  }

  async stop(): Promise<void> {
    const exited = once(this.#thread, 'exit')
    Atomics.store(this.#signals, STOP, 1)
    this.tell()
    await exited
  }
}

/** Names go to threads by their number, which costs nothing: a hash over the name would come on top. */
function sharded(threads: number): Stage {
  const shards = Array.from({ length: threads }, () => new Shard())
  const interestAt = interestTemplate('plain').numberAt
  const dataAt = dataTemplate('plain', PAYLOAD).numberAt
  let turn = 0
  return {
    receive: (face, buffer, start, end) => {
      const number = readUint32(buffer, start + (face === CONSUMER ? interestAt : dataAt))
      const shard = shards[number % threads] as Shard
      if (!shard.input.push(face, buffer, start, end)) throw new Error('the ring is too small for the window')
    },
    collect: (onFrame) => {
      for (const shard of shards) shard.tell()
      const waiting = shards[turn++ % threads] as Shard
      const { seen } = waiting
      let count = 0
      for (const { output } of shards) count += output.drain(onFrame)
      if (count === 0) waiting.wait(seen)
    },
    stop: async () => {
      await Promise.all(shards.map((shard) => shard.stop()))
    },
  }
}

/** Exchanges through a forwarder, or through several in threads of their own, without sockets. */
export async function measureThreads({ threads, window, duration }: ThreadsCase): Promise<ThreadsSample> {
  const stage = threads === 0 ? inline() : sharded(threads)
  const { bytes: interest, numberAt, nonceAt } = interestTemplate('plain')
  const { bytes: data, numberAt: dataNumberAt } = dataTemplate('plain', PAYLOAD)
  let next = 0
  let done = 0
  const onFrame: Send = (face, buffer, start) => {
    if (face === CONSUMER) {
      if (buffer[start] !== TT.Data) throw new Error('an Interest was not answered')
      done++
    } else {
      patch(data, dataNumberAt, readUint32(buffer, start + numberAt))
      stage.receive(PRODUCER, data, 0, data.length)
    }
  }
  const run = (isOver: () => boolean): void => {
    while (!isOver()) {
      for (; next - done < window; next++) {
        patch(interest, numberAt, next)
        patch(interest, nonceAt, Math.imul(next, 0x9e3779b1))
        stage.receive(CONSUMER, interest, 0, interest.length)
      }
      stage.collect(onFrame)
    }
  }
  run(() => done >= WARM_UP)
  const before = { done, time: performance.now(), cpu: process.cpuUsage() }
  run(() => performance.now() - before.time >= duration)
  const elapsed = performance.now() - before.time
  const { user, system } = process.cpuUsage(before.cpu)
  const count = done - before.done
  await stage.stop()
  return { rate: (1000 * count) / elapsed, cpu: (user + system) / count }
}
