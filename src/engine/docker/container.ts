import type { ContainerCreateOptions } from 'dockerode'
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

export function containerName(nodeName: string, id: string): string {
  return `ndn-sfc-${nodeSlug(nodeName)}-${id}`
}

/**
 * A container from which nothing but its door leads out.
 * @param cpus - of the engine's machine.
 */
export function containerOptions(
  { id, artifact, doorDirectory }: InstanceSpec,
  nodeName: string,
  logLevel: string,
  cpus: number,
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
      NanoCpus: Math.round(Math.max(CPUS_MIN, Math.min(limits.cpus, cpus)) * 1e9),
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
