import { join } from 'node:path'
import type { Manifest } from '../function/index.ts'
import { EngineError } from './engine.ts'

/** Entry point of an artifact. */
export const MAIN_FILE = 'main.mjs'
/** The resolved manifest in an artifact. */
export const MANIFEST_JSON = 'manifest.json'
/** Unix socket in an instance's door folder, on which the node listens. */
export const SOCKET_FILE = 'router.sock'
/** The instance's private key and certificate in its door folder. */
export const IDENTITY_FILE = 'identity.json'

/** How long an instance that was asked to stop may finish its work before it is killed, in milliseconds. */
export const STOP_GRACE = 5000

/** Share of an instance's memory that its JavaScript heap may take; the rest is for code, stacks and buffers. */
export const HEAP_SHARE = 0.75
/** Smallest JavaScript heap, in MiB: below it Node.js does not start. */
export const HEAP_MIN = 16

const INSTANCE_ID = /^[a-z0-9-]{1,64}$/

/** Whether the id can be part of a container's and of a file's name. */
export function isInstanceId(id: string): boolean {
  return INSTANCE_ID.test(id)
}

/** @throws EngineError `start-failed` */
export function checkInstanceId(id: string): void {
  if (isInstanceId(id)) return
  throw new EngineError('start-failed', `"${id}" cannot name an instance: give it 1 to 64 of a-z, 0-9 and -`)
}

/** Environment that tells an instance where its door is. */
export function instanceEnvironment(doorDirectory: string, logLevel: string): Record<string, string> {
  return {
    NDN_SFC_SOCKET: join(doorDirectory, SOCKET_FILE),
    NDN_SFC_IDENTITY: join(doorDirectory, IDENTITY_FILE),
    NDN_SFC_LOG: logLevel,
  }
}

/** Arguments for Node.js that start an instance; `main` is the path of its main.mjs. */
export function nodeArguments({ limits }: Manifest, main: string): string[] {
  const heap = Math.max(HEAP_MIN, Math.floor((limits.memory * HEAP_SHARE) / 2 ** 20))
  return [`--max-old-space-size=${heap}`, main]
}

/** Whether an instance died because its JavaScript heap was full, as opposed to being killed from outside. */
export function isHeapFull(lastWords: string): boolean {
  return /JavaScript heap out of memory|Reached heap limit/.test(lastWords)
}
