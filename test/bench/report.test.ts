import t from 'tap'
import { atLeast, below, noLessThan, noMoreThan } from '../../bench/aims.ts'
import { median, quantile } from '../../bench/figures.ts'
import { formatFigures, toRow } from '../../bench/report.ts'

const figures = [
  { case: 'latency', impl: 'ours', unit: 'ms', samples: [3, 1, 2] },
  { case: 'latency', impl: 'http', unit: 'ms', samples: [1.5] },
]

t.test('the median is the middle value, or the mean of the two in the middle', async (t) => {
  t.equal(median([9, 1, 5]), 5)
  t.equal(median([4, 1, 2, 3]), 2.5)
  t.equal(median([7]), 7)
  t.throws(() => median([]), RangeError)
})

t.test('a quantile lies between its two neighbours, as far as its share says', async (t) => {
  t.equal(quantile([10, 0], 0.25), 2.5)
  t.equal(quantile([1, 2, 3], 0), 1)
  t.equal(quantile([1, 2, 3], 1), 3)
})

t.test('a row is the median of what was measured', async (t) => {
  t.strictSame(toRow('chains', { case: 'latency', impl: 'ours', unit: 'ms', samples: [1.23456, 9, 0] }), {
    bench: 'chains',
    case: 'latency',
    impl: 'ours',
    value: 1.235,
    unit: 'ms',
  })
})

t.test('the table has medians, spread and aims under each other', async (t) => {
  const aims = [below('latency', 'ours', 3), noMoreThan('latency', 'ours', 'http')]
  t.equal(
    formatFigures(figures, aims),
    `${[
      'case     impl  median  unit    min–max  aim',
      'latency  ours    2.00  ms    1.00–3.00  < 3: yes, ≤ http (1.50): no',
      'latency  http    1.50  ms',
    ].join('\n')}\n`,
  )
})

t.test('an aim says whether it is reached', async (t) => {
  t.equal(atLeast('latency', 'ours', 2).judge(figures), '≥ 2: yes')
  t.equal(atLeast('latency', 'ours', 2.1).judge(figures), '≥ 2.1: no')
  t.equal(noLessThan('latency', 'ours', 'http').judge(figures), '≥ http (1.50): yes')
  t.equal(noLessThan('latency', 'ours', 'nobody').judge(figures), '')
})
