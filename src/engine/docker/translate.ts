import { constants } from 'node:os'
import { Writable } from 'node:stream'
import type { ContainerInspectInfo, ContainerStats } from 'dockerode'
import type { InstanceStats, InstanceStatus } from '../engine.ts'
import { LABELS } from '../image-names.ts'
import type { InstanceLog } from '../instance-log.ts'

export function toStatus({ Config, State }: ContainerInspectInfo): InstanceStatus {
  const { Labels } = Config
  return {
    id: Labels[LABELS.instance] ?? '',
    function: Labels[LABELS.function] ?? '',
    digest: Labels[LABELS.digest] ?? '',
    state: State.Running ? 'running' : 'stopped',
    startedAt: Date.parse(State.StartedAt),
  }
}

/** Memory without files that the kernel keeps because there is room, as `docker stats` has it. */
export function toStats({ memory_stats, cpu_stats }: ContainerStats): InstanceStats {
  const parts: { total_inactive_file?: number; inactive_file?: number } = memory_stats.stats ?? {}
  // The total is cgroup v1's; in v2 every number is one.
  const cache = parts.total_inactive_file ?? parts.inactive_file ?? 0
  return { memory: (memory_stats.usage ?? 0) - cache, cpu: cpu_stats.cpu_usage.total_usage / 1e6 }
}

/** How a container ended; one that a signal ended tells of it as a shell does: 128 and the signal's number. */
export function toExit(status: number): { exitCode: number | null; signal: string | null } {
  const signal = Object.entries(constants.signals).find(([, number]) => number === status - 128)?.[0] ?? null
  return { exitCode: signal === null ? status : null, signal }
}

/** Where a container's two streams go. */
export function logStreams(log: InstanceLog): { stdout: Writable; stderr: Writable } {
  const to = (pass: (chunk: Buffer) => void) =>
    new Writable({
      write(chunk, _encoding, done) {
        pass(chunk)
        done()
      },
    })
  return { stdout: to((chunk) => log.writeStdout(chunk)), stderr: to((chunk) => log.writeStderr(chunk)) }
}
