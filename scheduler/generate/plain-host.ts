import type { Host, Socket } from '../model/index.ts'

/** A host without virtual machines, labels and images. */
export function plainHost(
  name: string,
  network: string,
  bandwidth: number,
  sockets: readonly Socket[] = [],
): Host {
  return {
    name,
    network,
    bandwidth,
    architecture: 'amd64',
    labels: {},
    sockets,
    machines: [],
    images: [],
    layers: [],
  }
}
