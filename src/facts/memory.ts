import { freemem, totalmem } from 'node:os'
import type { CgroupLimits } from './cgroup.ts'
import type { ReadText } from './system-files.ts'

/** Octets. */
export interface MemoryFacts {
  readonly total: number
  /** What could be had now, caches that would be given up for it included. */
  readonly free: number
}

export function portableMemory(): MemoryFacts {
  return { total: totalmem(), free: freemem() }
}

/** Memory of the machine, or of the control group where that allows less. */
export function readMemory(
  read: ReadText,
  { memory: groups }: Pick<CgroupLimits, 'memory'>,
  portable: MemoryFacts,
): MemoryFacts {
  const text = read('/proc/meminfo') ?? ''
  const sizeOf = (field: string): number | undefined => {
    const kibibytes = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1]
    return kibibytes === undefined ? undefined : Number(kibibytes) * 1024
  }
  const total = sizeOf('MemTotal') ?? portable.total
  const free = sizeOf('MemAvailable') ?? sizeOf('MemFree') ?? portable.free
  return {
    total: Math.min(total, ...groups.map(({ limit }) => limit)),
    free: Math.max(0, Math.min(free, ...groups.map(({ limit, used }) => limit - used))),
  }
}
