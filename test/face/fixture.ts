import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { Test } from 'tap'
import type { CloseReason, Face } from '../../src/face/index.ts'
import { encodeTlv, TT } from '../../src/packet/index.ts'

/** A path for a Unix socket in a folder of its own: `t.testdir()` is too deep for one. */
export function socketPath(t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), 'ndn-sfc-face-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  return join(folder, 'node.sock')
}

/** A frame of about so many octets that says its number. */
export function frame(number: number, size = 100): Uint8Array {
  const value = Buffer.alloc(Math.max(4, size - 4), number % 251)
  value.writeUInt32BE(number)
  return encodeTlv(TT.Data, value)
}

export function numberOf(packet: Uint8Array): number {
  const at = packet[1] === 253 ? 4 : 2
  return Buffer.from(packet.buffer, packet.byteOffset, packet.length).readUInt32BE(at)
}

/** The owner of a face: keeps what comes and can be waited for. */
export class Owner {
  readonly face: Face
  readonly packets: Uint8Array[] = []
  readonly closed: Promise<{ reason: CloseReason; detail: string }>
  closeCount = 0
  /** Told of each packet. */
  onPacket: (packet: Uint8Array) => void = () => {}
  #wanted = 0
  #onEnough = (): void => {}

  /** @param onStateChange of a permanent face */
  constructor(face: Face, onStateChange: (isUp: boolean) => void = () => {}) {
    this.face = face
    this.closed = new Promise((resolve) => {
      face.start({
        onPacket: (buffer, start, end) => {
          const packet = Buffer.from(buffer.subarray(start, end))
          this.packets.push(packet)
          this.onPacket(packet)
          if (this.packets.length >= this.#wanted) this.#onEnough()
        },
        onClose: (reason, detail) => {
          this.closeCount++
          resolve({ reason, detail })
        },
        onStateChange,
      })
    })
  }

  get numbers(): number[] {
    return this.packets.map(numberOf)
  }

  /** Resolves when so many packets have come in all. */
  async received(count: number): Promise<void> {
    if (this.packets.length >= count) return
    this.#wanted = count
    await new Promise<void>((resolve) => {
      this.#onEnough = resolve
    })
  }
}

/** The end of this turn of the event loop. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** A dead buffer is counted until it was swept, which happens beside the program and may take a few rounds. */
const MAX_COLLECTIONS = 15

/** Octets in live buffers; no more rounds than it takes to come below `enough`. */
export async function bufferBytes(enough = 0): Promise<number> {
  let least = Number.POSITIVE_INFINITY
  for (let i = 0; i < MAX_COLLECTIONS && least > enough; i++) {
    await turn()
    collectGarbage()
    least = Math.min(least, process.memoryUsage().arrayBuffers)
  }
  return least
}

/** Far more than any queue and what the system holds: a bound that does not hold must not fill the machine. */
const TOO_MUCH_BYTES = 100_000_000

/**
 * Sends numbered packets until none is taken any more.
 * @returns how many were taken
 */
export async function fill(face: Face, size: number): Promise<number> {
  let count = 0
  // Until a whole turn changes nothing: what the system takes in between makes room.
  for (let before = -1; before < count; await turn()) {
    before = count
    while (face.send(frame(count, size))) {
      count++
      if (count * size > TOO_MUCH_BYTES)
        throw new Error(`${count} packets of ${size} octets, and still not full`)
    }
  }
  return count
}
