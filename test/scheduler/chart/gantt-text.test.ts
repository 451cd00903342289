import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { ganttText } from '../../../scheduler/index.ts'

const task = (name: string, vcpu: string, start: number, finish: number) => ({
  ...{ task: name, vcpu, start, finish },
})

t.test('a line for each vCPU, tasks as long as they take, and the axis', async (t) => {
  const tasks = [
    task('split', 'b/0', 0, 1),
    task('left', 'b/0', 1, 3),
    task('right', 'a/10', 1.5, 3.5),
    task('x', 'a/2', 3.5, 3.6),
    task('merge', 'b/0', 3.6, 4),
  ]
  t.equal(
    `\n${ganttText(tasks, { columns: 46 })}`,
    `
a/2                                      |
a/10                 [right             ]
b/0   [split   ][left              ]      [me]
      0                  2 s               4 s
`,
  )
})

t.test('tasks that overlap on a vCPU have lines of their own', async (t) => {
  const tasks = [task('one', 'a/0', 0, 2), task('two', 'a/0', 1, 4), task('three', 'a/0', 2, 4)]
  t.equal(
    `\n${ganttText(tasks, { columns: 25 })}`,
    `
a/0  [one     ][three   ]
          [two          ]
     0        2 s     4 s
`,
  )
})

t.test('tasks that overlap by rounding alone are in one line', async (t) => {
  const tasks = [task('one', 'a/0', 0, 0.1 + 0.2), task('two', 'a/0', 0.3, 0.6)]
  t.match(ganttText(tasks, { columns: 25 }), /^a\/0 {2}\[one +\]\[two +\]\n {5}0/)
})

t.test('however narrow the terminal, there is something to see', async (t) => {
  t.match(ganttText([task('one', 'host/0', 0, 2)], { columns: 10 }), /^host\/0 {2}\[one {15}\]$/m)
})

t.test('the axis may go on, so that two charts have one', async (t) => {
  const [line] = ganttText([task('one', 'a/0', 0, 2)], { columns: 25, end: 4 }).split('\n')
  t.equal(line, 'a/0  [one     ]')
})

t.test('of nothing there is nothing to see, and what takes no time is there', async (t) => {
  t.equal(ganttText([], { columns: 40 }), '')
  t.match(ganttText([task('one', 'a/0', 0, 0)], { columns: 40 }), /^a\/0 {2}\|\n/)
  t.match(ganttText([task('one', 'a/0', 0, 4), task('two', 'b/0', 4, 4)], { columns: 40 }), /^b\/0 +\|$/m)
})

t.test('no line is too long, and each task is where it runs, from when it starts', async () => {
  const time = fc.integer({ min: 0, max: 1000 })
  const tasks = fc.array(
    fc
      .tuple(fc.constantFrom('a/0', 'a/1', 'host/12'), time, time)
      .map(([vcpu, start, length]) => task('t', vcpu, start, start + length)),
    { minLength: 1, maxLength: 12 },
  )
  fc.assert(
    fc.property(tasks, fc.integer({ min: 40, max: 200 }), (all, columns) => {
      const lines = ganttText(all, { columns }).trimEnd().split('\n')
      const labelWidth = Math.max(...all.map(({ vcpu }) => vcpu.length))
      const width = columns - labelWidth - 2
      const end = Math.max(...all.map(({ finish }) => finish))
      assert.ok(lines.every((line) => line.length <= columns))
      assert.equal(lines.length - 1, lines.slice(0, -1).filter((line) => line.trim() !== '').length)
      let vcpu = ''
      const rows = lines.slice(0, -1).map((line) => {
        vcpu = line.slice(0, labelWidth).trim() || vcpu
        return { vcpu, bars: line.slice(labelWidth + 2) }
      })
      for (const one of all.filter(({ start, finish }) => ((finish - start) / end) * width > 3)) {
        const own = rows.filter((row) => row.vcpu === one.vcpu)
        const middle = Math.round(((one.start + one.finish) / 2 / end) * width)
        assert.ok(
          own.some(
            ({ bars }) => /[[\]t ]/.test(bars[middle] ?? '') && bars.slice(0, middle + 1).includes('['),
          ),
          `${JSON.stringify(one)}\n${lines.join('\n')}`,
        )
      }
    }),
  )
})
