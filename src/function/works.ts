import type { KeptTrace, Trace } from './trace.ts'

/** Most pieces of work that an instance remembers to have done; the oldest are forgotten. */
export const MAX_WORKS_KEPT = 256

/** Most octets of JSON that tell of works: they go into one Data, beside its name and signature. */
export const MAX_WORKS_BYTES = 7 * 1024

/** Most octets of the names of all inputs of one piece of work. One with more is told without its inputs. */
export const MAX_INPUT_NAMES_BYTES = 2048

/** A piece of work that gave a result. */
export interface DoneWork extends Omit<Trace, 'by'> {
  /** Counted from 1 since the process of the instance began. */
  readonly number: number
}

/** What an instance has done, as it tells it. */
export interface DoneWorks {
  /** Oldest first, as many as go into one answer: those after them are told to who asks again, until there are none. */
  readonly works: readonly DoneWork[]
  /** Number of the newest of all. It is lower than what was asked for where the process is not the one that was asked before. */
  readonly last: number
}

/** The pieces of work that an instance did last. */
export class WorkMemory {
  readonly #kept: { readonly number: number; readonly trace: KeptTrace }[] = []
  #last = 0

  add(trace: KeptTrace): void {
    const kept = trace.inputNameBytes > MAX_INPUT_NAMES_BYTES ? trace.withoutInputs() : trace
    this.#kept.push({ number: ++this.#last, trace: kept })
    if (this.#kept.length > MAX_WORKS_KEPT) this.#kept.shift()
  }

  /** {@link DoneWorks} with a higher number, as JSON. One whose names are too long even for an answer of its own is left out. */
  since(number: number): string {
    const head = '{"works":['
    const tail = `],"last":${this.#last}}`
    const works: string[] = []
    let left = MAX_WORKS_BYTES - head.length - tail.length
    for (const kept of this.#kept) {
      if (kept.number <= number) continue
      const work = JSON.stringify({ ...kept.trace.toJSON(), by: undefined, number: kept.number })
      const bytes = Buffer.byteLength(work) + 1
      if (bytes > left && works.length > 0) break
      if (bytes > left) continue
      works.push(work)
      left -= bytes
    }
    return head + works.join(',') + tail
  }
}
