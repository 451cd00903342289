import { availableParallelism, cpus } from 'node:os'
import { parseCpuList } from '../engine/index.ts'
import type { CgroupLimits } from './cgroup.ts'
import type { ReadText } from './system-files.ts'

/** Cores of one socket that show the same number of vCPUs. */
export interface SocketFacts {
  readonly cores: number
  /** vCPUs of each core. */
  readonly threads: number
}

/** The processors that this process may use. */
export interface Processors {
  readonly model: string
  /** By socket, by core in the socket, by vCPU in the core. */
  readonly sockets: readonly SocketFacts[]
  /** What the system calls each vCPU, in the same order; none where it does not tell. */
  readonly cpus: readonly number[]
}

/** What is known where the system has no files to read it from. */
export interface PortableProcessors {
  readonly count: number
  readonly model: string
}

export function portableProcessors(): PortableProcessors {
  return { count: availableParallelism(), model: cpus()[0]?.model.trim() ?? '' }
}

interface Processor {
  readonly cpu: number
  readonly socket: number
  /** The first of the CPUs that share a core. */
  readonly core: number
}

/**
 * What of the machine this process may use: the CPUs of its affinity and its cpuset, as many of them as its quota comes to, rounded
 * down, since a vCPU is promised whole.
 */
export function readProcessors(
  read: ReadText,
  { quota = Number.POSITIVE_INFINITY, cpuset }: Pick<CgroupLimits, 'quota' | 'cpuset'>,
  portable: PortableProcessors,
): Processors {
  const blocks = readCpuInfo(read)
  const model = modelOf(blocks) || portable.model || 'unknown'
  const online = parseCpuList(read('/sys/devices/system/cpu/online')) ?? [...blocks.keys()]
  const affinity = parseCpuList(/^Cpus_allowed_list:\s*(\S+)$/m.exec(read('/proc/self/status') ?? '')?.[1])
  const usable = online.filter((cpu) => (affinity?.includes(cpu) ?? true) && (cpuset?.includes(cpu) ?? true))
  if (usable.length === 0) {
    const count = Math.max(1, Math.min(portable.count, Math.floor(quota)))
    return { model, sockets: [{ cores: count, threads: 1 }], cpus: [] }
  }
  const found = inOrder(usable.map((cpu) => locate(cpu, blocks.get(cpu), read)))
  return { model, ...layOut(found.slice(0, Math.max(1, Math.floor(quota)))) }
}

/** The same with so many vCPUs. Of those that the system does not have nothing is known, so each is a core. */
export function withVcpus(processors: Processors, vcpus: number): Processors {
  const sockets: SocketFacts[] = []
  let left = vcpus
  for (const { cores, threads } of processors.sockets) {
    const whole = Math.min(cores, Math.floor(left / threads))
    if (whole > 0) sockets.push({ cores: whole, threads })
    left -= whole * threads
    const rest = whole < cores ? Math.min(left, threads) : 0
    if (rest > 0) sockets.push({ cores: 1, threads: rest })
    left -= rest
  }
  if (left > 0) sockets.push({ cores: left, threads: 1 })
  return { ...processors, sockets, cpus: processors.cpus.slice(0, vcpus) }
}

export function vcpuCount({ sockets }: Pick<Processors, 'sockets'>): number {
  return sockets.reduce((sum, { cores, threads }) => sum + cores * threads, 0)
}

type Block = ReadonlyMap<string, string>

/** The blocks of /proc/cpuinfo by CPU. Before all of them, or after, some architectures say something of the whole machine. */
function readCpuInfo(read: ReadText): Map<number, Block> {
  const blocks = (read('/proc/cpuinfo') ?? '')
    .split(/\n\s*\n/)
    .map(
      (text) =>
        new Map([...text.matchAll(/^([^\n:]*\S)\s*:[ \t]*(.*)$/gm)].map(([, k = '', v = '']) => [k, v])),
    )
  return new Map(
    blocks.flatMap((block) =>
      /^\d+$/.test(block.get('processor') ?? '') ? [[Number(block.get('processor')), block]] : [],
    ),
  )
}

/** x86 has names for its models; Arm has numbers, whose meaning is elsewhere. */
function modelOf(blocks: ReadonlyMap<number, Block>): string {
  const [first] = blocks.values()
  const name = first?.get('model name') ?? first?.get('cpu model')
  if (name !== undefined) return name.trim()
  const [implementer, part] = [first?.get('CPU implementer'), first?.get('CPU part')]
  return implementer === undefined ? '' : `CPU implementer ${implementer}, part ${part}`
}

function locate(cpu: number, block: Block | undefined, read: ReadText): Processor {
  const folder = `/sys/devices/system/cpu/cpu${cpu}/topology`
  const socketText = read(`${folder}/physical_package_id`) ?? block?.get('physical id')
  // -1 where the firmware does not tell.
  const socket = Math.max(0, Number.parseInt(socketText ?? '0', 10))
  // Numbers of cores are told once for each cluster on some Arm machines, so siblings are what is to be relied on.
  const siblings = parseCpuList(read(`${folder}/thread_siblings_list`))
  const core = siblings?.[0] ?? Number.parseInt(block?.get('core id') ?? String(cpu), 10)
  return { cpu, socket, core }
}

/** By socket; in it cores with more vCPUs first, so that those that are alike stand together. */
function inOrder(processors: readonly Processor[]): Processor[] {
  const keyOf = ({ socket, core }: Processor): string => `${socket}/${core}`
  const threads = new Map<string, number>()
  for (const one of processors) threads.set(keyOf(one), (threads.get(keyOf(one)) ?? 0) + 1)
  const threadsOf = (one: Processor): number => threads.get(keyOf(one)) as number
  return [...processors].sort(
    (a, b) => a.socket - b.socket || threadsOf(b) - threadsOf(a) || a.core - b.core || a.cpu - b.cpu,
  )
}

function layOut(processors: readonly Processor[]): Pick<Processors, 'sockets' | 'cpus'> {
  const cores: { socket: number; core: number; threads: number }[] = []
  for (const { socket, core } of processors) {
    const last = cores.at(-1)
    if (last?.socket === socket && last.core === core) last.threads++
    else cores.push({ socket, core, threads: 1 })
  }
  const sockets: { socket: number; cores: number; threads: number }[] = []
  for (const { socket, threads } of cores) {
    const last = sockets.at(-1)
    if (last?.socket === socket && last.threads === threads) last.cores++
    else sockets.push({ socket, cores: 1, threads })
  }
  return {
    sockets: sockets.map(({ cores: count, threads }) => ({ cores: count, threads })),
    cpus: processors.map(({ cpu }) => cpu),
  }
}
