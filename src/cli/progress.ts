import { SingleBar } from 'cli-progress'
import type { FetchOptions } from '../endpoint/index.ts'
import { formatBytes } from './text.ts'

/** A result of fewer segments is there before a bar could be read. */
const MIN_SEGMENTS = 16

export interface FetchProgress {
  readonly onProgress: NonNullable<FetchOptions['onProgress']>
  stop(): void
}

/** A bar for a large result, on a terminal only. */
export function fetchProgress(stream: NodeJS.WriteStream): FetchProgress {
  if (!stream.isTTY) return { onProgress: () => {}, stop: () => {} }
  const bar = new SingleBar({
    stream,
    format: '{bar} {percentage} %  {size}  {value}/{total} segments',
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 30,
    hideCursor: true,
    clearOnComplete: true,
    // Signals are for the command to take care of.
    gracefulExit: false,
  })
  return {
    onProgress: (bytes, segments, total) => {
      if (total === undefined || total < MIN_SEGMENTS) return
      const size = formatBytes(bytes)
      if (bar.isActive) bar.update(segments, { size })
      else bar.start(total, segments, { size })
    },
    stop: () => bar.stop(),
  }
}
