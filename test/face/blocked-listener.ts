import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { Test } from 'tap'

/**
 * A listener whose program hangs: the system takes a connection or two on its behalf, and then none.
 * @param at a port (0: any) or path
 * @returns the port or path
 */
export async function blockedListener(t: Test, at: number | string): Promise<number | string> {
  const worker = new Worker(
    `const { workerData, parentPort } = require('node:worker_threads')
     const server = require('node:net').createServer()
     server.listen({ ...workerData, backlog: 1 }, () => {
       parentPort.postMessage(server.address().port ?? server.address())
       Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
     })`,
    { eval: true, workerData: typeof at === 'number' ? { port: at, host: '127.0.0.1' } : { path: at } },
  )
  t.teardown(() => worker.terminate())
  const [address] = (await once(worker, 'message')) as [number | string]
  return address
}
