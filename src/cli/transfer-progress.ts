import { SingleBar } from 'cli-progress'
import type { TransferProgress } from '../repository/index.ts'
import { formatBytes } from './text.ts'

/** A blob of fewer bytes is there before a bar could be read. */
const MIN_BYTES = 1_000_000

/** Steps, a line each, and on a terminal a bar for each large blob while it moves. */
export function transferProgress(stream: NodeJS.WriteStream): Required<TransferProgress> & { stop(): void } {
  const bar = new SingleBar({
    stream,
    format: '  {bar} {percentage} %  {moved} of {size}',
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 30,
    hideCursor: true,
    clearOnComplete: true,
    // Signals are for the command to take care of.
    gracefulExit: false,
  })
  return {
    step: (step) => {
      bar.stop()
      stream.write(`  ${step} …\n`)
    },
    bytes: (_digest, bytes, total) => {
      if (!stream.isTTY || total < MIN_BYTES) return
      const shown = { moved: formatBytes(bytes), size: formatBytes(total) }
      if (bytes === 0 || !bar.isActive) bar.start(total, bytes, shown)
      else bar.update(bytes, shown)
      if (bytes >= total) bar.stop()
    },
    stop: () => bar.stop(),
  }
}
