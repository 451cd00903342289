import { join } from 'node:path'
import { pino } from 'pino'
import { Name } from '../../src/packet/index.ts'
import { DataPlane, loadConfig } from '../../src/router/index.ts'
import { CHAIN_PREFIX, CONTENT_PREFIX } from './packets.ts'
import type { Addresses, ForwarderUnderTest } from './serve-forwarder.ts'
import type { Transport } from './transports.ts'

/** Our forwarder as a node has it, without functions: all limits are the defaults, and the Content Store is on. */
export class NdnSfcForwarder implements ForwarderUnderTest {
  readonly #folder: string
  readonly #plane: DataPlane
  readonly #addresses = new Map<Transport, string>()

  private constructor(folder: string, plane: DataPlane) {
    this.#folder = folder
    this.#plane = plane
  }

  /** @param folder for Unix sockets */
  static async create(folder: string): Promise<NdnSfcForwarder> {
    const plane = new DataPlane({
      config: await loadConfig(undefined, { home: folder }),
      log: pino({ level: 'warn' }),
      guard: () => undefined,
      onInterest: () => {},
    })
    return new NdnSfcForwarder(folder, plane)
  }

  get peers(): number {
    return this.#plane.links.faces().size
  }

  async listen(transport: Transport): Promise<Addresses> {
    const address = this.#addresses.get(transport) ?? (await this.#listen(transport))
    return { producer: address, consumer: address }
  }

  addRoutes(): void {
    const { links, forwarder } = this.#plane
    for (const face of links.faces().keys()) {
      forwarder.fib.add(Name.parse(`/${CONTENT_PREFIX[1]}`), face, 0)
      forwarder.fib.add(Name.parse(`/${CHAIN_PREFIX[0]}=${CHAIN_PREFIX[1]}`), face, 0)
    }
  }

  reset(): void {
    for (const face of this.#plane.links.faces().values()) face.close()
  }

  async #listen(transport: Transport): Promise<string> {
    const { links } = this.#plane
    await links.listen(this.#uri(transport))
    const address = links.addresses.at(-1) as string
    this.#addresses.set(transport, address)
    return address
  }

  #uri(transport: Transport): string {
    if (transport === 'unix') return `unix://${join(this.#folder, 'ndn-sfc.sock')}`
    return transport === 'tcp' ? 'tcp4://127.0.0.1:0' : 'udp4://127.0.0.1:0'
  }
}
