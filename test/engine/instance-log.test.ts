import fc from 'fast-check'
import t from 'tap'
import { LAST_WORDS_BYTES } from '../../src/engine/index.ts'
import { InstanceLog, LOG_LINE_MAX } from '../../src/engine/instance-log.ts'

/** Writes text to stderr, cut into chunks at the given offsets. */
function write(text: string, cuts: number[]): { lines: string[]; lastWords: string } {
  const lines: string[] = []
  const log = new InstanceLog('id', (_id, line) => lines.push(line))
  const bytes = Buffer.from(text)
  const offsets = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b)
  let start = 0
  for (const end of [...offsets, bytes.length]) {
    log.writeStderr(bytes.subarray(start, end))
    start = end
  }
  log.end()
  return { lines, lastWords: log.lastWords }
}

const text = fc
  .array(fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('\n', 'ü', '\r\n', '語'.repeat(500))))
  .map((parts) => parts.join(''))
const cuts = fc.array(fc.nat(10_000), { maxLength: 20 })

t.test('lines do not depend on how they arrive', async () => {
  fc.assert(
    fc.property(text, cuts, (text, cuts) => {
      const { lines } = write(text, cuts)
      const expected = Buffer.from(text).toString().split('\n')
      if (expected.at(-1) === '') expected.pop()
      return (
        JSON.stringify(lines) ===
        JSON.stringify(expected.map((line) => line.slice(0, LOG_LINE_MAX).replace(/\r$/, '')))
      )
    }),
  )
})

t.test('last words are the end of what was written, in whole characters and within their bound', async () => {
  fc.assert(
    fc.property(text, cuts, (text, cuts) => {
      const written = Buffer.from(text).toString()
      const { lastWords } = write(text, cuts)
      return Buffer.byteLength(lastWords) <= LAST_WORDS_BYTES && written.trimEnd().endsWith(lastWords)
    }),
  )
})

t.test('a line without end costs no more memory than the longest line', async (t) => {
  const lines: string[] = []
  const log = new InstanceLog('id', (_id, line) => lines.push(line))
  for (let i = 0; i < 1000; i++) log.writeStdout(Buffer.alloc(65_536, 'x'))
  log.end()
  t.same(lines, ['x'.repeat(LOG_LINE_MAX)])
  t.equal(log.lastWords, '', 'stdout is not part of the last words')
})
