import { multicastInterfaces, parseAddress } from '../face/index.ts'
import type { NodeConfig } from './config.ts'
import type { Link, Links } from './links.ts'

type MulticastConfig = NodeConfig['multicast']

export interface MulticastFacesOptions {
  readonly links: Pick<Links, 'dial' | 'retire'>
  readonly log: (level: 'info' | 'warn', message: string) => void
}

/** The faces to a multicast group, one for each interface. */
export class MulticastFaces {
  readonly #options: MulticastFacesOptions
  readonly #links = new Map<string, Link>()

  constructor(options: MulticastFacesOptions) {
    this.#options = options
  }

  /** Opens those that a configuration asks for, and closes the others. An interface that cannot join is logged. */
  async set(config: MulticastConfig): Promise<void> {
    const wanted = config.enabled ? interfacesOf(config) : []
    const keys = new Map(wanted.map((one) => [`${config.group} ${one ?? ''}`, one]))
    for (const [key, link] of this.#links) {
      if (keys.has(key)) continue
      this.#links.delete(key)
      this.#options.links.retire(link, () => this.#links.get(key) === link)
    }
    for (const [key, one] of keys) if (!this.#links.has(key)) await this.#open(key, config.group, one)
  }

  async #open(key: string, group: string, localInterface: string | undefined): Promise<void> {
    const { links, log } = this.#options
    const where = localInterface === undefined ? '' : ` on ${localInterface}`
    try {
      const { link } = await links.dial(group, { localInterface, isLimited: false })
      this.#links.set(key, link)
      log('info', `multicast to ${group}${where}`)
    } catch (error) {
      log('warn', `no multicast${where}: ${(error as Error).message}`)
    }
  }
}

/** Undefined is the one that the system takes. */
function interfacesOf({ group, interfaces }: MulticastConfig): (string | undefined)[] {
  if (interfaces !== undefined) return interfaces
  const place = parseAddress(group)
  const all = place.kind === 'udp' && place.family === 4 ? multicastInterfaces() : []
  return all.length > 0 ? all : [undefined]
}
