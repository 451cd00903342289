import { DEFAULT_MAXIMUM_USAGE, DEFAULT_VCPUS_PER_CORE, type Platform } from '../model/index.ts'
import { Random, type Range } from '../random/index.ts'
import { plainHost } from './plain-host.ts'

/** Ranges are drawn from uniformly. */
export interface RandomPlatformOptions {
  /** @defaultValue 5 */
  readonly networks?: number | undefined
  /** Hosts of each network. @defaultValue 4 to 10 */
  readonly hosts?: Range | undefined
  /** Sockets of each host. @defaultValue 1 to 2 */
  readonly sockets?: Range | undefined
  /** Cores of each socket. @defaultValue 2 to 18 */
  readonly cores?: Range | undefined
  /** @defaultValue 2 */
  readonly vcpusPerCore?: number | undefined
  /** Of each socket, in MIPS. @defaultValue 1000 to 4000 */
  readonly speed?: Range | undefined
  /** Of each host, in MB/s. @defaultValue 500 to 1000 */
  readonly hostBandwidth?: Range | undefined
  /** Of each network to the others, in MB/s. @defaultValue 70 to 800 */
  readonly networkBandwidth?: Range | undefined
  /** Of each core, in percent. @defaultValue 60 */
  readonly maximumUsage?: number | undefined
  /** Of the SF repository, in MB/s. @defaultValue 285 */
  readonly repositoryBandwidth?: number | undefined
}

/**
 * A platform as the authors of SF-CUV drew theirs (after Kanemitsu et al.). The SF repository is a host in a network of its own,
 * with the same bandwidth, so that it is as far from all. There is no file server.
 * @param seed a whole number
 */
export function randomPlatform(seed: number, options: RandomPlatformOptions = {}): Platform {
  const { networks = 5, hosts = [4, 10], sockets = [1, 2], cores = [2, 18] } = options
  const { vcpusPerCore = DEFAULT_VCPUS_PER_CORE, maximumUsage = DEFAULT_MAXIMUM_USAGE } = options
  const { speed = [1000, 4000], hostBandwidth = [500, 1000], networkBandwidth = [70, 800] } = options
  const { repositoryBandwidth = 285 } = options
  const random = new Random(seed)
  const socket = () => ({
    speed: random.number(speed),
    cores: random.whole(cores),
    vcpusPerCore,
    maximumUsage,
  })
  const drawn = Array.from({ length: networks }, (_, index) => {
    const name = `net${index + 1}`
    return {
      network: { name, bandwidth: random.number(networkBandwidth) },
      hosts: Array.from({ length: random.whole(hosts) }, (_, number) => {
        const own = Array.from({ length: random.whole(sockets) }, socket)
        return plainHost(`${name}-host${number + 1}`, name, random.number(hostBandwidth), own)
      }),
    }
  })
  return {
    name: `random-${seed}`,
    networks: [
      ...drawn.map(({ network }) => network),
      { name: 'repository', bandwidth: repositoryBandwidth },
    ],
    hosts: [
      ...drawn.flatMap(({ hosts }) => hosts),
      plainHost('repository', 'repository', repositoryBandwidth),
    ],
    repository: 'repository',
    fileServer: undefined,
  }
}
