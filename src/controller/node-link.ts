import {
  type Assignment,
  assignNode,
  commandNode,
  commandSigner,
  type Datasets,
  fetchDataset,
  fetchLogs,
  fetchWorks,
  type NodeCommandParameters,
} from '../control/index.ts'
import { Endpoint, type FetchOptions, fetchObject } from '../endpoint/index.ts'
import { connect } from '../face/index.ts'
import type { Name } from '../packet/index.ts'
import type { NodeClient } from './parts.ts'

/** How long a node may take to say what is assigned to it, in milliseconds: whoever asks in vain asks again. */
const POLL_TIMEOUT_MS = 2000

/** A node at its control address. Connects when it is asked something, and again after the connection broke. */
export class NodeLink implements NodeClient {
  readonly #address: string
  readonly #home: string
  #endpoint: Promise<Endpoint> | undefined
  #isClosed = false

  /**
   * @param address FaceUri
   * @param home folder with the operator's keys
   */
  constructor(address: string, home: string) {
    this.#address = address
    this.#home = home
  }

  facts = () => this.#dataset('facts')
  assigned = () => this.#dataset('assigned', POLL_TIMEOUT_MS)
  routes = () => this.#dataset('routes')

  async works(cursor: string) {
    return await fetchWorks(await this.#connected(), cursor, POLL_TIMEOUT_MS)
  }

  async logs(instance: string) {
    return await fetchLogs(await this.#connected(), instance)
  }

  async assign(assignment: Assignment, force: boolean): Promise<void> {
    await assignNode(await this.#connected(), assignment, await this.#signer(), { force })
  }

  async command<Verb extends keyof NodeCommandParameters>(
    verb: Verb,
    parameters: NodeCommandParameters[Verb],
  ): Promise<void> {
    await commandNode(await this.#connected(), verb, parameters, await this.#signer())
  }

  async fetch(name: Name, options: FetchOptions) {
    return await fetchObject(await this.#connected(), name, options)
  }

  close(): void {
    this.#isClosed = true
    this.#endpoint?.then(
      (endpoint) => endpoint.close(),
      () => {},
    )
  }

  async #dataset<Name extends keyof Datasets>(dataset: Name, timeout?: number): Promise<Datasets[Name]> {
    return await fetchDataset(await this.#connected(), dataset, timeout)
  }

  #signer() {
    return commandSigner(this.#address, this.#home)
  }

  #connected(): Promise<Endpoint> {
    if (this.#isClosed) return Promise.reject(new Error('the controller is closed'))
    if (this.#endpoint !== undefined) return this.#endpoint
    const forget = (): void => {
      if (this.#endpoint === connecting) this.#endpoint = undefined
    }
    const connecting = connect(this.#address).then((face) => new Endpoint(face, { onClose: forget }))
    connecting.catch(forget)
    this.#endpoint = connecting
    return connecting
  }
}
