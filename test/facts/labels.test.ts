import t from 'tap'
import {
  changeLabels,
  checkLabelChanges,
  joinLabelChanges,
  LabelError,
  MAX_LABEL_KEY,
  MAX_LABEL_VALUE,
  MAX_LABELS,
  parseLabelChanges,
} from '../../src/facts/index.ts'

t.test('KEY=VALUE sets a label, KEY- removes one', async (t) => {
  const changes = parseLabelChanges(['camera=true', 'example.org/zone=a=b', 'old-', 'empty='])
  t.same(changes, { set: { camera: 'true', 'example.org/zone': 'a=b', empty: '' }, removed: ['old'] })
  t.same(changeLabels({ old: '1', kept: '2', camera: 'false' }, changes), {
    kept: '2',
    camera: 'true',
    'example.org/zone': 'a=b',
    empty: '',
  })
})

t.test('what is no label is told, with the reason', async (t) => {
  const cases: [words: string[], message: RegExp][] = [
    [['camera'], /'camera' is no label: write KEY=VALUE, or KEY- to remove one/],
    [['=x'], /'' cannot be a key/],
    [['-'], /'' cannot be a key/],
    [['a b=1'], /'a b' cannot be a key/],
    [['__proto__=1'], /cannot be a key/],
    [[`${'k'.repeat(MAX_LABEL_KEY + 1)}=1`], /a key has at most 63 characters, and 'k{40}…' has 64/],
    [[`k=${'v'.repeat(MAX_LABEL_VALUE + 1)}`], /a value has at most 255 characters, and that of k has 256/],
    [['k=\x1b[31m'], /the value of k holds a control character/],
    [['a=1', 'a-'], /a cannot be set and removed at once/],
  ]
  for (const [words, message] of cases)
    t.throws(() => parseLabelChanges(words), { code: 'bad-label', message })
})

t.test('a node has so many labels, and none that is not there can be removed', async (t) => {
  const full = Object.fromEntries(Array.from({ length: MAX_LABELS }, (_, i) => [`k${i}`, '']))
  t.throws(() => checkLabelChanges({ set: { more: '' }, removed: [] }, full), /at most 64 labels, not 65/)
  t.doesNotThrow(() => checkLabelChanges({ set: { more: '' }, removed: ['k0'] }, full))
  t.throws(() => checkLabelChanges({ set: {}, removed: ['none'] }, full), LabelError)
})

t.test('changes after changes are as one', async (t) => {
  const base = { a: '1', b: '2' }
  const first = { set: { c: '3', a: '9' }, removed: ['b'] }
  const then = { set: { b: '4' }, removed: ['c', 'a'] }
  t.same(changeLabels(base, joinLabelChanges(first, then)), changeLabels(changeLabels(base, first), then))
})
