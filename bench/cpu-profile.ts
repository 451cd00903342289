import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** What `node --cpu-prof` writes. Times in microseconds. */
interface CpuProfile {
  readonly nodes: readonly { readonly id: number; readonly callFrame: CallFrame }[]
  readonly startTime: number
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
}

interface CallFrame {
  readonly functionName: string
  readonly url: string
  readonly lineNumber: number
}

export interface Share {
  readonly name: string
  /** Of the time in which it was not idle, from 0 to 1. */
  readonly share: number
}

/** Where the time of a process went, by what was running itself. Largest first. */
export interface ProfileSummary {
  /** Folders of `src`, Node's own modules, garbage collector, native code. */
  readonly parts: readonly Share[]
  readonly functions: readonly Share[]
  /** Share of the time in which it waited, from 0 to 1. */
  readonly idle: number
}

/** `CPU.<date>.<time>.<process>.<thread>.<number>.cpuprofile`: a process writes one for each of its threads. */
const MAIN_THREAD = /\.\d+\.0\.\d+\.cpuprofile$/

/**
 * Reads the profile of the only process that has left one in a folder.
 * @param from first moment that counts, in milliseconds from the start of the process
 * @param to last moment that counts
 */
export async function readProfile(folder: string, from: number, to: number): Promise<ProfileSummary> {
  const [file, other] = (await readdir(folder)).filter((name) => MAIN_THREAD.test(name))
  if (file === undefined || other !== undefined) throw new Error(`${folder} has not exactly one profile`)
  return summarise(JSON.parse(await readFile(join(folder, file), 'utf8')) as CpuProfile, from, to)
}

function summarise(
  { nodes, startTime, samples, timeDeltas }: CpuProfile,
  from: number,
  to: number,
): ProfileSummary {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]))
  const parts = new Map<string, number>()
  const functions = new Map<string, number>()
  let time = startTime
  let idle = 0
  let busy = 0
  for (const [index, id] of samples.entries()) {
    time += timeDeltas[index] ?? 0
    // A sample tells what ran until the next one.
    const length = timeDeltas[index + 1] ?? 0
    const frame = frames.get(id)
    const at = (time - startTime) / 1000
    if (frame === undefined || at < from || at > to) continue
    if (frame.functionName === '(idle)') {
      idle += length
      continue
    }
    busy += length
    add(parts, partOf(frame), length)
    add(functions, `${frame.functionName || '(anonymous)'} ${placeOf(frame)}`.trimEnd(), length)
  }
  return { parts: toShares(parts, busy), functions: toShares(functions, busy), idle: idle / (idle + busy) }
}

function partOf({ functionName, url }: CallFrame): string {
  const own = /\/dist\/(src\/[^/]+|bench)\//.exec(url)?.[1]
  if (own !== undefined) return own
  if (functionName === '(garbage collector)') return 'garbage collector'
  if (url.startsWith('node:')) return `node: ${/^node:(?:internal\/)?([^/]+)/.exec(url)?.[1]}`
  if (url === '') return 'native code and system calls'
  return 'npm packages'
}

function placeOf({ url, lineNumber }: CallFrame): string {
  return url === '' ? '' : `${url.replace(/^.*\/dist\//, '')}:${lineNumber + 1}`
}

function add(sums: Map<string, number>, key: string, value: number): void {
  sums.set(key, (sums.get(key) ?? 0) + value)
}

function toShares(sums: ReadonlyMap<string, number>, all: number): Share[] {
  return [...sums].map(([name, sum]) => ({ name, share: sum / all })).sort((a, b) => b.share - a.share)
}
