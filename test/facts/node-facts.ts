import type { NodeFacts } from '../../src/facts/index.ts'

/** Of a node with two sockets; one of them has hyper-threading. */
export const FACTS: NodeFacts = {
  name: 'lab',
  os: 'linux',
  architecture: 'arm64',
  cpu: {
    model: 'some CPU',
    sockets: [
      { cores: 2, threads: 2 },
      { cores: 1, threads: 1 },
    ],
    cpus: [0, 2, 1, 3, 4],
    vcpus: 5,
    speed: 1800,
    measuredAt: 1_800_000_000_000,
    maximumUsage: 80,
  },
  memory: { total: 4_000_000_000, free: 1_000_000_000 },
  labels: { zone: 'edge', camera: 'true' },
  availability: 'active',
  images: [
    { function: 'resize', digest: '0123456789abcdef', size: 44_800_000, layers: ['sha256:1', 'sha256:2'] },
  ],
  layers: ['sha256:1', 'sha256:2', 'sha256:3', 'sha256:4'],
  load: { cpu: 0.25, memory: 3_000_000_000, instances: 2, pending: 1 },
}
