import type { Progress } from '../../scheduler/index.ts'
import { formatRatio, secondsUpTo } from './schedule-text.ts'
import { formatNumber, formatTime } from './text.ts'

const CLEAR_LINE = '\r\x1b[2K'

/** Between two pictures of it, in milliseconds. */
const FRAME_MS = 100

export interface SearchProgress {
  /** @param ms since the search began */
  show(progress: Progress, ms: number): void
  /** What is going on, where there is no search to tell more. */
  say(text: string): void
  stop(): void
}

/** How a search goes, on one line of a terminal. @param timeLimit in milliseconds */
export function searchProgress(stream: NodeJS.WriteStream, title: string, timeLimit: number): SearchProgress {
  if (!stream.isTTY) return { show: () => {}, say: () => {}, stop: () => {} }
  let shown = Number.NEGATIVE_INFINITY
  const write = (text: string): void => {
    stream.write(`${CLEAR_LINE}${text.slice(0, (stream.columns ?? 80) - 1)}`)
  }
  return {
    show: ({ makespan, bound, evaluations }, ms) => {
      if (ms - shown < FRAME_MS) return
      shown = ms
      const seconds = secondsUpTo(makespan)
      const gap =
        bound === undefined || bound <= 0
          ? ''
          : `, at most ${formatRatio((100 * (makespan - bound)) / bound)} % above the best`
      write(
        `${title}: ${seconds(makespan)} s${gap}, ${formatNumber(evaluations)} tried, ${formatTime(ms)} of ${formatTime(timeLimit)}; ctrl-C for what there is`,
      )
    },
    say: write,
    stop: () => {
      stream.write(CLEAR_LINE)
    },
  }
}
