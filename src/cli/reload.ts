import { isatty } from 'node:tty'
import type { Logger } from 'pino'
import type { Node, NodeConfig } from '../router/index.ts'

const STDOUT = 1

/** SIGHUP: a running node reads its configuration again. */
export class Reloader {
  readonly #load: () => Promise<NodeConfig>
  readonly #log: Logger
  readonly #hadTerminal = isatty(STDOUT)
  #node: Node | undefined
  #isAsked = false
  #last: Promise<void> = Promise.resolve()

  /** @param load gives the configuration as it is now */
  constructor(load: () => Promise<NodeConfig>, log: Logger) {
    this.#load = load
    this.#log = log
  }

  /** @returns false where the signal means that the terminal, and with it whoever started the node, is gone */
  onHangUp(): boolean {
    if (this.#hadTerminal && !isatty(STDOUT)) return false
    this.#isAsked = true
    this.#reloadIfAsked()
    return true
  }

  /** The node has started; it reloads now if that was asked for meanwhile. */
  use(node: Node): void {
    this.#node = node
    this.#reloadIfAsked()
  }

  #reloadIfAsked(): void {
    const node = this.#node
    if (node === undefined || !this.#isAsked) return
    this.#isAsked = false
    this.#last = this.#last.then(() => this.#reload(node))
  }

  async #reload(node: Node): Promise<void> {
    try {
      await node.reload(await this.#load())
    } catch (error) {
      for (const line of (error as Error).message.split('\n')) this.#log.error(`not reloaded: ${line}`)
    }
  }
}
