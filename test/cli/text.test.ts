import fc from 'fast-check'
import t from 'tap'
import {
  formatBytes,
  formatCount,
  formatList,
  formatTime,
  isPrintable,
  nearest,
  printable,
} from '../../src/cli/text.ts'

t.test('a time has two or three digits and the unit that fits', async (t) => {
  const expected: [number, string][] = [
    [0, '0.00 ms'],
    [0.424, '0.42 ms'],
    [1.04, '1.0 ms'],
    [9.999, '10 ms'],
    [85.4, '85 ms'],
    [999.4, '999 ms'],
    [999.6, '1.00 s'],
    [1240, '1.24 s'],
    [12_340, '12.3 s'],
    [60_000, '1 min'],
    [125_000, '2 min 5 s'],
    [3_599_999, '1 h'],
    [3_725_000, '1 h 2 min'],
    [90_000_000, '1 d 1 h'],
  ]
  for (const [ms, text] of expected) t.equal(formatTime(ms), text)
})

t.test('a size has three digits and a decimal unit', async (t) => {
  const expected: [number, string][] = [
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.00 kB'],
    [41_234, '41.2 kB'],
    [999_499, '999 kB'],
    [999_500, '1.00 MB'],
    [5_242_880, '5.24 MB'],
    [2e15, '2000 TB'],
  ]
  for (const [bytes, text] of expected) t.equal(formatBytes(bytes), text)
})

t.test('counts and lists read as in a sentence', async (t) => {
  t.equal(formatCount(1, 'file'), '1 file')
  t.equal(formatCount(12_000, 'prefix', 'prefixes'), '12,000 prefixes')
  t.equal(formatList([]), '')
  t.equal(formatList(['a']), 'a')
  t.equal(formatList(['a', 'b', 'c'], 'or'), 'a, b or c')
})

t.test('text from the network cannot give orders to a terminal', async (t) => {
  t.equal(printable('a\x1b[2Jb\u009b1mc\rd\te\nf'), 'a\\x1b[2Jb\\x9b1mc\\x0dd\te\nf')
  t.notOk(isPrintable('a\x1b[2J'))
  t.ok(isPrintable('zwölf\r\n\tpounds'))
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => isPrintable(printable(text))))
})

t.test('a mistyped word finds what was meant, the nearest first', async (t) => {
  const offered = ['detect-faces', 'extract-faces', 'resize', 'edges']
  t.strictSame(nearest('detct-faces', offered), ['detect-faces'])
  t.strictSame(nearest('sha252', ['sha512', 'sha256', 'gzip']), ['sha256', 'sha512'])
  t.strictSame(nearest('resise', offered), ['resize'])
  t.strictSame(nearest('edge', offered), ['edges'])
  t.strictSame(nearest('gzip', offered), [])
})
