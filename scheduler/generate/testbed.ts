import {
  DEFAULT_MAXIMUM_USAGE,
  DEFAULT_VCPUS_PER_CORE,
  type Host,
  type Platform,
  type Socket,
} from '../model/index.ts'
import { Random } from '../random/index.ts'
import { plainHost } from './plain-host.ts'
import { SOURCE_TYPES } from './source-workflow.ts'

export interface TestbedOptions {
  /** Whether every type is on every node at the start. @defaultValue false */
  readonly preDeployed?: boolean | undefined
  /** The types that are then there. @defaultValue A to F, those of `sourceWorkflow` */
  readonly types?: readonly string[] | undefined
  /** Draws speeds and bandwidths around the values of the testbed. @defaultValue none: just these */
  readonly seed?: number | undefined
  /** By what share of them they differ at most; drawn uniformly. @defaultValue 0.1 */
  readonly spread?: number | undefined
}

/** vCPUs of each virtual machine. */
const VCPUS_PER_MACHINE = 4

/** Gigabit Ethernet, in MB/s: the source copies files with SCP between common hosts. */
const HOST_BANDWIDTH = 125

/** Between the networks, in MB/s: less than within them, so that it matters in which one a task runs. */
const NETWORK_BANDWIDTH = 62.5

/**
 * The hosts. The source says that they are heterogeneous and in two networks, and that their virtual machines run on pinned
 * vCPUs; its figure with the numbers is not legible. These are our choice: speeds differ by little more than a factor of two,
 * as those of servers of some years do, and the sizes go from a small server to one of two sockets.
 */
const HOSTS = [
  { name: 'nw1-host1', network: 'nw1', speed: 3000, sockets: 2, cores: 4 },
  { name: 'nw1-host2', network: 'nw1', speed: 2400, sockets: 1, cores: 8 },
  { name: 'nw1-host3', network: 'nw1', speed: 3600, sockets: 1, cores: 4 },
  { name: 'nw2-host1', network: 'nw2', speed: 2000, sockets: 2, cores: 6 },
  { name: 'nw2-host2', network: 'nw2', speed: 1600, sockets: 1, cores: 4 },
  { name: 'nw2-host3', network: 'nw2', speed: 2800, sockets: 1, cores: 2 },
]

/**
 * The testbed of the source document (its section 4.2.4): heterogeneous hosts with virtual machines in two networks, a container
 * repository and a file server. `topologies/README.md` lists each value.
 */
export function testbed(options: TestbedOptions = {}): Platform {
  const { preDeployed = false, types = SOURCE_TYPES, seed, spread = 0.1 } = options
  const random = seed === undefined ? undefined : new Random(seed)
  const draw = (middle: number): number => random?.around(middle, spread) ?? middle
  const images = preDeployed ? types : []
  return {
    name: 'testbed',
    networks: ['nw1', 'nw2'].map((name) => ({ name, bandwidth: draw(NETWORK_BANDWIDTH) })),
    hosts: [
      ...HOSTS.map(({ name, network, speed, sockets, cores }) => {
        const own = Array.from({ length: sockets }, () => socket(draw(speed), cores))
        return host(name, network, draw(HOST_BANDWIDTH), own, images)
      }),
      host('repository', 'nw1', draw(HOST_BANDWIDTH)),
      host('file-server', 'nw2', draw(HOST_BANDWIDTH)),
    ],
    repository: 'repository',
    fileServer: 'file-server',
  }
}

function socket(speed: number, cores: number): Socket {
  return { speed, cores, vcpusPerCore: DEFAULT_VCPUS_PER_CORE, maximumUsage: DEFAULT_MAXIMUM_USAGE }
}

function host(
  name: string,
  network: string,
  bandwidth: number,
  sockets: readonly Socket[] = [],
  images: readonly string[] = [],
): Host {
  const vcpus = sockets.reduce((sum, { cores, vcpusPerCore }) => sum + cores * vcpusPerCore, 0)
  const machines = Array.from({ length: vcpus / VCPUS_PER_MACHINE }, (_, index) => ({
    name: `vm${index + 1}`,
    vcpus: VCPUS_PER_MACHINE,
    images,
    layers: [],
  }))
  return { ...plainHost(name, network, bandwidth, sockets), machines }
}
