import { setTimeout as delay } from 'node:timers/promises'
import { FaceError } from '../../src/face/index.ts'
import { serveWorker } from '../worker.ts'
import { GcWatch } from './gc-watch.ts'
import { profiler } from './profiler.ts'
import type { Transport } from './transports.ts'

/** How long peers may take to be there, and how often that is looked at, in milliseconds. */
const PEERS_TIMEOUT_MS = 5000
const PEERS_LOOK_MS = 1

/** FaceUris at which the producer and the consumers find the forwarder. */
export interface Addresses {
  readonly producer: string
  readonly consumer: string
}

/** A forwarder as a process of its own has it. */
export interface ForwarderUnderTest {
  /** Peers that are connected. */
  readonly peers: number
  /** Listens; asked each time for UDP, otherwise once. @throws FaceError if it does not know this transport */
  listen(transport: Transport): Promise<Addresses>
  /** Adds routes for all that is asked for to the only peer that there is. */
  addRoutes(): void
  /** Forgets the peers that there are: those of UDP do not say good-bye. */
  reset(): void
}

/** What a forwarder says to a transport. */
export type Opened = Addresses | { readonly unsupported: string }

/** The process of a forwarder: answers the questions of `ForwarderProcess`. */
export function serveForwarder(forwarder: ForwarderUnderTest): void {
  const opened = new Map<Transport, Addresses>()
  const gc = new GcWatch()

  async function open(transport: Transport): Promise<Opened> {
    forwarder.reset()
    if (transport === 'udp') opened.delete(transport)
    try {
      const addresses = opened.get(transport) ?? (await forwarder.listen(transport))
      opened.set(transport, addresses)
      return addresses
    } catch (error) {
      // The system had nothing against it: it is the forwarder that does not know such an address.
      const isUnknown =
        error instanceof FaceError && error.code === 'bad-address' && error.cause === undefined
      if (isUnknown) return { unsupported: error.message }
      throw error
    }
  }

  async function awaitPeers(count: number): Promise<void> {
    const end = performance.now() + PEERS_TIMEOUT_MS
    while (forwarder.peers !== count) {
      if (performance.now() > end) throw new Error(`${forwarder.peers} peers, not ${count}`)
      await delay(PEERS_LOOK_MS)
    }
  }

  serveWorker({
    open,
    awaitPeers,
    addRoutes: () => forwarder.addRoutes(),
    startGc: () => gc.start(),
    stopGc: () => gc.stop(),
    ...profiler,
  })
}
