import { parseCpuList } from '../engine/index.ts'
import type { ReadText } from './system-files.ts'

/** What a control group and those above it leave to this process; what is not there is not limited. */
export interface CgroupLimits {
  /** CPU time in each second, in seconds: a quota of 1.5 is as good as one and a half CPUs. */
  readonly quota?: number | undefined
  readonly cpuset?: readonly number[] | undefined
  /** Of each group with a limit, in octets; `used` without what is given back when it is needed. */
  readonly memory: readonly { readonly limit: number; readonly used: number }[]
}

/** Folders of a controller, from this process's own up to the root that it can see. */
interface Hierarchy {
  readonly version: 1 | 2
  readonly folders: readonly string[]
}

interface Mount {
  readonly type: string
  /** The group that is at its mount point. */
  readonly root: string
  readonly point: string
  readonly options: readonly string[]
}

/** Limits by cgroup v1 and v2 (cgroups(7)); where a controller is in v1, as in a hybrid set-up, that counts. */
export function readCgroup(read: ReadText): CgroupLimits {
  const cpu = hierarchyOf('cpu', read)
  const cpuset = hierarchyOf('cpuset', read)
  const memory = hierarchyOf('memory', read)
  return {
    quota: smallest(eachOf(cpu, (folder, version) => readQuota(folder, version, read))),
    cpuset: eachOf(cpuset, (folder, version) => readCpuset(folder, version, read))[0],
    memory: eachOf(memory, (folder, version) => readMemory(folder, version, read)),
  }
}

function readQuota(folder: string, version: 1 | 2, read: ReadText): number | undefined {
  const [quota, period] =
    version === 2
      ? (read(`${folder}/cpu.max`) ?? '').trim().split(' ').map(Number)
      : [Number(read(`${folder}/cpu.cfs_quota_us`)), Number(read(`${folder}/cpu.cfs_period_us`))]
  const share = Number(quota) / Number(period)
  // `max`, and -1 in v1: no quota.
  return Number.isFinite(share) && share > 0 ? share : undefined
}

function readCpuset(folder: string, version: 1 | 2, read: ReadText): number[] | undefined {
  if (version === 2) return parseCpuList(read(`${folder}/cpuset.cpus.effective`))
  return parseCpuList(read(`${folder}/cpuset.effective_cpus`)) ?? parseCpuList(read(`${folder}/cpuset.cpus`))
}

function readMemory(
  folder: string,
  version: 1 | 2,
  read: ReadText,
): CgroupLimits['memory'][number] | undefined {
  const [limitFile, usedFile, cache] =
    version === 2
      ? ['memory.max', 'memory.current', 'inactive_file']
      : ['memory.limit_in_bytes', 'memory.usage_in_bytes', 'total_inactive_file']
  const limit = Number.parseInt(read(`${folder}/${limitFile}`) ?? '', 10)
  const used = Number.parseInt(read(`${folder}/${usedFile}`) ?? '', 10)
  // Of v1 a number near 2^63 means that there is none.
  if (!Number.isSafeInteger(limit)) return undefined
  const spare = new RegExp(`^${cache} (\\d+)$`, 'm').exec(read(`${folder}/memory.stat`) ?? '')?.[1]
  return { limit, used: Math.max(0, (Number.isNaN(used) ? 0 : used) - Number(spare ?? 0)) }
}

function hierarchyOf(controller: string, read: ReadText): Hierarchy | undefined {
  const mounts = readMounts(read)
  const groups = (read('/proc/self/cgroup') ?? '').split('\n').map((line) => line.split(':'))
  const v1 = groups.find(([, controllers]) => controllers?.split(',').includes(controller))
  const mount1 = mounts.find(({ type, options }) => type === 'cgroup' && options.includes(controller))
  if (v1 !== undefined && mount1 !== undefined)
    return { version: 1, folders: foldersOf(mount1, v1.slice(2).join(':')) }
  const v2 = groups.find(([number, controllers]) => number === '0' && controllers === '')
  const mount2 = mounts.find(({ type }) => type === 'cgroup2')
  if (v2 === undefined || mount2 === undefined) return undefined
  return { version: 2, folders: foldersOf(mount2, v2.slice(2).join(':')) }
}

/** proc(5), "/proc/pid/mountinfo". */
function readMounts(read: ReadText): Mount[] {
  return (read('/proc/self/mountinfo') ?? '').split('\n').flatMap((line) => {
    const [before = '', after = ''] = line.split(' - ')
    const [, , , root, point] = before.split(' ')
    const [type = '', , options = ''] = after.split(' ')
    if (root === undefined || point === undefined || !type.startsWith('cgroup')) return []
    return [{ type, root, point, options: options.split(',') }]
  })
}

function foldersOf({ root, point }: Mount, group: string): string[] {
  const base = root === '/' ? '' : root
  // In a container the group may be named as the host sees it, and the mount shows that very group as its root.
  const isInside = group === base || group.startsWith(`${base}/`)
  const parts = isInside && !group.includes('/..') ? group.slice(base.length).split('/').filter(Boolean) : []
  return Array.from({ length: parts.length + 1 }, (_, up) =>
    [point, ...parts.slice(0, parts.length - up)].join('/'),
  )
}

function eachOf<T>(
  hierarchy: Hierarchy | undefined,
  look: (folder: string, version: 1 | 2) => T | undefined,
): T[] {
  const { folders = [], version = 2 } = hierarchy ?? {}
  return folders.map((folder) => look(folder, version)).filter((found) => found !== undefined)
}

function smallest(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : Math.min(...values)
}
