// Asks for a function of content that was never asked for before, so many times a second, whether answers come or not.
// Argument: the router's address.

import { Endpoint, fetchObject } from '../../../src/endpoint/index.ts'
import { connect } from '../../../src/face/index.ts'
import { flatName, parseChain } from '../../../src/packet/index.ts'
import { serveWorker } from '../../worker.ts'
import type { LoadResult } from '../load.ts'

/** How long an answer is waited for, in milliseconds. */
const TIMEOUT_MS = 10_000

/** How often it is looked how many are due, in milliseconds. */
const TICK_MS = 5

const [address = ''] = process.argv.slice(2)
const endpoint = new Endpoint(await connect(address))

interface Load {
  readonly timer: NodeJS.Timeout
  readonly latencies: number[]
  readonly failures: Map<string, number>
  /** When good answers came, in milliseconds since the epoch. */
  readonly answeredAt: number[]
  readonly pending: Set<Promise<void>>
  sent: number
}

let load: Load | undefined
let number = 0

/** @returns how long it took, in milliseconds */
async function ask(chain: string): Promise<number> {
  const began = performance.now()
  const name = flatName(parseChain(`${chain}/${process.pid}-${++number}`))
  await fetchObject(endpoint, name, { timeout: TIMEOUT_MS })
  return performance.now() - began
}

function start(chain: string, rate: number): void {
  const began = performance.now()
  const own: Load = {
    latencies: [],
    failures: new Map(),
    answeredAt: [],
    pending: new Set(),
    sent: 0,
    timer: setInterval(() => {
      for (const due = ((performance.now() - began) * rate) / 1000; own.sent < due; own.sent++)
        sendOne(own, chain)
    }, TICK_MS),
  }
  load = own
}

function sendOne({ latencies, failures, answeredAt, pending }: Load, chain: string): void {
  const asked = ask(chain).then(
    (latency) => {
      latencies.push(latency)
      answeredAt.push(Date.now())
    },
    ({ message }: Error) => void failures.set(message, (failures.get(message) ?? 0) + 1),
  )
  pending.add(asked)
  void asked.then(() => pending.delete(asked))
}

/** Sends no more, and waits for the last answers. */
async function stop(): Promise<LoadResult> {
  if (load === undefined) throw new Error('there is no load')
  const { timer, latencies, failures, answeredAt, pending, sent } = load
  clearInterval(timer)
  await Promise.all(pending)
  load = undefined
  return { sent, latencies, failures: Object.fromEntries(failures), answeredAt }
}

serveWorker({ ask, start, stop })
