import { readFile } from 'node:fs/promises'
import type { InstanceStats } from '../engine.ts'
import { processStats } from '../process-info.ts'

/**
 * What a container's first process uses, if the engine is on this machine. The engine itself takes up to a second to say.
 * @param pid - as the engine says; on another machine it is nobody's or somebody else's here.
 */
export async function hostStats(pid: number, containerId: string): Promise<InstanceStats | undefined> {
  const groups = await readFile(`/proc/${pid}/cgroup`, 'latin1').catch(() => '')
  return groups.includes(containerId) ? await processStats(pid) : undefined
}
