import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import t from 'tap'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))

t.test("the code in the scheduler's README runs, and its plan breaks no rule", async (t) => {
  const readme = await readFile(`${ROOT}/scheduler/README.md`, 'utf8')
  const code = /```ts\n(.*?)```/s.exec(readme)?.[1] as string
  const run = promisify(execFile)
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', code], { cwd: ROOT })
  const [measures, broken] = stdout.trim().split('\n') as [string, string]
  const [makespan, sharing] = measures.split(' ').map(Number) as [number, number]
  t.ok(makespan > 0 && sharing >= 1, stdout)
  t.equal(broken, '0')
})

t.test('each folder of scheduler is in its README', async (t) => {
  const readme = await readFile(`${ROOT}/scheduler/README.md`, 'utf8')
  const door = await readFile(`${ROOT}/scheduler/index.ts`, 'utf8')
  const rooms = [...door.matchAll(/'\.\/([a-z]+)\/index\.ts'/g)].map(([, room]) => room as string)
  t.ok(rooms.length > 8)
  for (const room of rooms) t.match(readme, `| [${room}](${room}) |`)
})
