import { styleText } from 'node:util'
import t from 'tap'
import { formatPairs, formatTable } from '../../src/cli/table.ts'

interface Row {
  name: string
  count: number
}

t.test('columns are aligned, and lines have no blanks at their ends', async (t) => {
  const rows: Row[] = [
    { name: 'a', count: 1 },
    { name: 'longer', count: 1000 },
    { name: '', count: 20 },
  ]
  const table = formatTable<Row>(
    [
      { head: 'count', align: 'right', cell: ({ count }) => String(count) },
      { head: 'name', cell: ({ name }) => name },
    ],
    rows,
  )
  t.equal(table, 'count  name\n    1  a\n 1000  longer\n   20\n')
})

t.test('colours and wide characters do not count as width', async (t) => {
  const red = styleText('red', '→', { validateStream: false })
  const columns = [
    { head: 'x', cell: (text: string) => text },
    { head: 'y', cell: () => '|' },
  ]
  t.equal(formatTable(columns, [red, 'ab']), `x   y\n${red}   |\nab  |\n`)
})

t.test('pairs stand one under the other', async (t) => {
  t.equal(
    formatPairs([
      ['node', 'lab'],
      ['functions', '2'],
    ]),
    'node       lab\nfunctions  2\n',
  )
})
