import fc from 'fast-check'
import t from 'tap'
import { formatDuration, formatSize, parseDuration, parseSize } from '../../src/function/units.ts'

t.test('durations have a unit', async (t) => {
  const durations = {
    '500ms': 500,
    '10s': 10_000,
    '1.5m': 90_000,
    '2min': 120_000,
    '1 h': 3_600_000,
    '1d': 86_400_000,
  }
  for (const [text, milliseconds] of Object.entries(durations))
    t.equal(parseDuration(text), milliseconds, text)
  t.equal(parseDuration('1.1s'), 1100, 'no error of floating point')
})

t.test('sizes have a unit, decimal or binary', async (t) => {
  const sizes = {
    '256MiB': 268_435_456,
    '1GB': 1e9,
    '64KiB': 65_536,
    '1.5kB': 1500,
    '7B': 7,
    '1GiB': 2 ** 30,
  }
  for (const [text, bytes] of Object.entries(sizes)) t.equal(parseSize(text), bytes, text)
})

t.test('a plain number counts milliseconds or bytes', async (t) => {
  t.equal(parseDuration(250), 250)
  t.equal(parseSize(0), 0)
})

t.test('what is no duration or size is undefined', async (t) => {
  for (const text of [
    '',
    '10',
    's',
    '-1s',
    '1,5s',
    '1e3s',
    '10S',
    '10 parsecs',
    '1.5ms',
    '0x10s',
    1.5,
    -1,
    Number.NaN,
  ]) {
    t.equal(parseDuration(text), undefined, String(text))
  }
  for (const text of ['256', '256mb', '256Mib', '1.5B', '999999999999999GiB', 'toString', 2 ** 60]) {
    t.equal(parseSize(text), undefined, String(text))
  }
})

t.test('what is written is read back', async () => {
  fc.assert(fc.property(fc.nat({ max: 2 ** 40 }), (value) => parseDuration(formatDuration(value)) === value))
  fc.assert(fc.property(fc.nat({ max: 2 ** 40 }), (value) => parseSize(formatSize(value)) === value))
})

t.test('the largest unit that divides is written', async (t) => {
  t.equal(formatDuration(60_000), '1m')
  t.equal(formatDuration(1500), '1500ms')
  t.equal(formatDuration(0), '0ms')
  t.equal(formatSize(256 * 2 ** 20), '256MiB')
  t.equal(formatSize(1000), '1000B')
})
