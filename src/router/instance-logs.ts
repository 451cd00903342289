import type { LogReport } from '../control/index.ts'
import { processPrefix } from './instance-words.ts'

/** Most lines, and most characters of these, that are kept of what one instance wrote. */
export const MAX_LOG_LINES = 1000
export const MAX_LOG_CHARACTERS = 256 * 1024

interface Lines {
  readonly id: string
  readonly lines: { readonly at: number; readonly text: string }[]
  characters: number
}

/** What instances wrote last, whichever of their processes it was. */
export class InstanceLogs {
  /** By what the names of an instance's processes begin with. */
  readonly #logs = new Map<string, Lines>()

  open(id: string): void {
    this.#logs.set(processPrefix(id), { id, lines: [], characters: 0 })
  }

  close(id: string): void {
    this.#logs.delete(processPrefix(id))
  }

  /**
   * A line that a process wrote.
   * @param process its name at the engine
   * @param at milliseconds since the epoch
   */
  add(process: string, text: string, at = Date.now()): void {
    const log = this.#logs.get(process.replace(/[0-9]+$/, ''))
    if (log === undefined) return
    log.lines.push({ at, text })
    log.characters += text.length
    while (log.lines.length > MAX_LOG_LINES || log.characters > MAX_LOG_CHARACTERS)
      log.characters -= log.lines.shift()?.text.length ?? 0
  }

  /** Undefined where there is no such instance. */
  get(id: string): LogReport | undefined {
    const log = this.#logs.get(processPrefix(id))
    return log && { instance: id, lines: [...log.lines] }
  }
}
