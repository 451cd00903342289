import { basename } from 'node:path'
import type { NodeProgress } from '../router/index.ts'
import { paintFor } from './paint.ts'
import { formatTime } from './text.ts'

const SPINNER = '⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏'
const FRAME_MS = 100
const CLEAR_LINE = '\r\x1b[2K'

export interface StartProgress {
  onProgress(event: NodeProgress): void
  stop(): void
}

/** Shows how a node starts: a line for each function as it settles and, on a terminal, what is going on now. */
export function startProgress(stream: NodeJS.WriteStream): StartProgress {
  const paint = paintFor(stream)
  let now = ''
  let frame = 0
  const draw = (): void => {
    if (now === '') return
    const line = `  ${SPINNER[frame++ % SPINNER.length]} ${now}`
    stream.write(`${CLEAR_LINE}${line.slice(0, (stream.columns ?? 80) - 1)}`)
  }
  const timer = stream.isTTY ? setInterval(draw, FRAME_MS) : undefined
  return {
    onProgress: ({ function: source, step, state, ms }) => {
      // Before its manifest is read a function is known by its path.
      const name = basename(source)
      const line =
        state === undefined
          ? `${name}: ${step}`
          : state === 'ready'
            ? `${paint('green', '✓')} ${name}: ready after ${formatTime(ms)}`
            : `${paint('red', '✗')} ${name}: ${step}`
      if (timer === undefined) stream.write(`  ${line}\n`)
      else if (state === undefined) now = line
      else stream.write(`${CLEAR_LINE}  ${line}\n`)
    },
    stop: () => {
      clearInterval(timer)
      if (timer !== undefined) stream.write(CLEAR_LINE)
    },
  }
}
