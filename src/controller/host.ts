import { DEFAULT_MAXIMUM_USAGE, type Host, type Socket } from '../../scheduler/index.ts'
import type { NodeFacts } from '../facts/index.ts'

/**
 * A node as the scheduler sees it. Its vCPUs are numbered in the order of `facts.cpu.cpus`. Layers are named by the digests of the
 * repository's blobs; images that the engine holds do not count, since it may have made them of other versions.
 */
export function hostOf({ name, network, bandwidth, architecture, labels, cpu, blobs }: NodeFacts): Host {
  const { speed, share, maximumUsage = DEFAULT_MAXIMUM_USAGE } = cpu
  const sockets = cpu.sockets.map(
    ({ cores, threads }): Socket => ({ speed: speed * share, cores, vcpusPerCore: threads, maximumUsage }),
  )
  return { name, network, bandwidth, architecture, labels, sockets, machines: [], images: [], layers: blobs }
}
