import { PassThrough } from 'node:stream'
import t, { type Test } from 'tap'
import { fetchProgress } from '../../src/cli/progress.ts'
import { startProgress } from '../../src/cli/start-progress.ts'

function makeStream(t: Test, isTTY: boolean): { stream: NodeJS.WriteStream; written: () => string } {
  const through = Object.assign(new PassThrough(), { isTTY, columns: 80, hasColors: () => false })
  t.teardown(() => through.destroy())
  return { stream: through as unknown as NodeJS.WriteStream, written: () => String(through.read() ?? '') }
}

t.test('a large result has a bar on a terminal, which is gone in the end', async (t) => {
  const { stream, written } = makeStream(t, true)
  const { onProgress, stop } = fetchProgress(stream)
  onProgress(8000, 1, undefined)
  t.equal(written(), '', 'how large it is is not known yet')
  onProgress(16_000, 2, 100)
  t.match(written(), /░ 2 % {2}16\.0 kB {2}2\/100 segments/)
  stop()
  t.ok(written().endsWith('\x1b[2K'))
})

t.test('a small result has none, and nothing has one that is no terminal', async (t) => {
  const terminal = makeStream(t, true)
  const small = fetchProgress(terminal.stream)
  small.onProgress(8000, 1, 3)
  small.stop()
  t.equal(terminal.written(), '')
  const pipe = makeStream(t, false)
  const large = fetchProgress(pipe.stream)
  large.onProgress(8000, 1, 100)
  large.stop()
  t.equal(pipe.written(), '')
})

t.test('each step of a start is a line where there is no terminal', async (t) => {
  const { stream, written } = makeStream(t, false)
  const { onProgress, stop } = startProgress(stream)
  onProgress({ function: '/functions/edges', step: 'building', ms: 1 })
  onProgress({ function: 'edges', step: 'ready', state: 'ready', ms: 1240 })
  onProgress({ function: 'gzip', step: 'it does not compile', state: 'failed', ms: 5 })
  stop()
  t.equal(written(), '  edges: building\n  ✓ edges: ready after 1.24 s\n  ✗ gzip: it does not compile\n')
})

t.test('a terminal keeps the lines of what is settled', async (t) => {
  const { stream, written } = makeStream(t, true)
  const { onProgress, stop } = startProgress(stream)
  onProgress({ function: 'edges', step: 'building', ms: 1 })
  onProgress({ function: 'edges', step: 'ready', state: 'ready', ms: 1240 })
  stop()
  t.equal(written(), '\r\x1b[2K  ✓ edges: ready after 1.24 s\n\r\x1b[2K')
})
