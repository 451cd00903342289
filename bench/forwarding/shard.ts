import { workerData } from 'node:worker_threads'
import { Forwarder } from '../../src/forwarder/index.ts'
import { Component, Name } from '../../src/packet/index.ts'
import { CONTENT_PREFIX } from './packets.ts'
import { Ring } from './ring.ts'

export type Send = (face: number, buffer: Uint8Array, start: number, end: number) => void

/** Ids of the two faces of a {@link newForwarder}. */
export const CONSUMER = 1
export const PRODUCER = 2

/** Places of the signals: each is counted up when there is something to read. */
export const TO_SHARD = 0
export const FROM_SHARD = 1
export const STOP = 2

/** Longest that a thread waits before it looks again, in milliseconds. */
export const WAIT_MS = 50

/** What a shard is given: `workerData`. */
export interface ShardData {
  readonly input: SharedArrayBuffer
  readonly output: SharedArrayBuffer
  readonly signals: SharedArrayBuffer
}

/** A forwarder with two faces, which lead to `send`. */
export function newForwarder(send: Send): Forwarder {
  const forwarder = new Forwarder({ clock: () => performance.now() })
  for (const face of [CONSUMER, PRODUCER]) {
    forwarder.addFace({
      send: (buffer, start, end) => {
        send(face, buffer, start, end)
        return true
      },
    })
  }
  const [type, text] = CONTENT_PREFIX
  forwarder.fib.add(Name.of(new Component(type, Buffer.from(text))), PRODUCER, 0)
  return forwarder
}

/** A forwarding thread: what comes out of one ring goes through a forwarder into the other. */
function runShard({ input, output, signals }: ShardData): void {
  const from = new Ring(input)
  const to = new Ring(output)
  const signal = new Int32Array(signals)
  const tell = (): void => {
    Atomics.add(signal, FROM_SHARD, 1)
    Atomics.notify(signal, FROM_SHARD)
  }
  const forwarder = newForwarder((face, buffer, start, end) => {
    while (!to.push(face, buffer, start, end)) tell()
  })
  while (Atomics.load(signal, STOP) === 0) {
    const seen = Atomics.load(signal, TO_SHARD)
    const count = from.drain((face, buffer, start, end) => forwarder.receive(face, buffer, start, end))
    if (count === 0) Atomics.wait(signal, TO_SHARD, seen, WAIT_MS)
    else tell()
    forwarder.expire()
  }
}

const data = workerData as Partial<ShardData> | null
if (data?.input !== undefined) runShard(data as ShardData)
