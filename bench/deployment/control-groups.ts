import { mkdir, readdir, rmdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import Docker from 'dockerode'
import type { Cleanup } from '../cleanup.ts'

const ROOT = '/sys/fs/cgroup'

/** In so long a group is given its share of a CPU, in microseconds: as short as the shares of instances are. */
const PERIOD = 10_000

/** Why there can be none here; undefined where there can. */
export async function whyNoControlGroups(): Promise<string | undefined> {
  if (process.getuid?.() !== 0) return 'control groups need root'
  const { CgroupDriver } = (await new Docker().info()) as { CgroupDriver?: string }
  if (CgroupDriver !== 'cgroupfs') return `the Docker Engine leaves control groups to ${CgroupDriver}`
  return undefined
}

/**
 * A control group whose members together have no more than a share of one CPU.
 * @returns its name, as a node's `cgroupParent`
 */
export async function makeControlGroup(name: string, share: number, cleanup: Cleanup): Promise<string> {
  cleanup.add(() => removeGroup(name))
  const quota = Math.round(share * PERIOD)
  if (await isThere(join(ROOT, 'cgroup.controllers'))) {
    await writeFile(join(ROOT, 'cgroup.subtree_control'), '+cpu')
    await mkdir(join(ROOT, name))
    await writeFile(join(ROOT, name, 'cpu.max'), `${quota} ${PERIOD}`)
  } else {
    const group = join(ROOT, 'cpu', name)
    await mkdir(group)
    await writeFile(join(group, 'cpu.cfs_period_us'), String(PERIOD))
    await writeFile(join(group, 'cpu.cfs_quota_us'), String(quota))
  }
  return `/${name}`
}

/** Also where the engine has made it for other controllers. */
async function removeGroup(name: string): Promise<void> {
  const places = [ROOT, ...(await readdir(ROOT)).map((controller) => join(ROOT, controller))]
  for (const place of places) {
    const group = join(place, name)
    if (await isThere(group)) await rmdir(group)
  }
}

async function isThere(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  )
}
