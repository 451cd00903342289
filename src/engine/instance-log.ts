import { StringDecoder } from 'node:string_decoder'
import { LAST_WORDS_BYTES } from './engine.ts'

/** Longest line of an instance's log that is passed on, in characters; the rest of a longer one is dropped. */
export const LOG_LINE_MAX = 4096

/** Is told each line that an instance writes. */
export type LogListener = (id: string, line: string) => void

/** What an instance writes: passed on line by line, and the end of it kept for an error message. */
export class InstanceLog {
  readonly #id: string
  readonly #listener: LogListener | undefined
  readonly #stdout = new LineCutter((line) => this.#listener?.(this.#id, line))
  readonly #stderr = new LineCutter((line) => this.#listener?.(this.#id, line))
  #tail = Buffer.alloc(0)
  #isCut = false

  constructor(id: string, listener?: LogListener) {
    this.#id = id
    this.#listener = listener
  }

  writeStdout(chunk: Buffer): void {
    this.#stdout.write(chunk)
  }

  writeStderr(chunk: Buffer): void {
    this.#stderr.write(chunk)
    const whole = Buffer.concat([this.#tail, chunk])
    this.#isCut ||= whole.length > LAST_WORDS_BYTES
    // A copy, as a view would keep the whole chunk in memory.
    this.#tail = Buffer.from(whole.subarray(-LAST_WORDS_BYTES))
  }

  /** Passes on a last line that has no end. */
  end(): void {
    this.#stdout.end()
    this.#stderr.end()
  }

  /** The last lines written to stderr, at most {@link LAST_WORDS_BYTES} of UTF-8. */
  get lastWords(): string {
    return wholeLines(this.#tail, this.#isCut).toString('utf8').trimEnd()
  }
}

/** Leaves out a first line, or a first character, of which only the end is there. */
function wholeLines(tail: Buffer, isCut: boolean): Buffer {
  if (!isCut) return tail
  const lineEnd = tail.indexOf(0x0a)
  if (lineEnd >= 0 && lineEnd < tail.length - 1) return tail.subarray(lineEnd + 1)
  let start = 0
  while (start < 4 && ((tail[start] ?? 0) & 0xc0) === 0x80) start++
  return tail.subarray(start)
}

class LineCutter {
  readonly #pass: (line: string) => void
  readonly #decoder = new StringDecoder('utf8')
  #line = ''

  constructor(pass: (line: string) => void) {
    this.#pass = pass
  }

  write(chunk: Buffer): void {
    const [first = '', ...others] = this.#decoder.write(chunk).split('\n')
    this.#append(first)
    for (const part of others) {
      this.#flush()
      this.#append(part)
    }
  }

  end(): void {
    this.#append(this.#decoder.end())
    if (this.#line !== '') this.#flush()
  }

  #append(part: string): void {
    this.#line += part.slice(0, LOG_LINE_MAX - this.#line.length)
  }

  #flush(): void {
    this.#pass(this.#line.endsWith('\r') ? this.#line.slice(0, -1) : this.#line)
    this.#line = ''
  }
}
