import type { ContainerCreateOptions, HostConfig } from 'dockerode'
import type { InstanceSpec } from '../engine.ts'
import { CONTAINER_FUNCTION, CONTAINER_USER } from '../image-layers.ts'
import { LABELS } from '../image-names.ts'
import { instanceEnvironment, MAIN_FILE, nodeArguments } from '../instance-setup.ts'
import { nodeSlug } from '../node-slug.ts'
import { functionImage } from './images.ts'

/** The door folder as an instance sees it. */
export const CONTAINER_DOOR = '/run/ndn-sfc'
/** Size of an instance's /tmp, in bytes; it counts as the instance's memory. */
export const CONTAINER_TMP_BYTES = 16 * 2 ** 20
/** Most files and sockets that one process of an instance can have open. */
export const CONTAINER_OPEN_FILES = 1024

/** Fewest CPUs that an engine gives. */
const CPUS_MIN = 0.01
/**
 * In each so long the kernel gives a container its share of CPUs, in microseconds. In the 100 ms that an engine takes by itself, short work on
 * a third of a CPU would be as fast as on a whole one, and what follows would stand still.
 */
const SHARE_PERIOD = 10_000
/** Least CPU time in such a period, in microseconds. */
const QUOTA_MIN = 1000

export function containerName(nodeName: string, id: string): string {
  return `ndn-sfc-${nodeSlug(nodeName)}-${id}`
}

/** What all containers of a node have in common. */
export interface ContainerSettings {
  readonly nodeName: string
  readonly logLevel: string
  /** Of the engine's machine. */
  readonly machineCpus: number
  /** Control group above all of them. @defaultValue the engine's */
  readonly cgroupParent?: string | undefined
}

/** A container from which nothing but its door leads out. */
export function containerOptions(
  { id, artifact, doorDirectory, cpus = [], cpuShare = 1 }: InstanceSpec,
  { nodeName, logLevel, machineCpus, cgroupParent }: ContainerSettings,
): ContainerCreateOptions {
  const { limits, name } = artifact.manifest
  const environment = Object.entries(instanceEnvironment(CONTAINER_DOOR, logLevel))
  return {
    name: containerName(nodeName, id),
    Image: functionImage(artifact),
    // Its entry point is Node.js, wherever that is in the image.
    Cmd: nodeArguments(artifact.manifest, `${CONTAINER_FUNCTION}/${MAIN_FILE}`),
    Env: environment.map(([key, value]) => `${key}=${value}`),
    WorkingDir: CONTAINER_FUNCTION,
    User: CONTAINER_USER,
    AttachStdout: true,
    AttachStderr: true,
    Labels: {
      [LABELS.node]: nodeName,
      [LABELS.instance]: id,
      [LABELS.function]: name,
      [LABELS.digest]: artifact.digest,
    },
    HostConfig: {
      NetworkMode: 'none',
      ReadonlyRootfs: true,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges'],
      // Without /dev/shm, which anyone could write to.
      IpcMode: 'none',
      Memory: limits.memory,
      MemorySwap: limits.memory,
      PidsLimit: limits.pids,
      ...(cgroupParent === undefined ? {} : { CgroupParent: cgroupParent }),
      CpusetCpus: cpus.join(','),
      ...cpuTime(Math.min(limits.cpus, machineCpus), cpuShare, cpus.length || machineCpus),
      Ulimits: [
        { Name: 'nofile', Soft: CONTAINER_OPEN_FILES, Hard: CONTAINER_OPEN_FILES },
        { Name: 'core', Soft: 0, Hard: 0 },
        // /dev/mqueue is there whatever one asks for, and anyone could write to it.
        { Name: 'msgqueue', Soft: 0, Hard: 0 },
      ],
      Tmpfs: { '/tmp': `rw,noexec,nosuid,nodev,mode=1777,size=${CONTAINER_TMP_BYTES}` },
      // Unlike Binds it makes no folder where there is none, and takes any character in a path.
      Mounts: [{ Type: 'bind', Source: doorDirectory, Target: CONTAINER_DOOR, ReadOnly: true }],
      Init: false,
      AutoRemove: false,
      RestartPolicy: { Name: 'no' },
      // What the instance writes is read from the container's own streams, so none of it fills the engine's disk.
      LogConfig: { Type: 'none', Config: {} },
    },
  }
}

/** @param count - of the CPUs on which it may run. */
function cpuTime(limit: number, share: number, count: number): Partial<HostConfig> {
  const cpus = Math.max(CPUS_MIN, Math.min(limit, share * count))
  if (share === 1) return { NanoCpus: Math.round(cpus * 1e9) }
  const CpuPeriod = Math.max(SHARE_PERIOD, Math.ceil(QUOTA_MIN / cpus))
  return { CpuPeriod, CpuQuota: Math.round(cpus * CpuPeriod) }
}
