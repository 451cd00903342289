import t from 'tap'
import { cleanText, fitText, formatFigure, textWidth } from '../../../scheduler/chart/text.ts'

t.test('text that is too long is cut at its end', async (t) => {
  const name = 'a-host-with-a-long-name'
  t.equal(fitText(name, 12, textWidth(name, 12)), name)
  const cut = fitText(name, 12, 80)
  t.match(cut, /^a-host.*…$/)
  t.ok(textWidth(cut, 12) <= 80)
  t.equal(fitText('名前名前名前', 12, 40), '名前…')
})

t.test(
  'control characters, line ends and half characters become a sign that something was there',
  async (t) => {
    t.equal(cleanText('a\n\u0000b\u2028c\ud83dd😀'), 'a\ufffdb\ufffdc\ufffdd😀')
  },
)

t.test('figures have four digits, and no zeros for nothing', async (t) => {
  t.same([0, 12, 0.0123456, 12.34567, 9999, 12345.6].map(formatFigure), [
    '0',
    '12',
    '0.01235',
    '12.35',
    '9999',
    '12,346',
  ])
})
