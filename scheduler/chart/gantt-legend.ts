import { DOWNLOAD_COLOUR, executionColours, LOST_COLOUR, MAX_SHADES, TRANSFER_COLOUR } from './colours.ts'
import type { Event, Row } from './gantt-rows.ts'
import { cleanText, fitText, textWidth } from './text.ts'

/** Of its text, in pixels. */
const SIZE = 12
const SWATCH = 51
const TEXT_WIDTH = 180

/** Downloads and transfers, then the types, then what was lost; those that there are. */
export class Legend {
  readonly entries: { readonly text: string; readonly colour: string }[] = []
  readonly #numbers = new Map<string, number>()

  constructor(types: readonly string[], rows: readonly Row[]) {
    const kinds = new Set(rows.flatMap(({ bars }) => bars.map(({ kind }) => kind)))
    if (kinds.has('download')) this.#add('download', 'download of an image', DOWNLOAD_COLOUR)
    if (kinds.has('transfer')) this.#add('transfer', 'transfer of data', TRANSFER_COLOUR)
    this.#addTypes(types)
    if (kinds.has('lost')) this.#add('lost', 'lost in a failure', LOST_COLOUR)
  }

  #addTypes(types: readonly string[]): void {
    const colours = executionColours(types.length)
    if (types.length > MAX_SHADES) {
      this.#add('execution', 'execution of a task', colours[0] as string)
      for (const type of types) this.#numbers.set(`of ${type}`, this.entries.length - 1)
      return
    }
    for (const [index, type] of types.entries()) {
      const name = fitText(cleanText(type), SIZE, TEXT_WIDTH)
      this.#add(`of ${type}`, index === 0 ? `execution of ${name}` : name, colours[index] as string)
    }
  }

  numberOf(event: Event): number {
    return this.#numbers.get(event.kind === 'execution' ? `of ${event.of.type}` : event.kind) as number
  }

  /** Lines that it takes. */
  lines(width: number): number {
    let lines = 1
    let at = 0
    for (const { text } of this.entries) {
      const own = SWATCH + textWidth(text, SIZE)
      if (at > 0 && at + own > width) {
        lines++
        at = 0
      }
      at += own
    }
    return lines
  }

  #add(key: string, text: string, colour: string): void {
    this.#numbers.set(key, this.entries.length)
    this.entries.push({ text, colour })
  }
}
