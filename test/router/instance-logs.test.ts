import t from 'tap'
import { InstanceLogs, MAX_LOG_CHARACTERS, MAX_LOG_LINES } from '../../src/router/instance-logs.ts'
import { processName } from '../../src/router/instance-words.ts'

t.test('lines of all processes of an instance are its', async (t) => {
  const logs = new InstanceLogs()
  for (const id of ['resize', 'resize-3', 'a'.repeat(64)]) logs.open(id)
  logs.add('resize-3', 'of the first', 1)
  logs.add('resize-3-1', 'of the other', 2)
  logs.add(processName('a'.repeat(64), 12), 'of the long one', 3)
  logs.add('nobody-1', 'of none', 4)
  t.same(logs.get('resize'), { instance: 'resize', lines: [{ at: 1, text: 'of the first' }] })
  t.same(logs.get('resize-3')?.lines, [{ at: 2, text: 'of the other' }])
  t.same(logs.get('a'.repeat(64))?.lines, [{ at: 3, text: 'of the long one' }])
  logs.close('resize')
  t.equal(logs.get('resize'), undefined)
})

t.test('so many are kept, the last', async (t) => {
  const logs = new InstanceLogs()
  logs.open('a')
  for (let i = 0; i < MAX_LOG_LINES + 5; i++) logs.add('a-1', String(i))
  t.equal(logs.get('a')?.lines.length, MAX_LOG_LINES)
  t.equal(logs.get('a')?.lines[0]?.text, '5')
  const long = 'x'.repeat(4096)
  for (let i = 0; i < 100; i++) logs.add('a-1', long)
  t.equal(logs.get('a')?.lines.length, MAX_LOG_CHARACTERS / long.length)
})
