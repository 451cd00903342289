/** Usage that a core takes at most, in percent, where nothing else is said. */
export const DEFAULT_MAXIMUM_USAGE = 60

/** vCPUs that a core shows, where nothing else is said. */
export const DEFAULT_VCPUS_PER_CORE = 2

/** A data centre or a site: hosts behind one link to the others. */
export interface Network {
  readonly name: string
  /** Bandwidth to and from other networks, in MB/s. */
  readonly bandwidth: number
}

/** A CPU in its socket: cores of one speed. */
export interface Socket {
  /** Of each vCPU, in million instructions per second (MIPS). */
  readonly speed: number
  readonly cores: number
  readonly vcpusPerCore: number
  /** The sum of the usages of what runs on a core's vCPUs, divided by their number, stays at or under this; percent. */
  readonly maximumUsage: number
}

/** What holds images: a virtual machine, or a whole host. */
export interface ImageHolder {
  /** SF types whose images are there at the start. */
  readonly images: readonly string[]
  /** Layers that are there at the start, beside those of `images`. */
  readonly layers: readonly string[]
}

/** A virtual machine: some of its host's vCPUs, with images of its own. */
export interface VirtualMachine extends ImageHolder {
  readonly name: string
  readonly vcpus: number
}

/**
 * A computer. Its vCPUs are numbered from 0: by socket, by core in the socket, by vCPU in the core. A vCPU's name is
 * `HOST/NUMBER`.
 */
export interface Host extends ImageHolder {
  readonly name: string
  readonly network: string
  /** Of its network card, in MB/s. */
  readonly bandwidth: number
  readonly architecture: string
  readonly labels: Readonly<Record<string, string>>
  /** None: a host that computes nothing, such as a file server. */
  readonly sockets: readonly Socket[]
  /**
   * They take the host's vCPUs in order, and all of them. Without any, the host itself is the node that holds images, and its
   * `images` count; with some, theirs.
   */
  readonly machines: readonly VirtualMachine[]
}

/** Where workflows run. */
export interface Platform {
  readonly name: string
  readonly networks: readonly Network[]
  readonly hosts: readonly Host[]
  /** The host that keeps the images of all types: the SF repository. Without it nothing can be downloaded. */
  readonly repository: string | undefined
  /** The host that keeps the input of start tasks. */
  readonly fileServer: string | undefined
}
