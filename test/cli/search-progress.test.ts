import t from 'tap'
import { heft, schedule } from '../../scheduler/index.ts'
import { searchProgress } from '../../src/cli/search-progress.ts'
import { processors, TOPCUOGLU } from '../scheduler/golden.ts'

const FOUND = schedule(heft, TOPCUOGLU, processors(3))

function terminal(isTTY: boolean): { stream: NodeJS.WriteStream; written: string[] } {
  const written: string[] = []
  const stream = { isTTY, columns: 60, write: (text: string) => written.push(text) }
  return { stream: stream as unknown as NodeJS.WriteStream, written }
}

t.test('a search tells how good its best is, and how far it may be from the best there is', async (t) => {
  const { stream, written } = terminal(true)
  const progress = searchProgress(stream, 'Exact', 2000)
  progress.show({ schedule: () => FOUND, makespan: 80, bound: 64, evaluations: 12_345 }, 500)
  t.match(written[0], /Exact: 80\.000 s, at most 25\.0 % above the best, 12,345/)
  t.ok((written[0] as string).replace('\r\u001b[2K', '').length < 60, 'it stays on its line')
  progress.stop()
  t.equal(written.at(-1), '\r\u001b[2K')
})

t.test('it is not shown more often than anyone could read', async (t) => {
  const { stream, written } = terminal(true)
  const progress = searchProgress(stream, 'SF-SEEK', 1000)
  for (let ms = 0; ms < 200; ms++) progress.show({ schedule: () => FOUND, makespan: 80, evaluations: 7 }, ms)
  t.equal(written.length, 2)
  t.match(written[1], /SF-SEEK: 80\.000 s, 7 tried, 100 ms of 1\.00 s/)
})

t.test('what is no terminal is told nothing', async (t) => {
  const { stream, written } = terminal(false)
  const progress = searchProgress(stream, 'SF-SEEK', 1000)
  progress.say('two steps')
  progress.show({ schedule: () => FOUND, makespan: 80, evaluations: 1 }, 1)
  progress.stop()
  t.same(written, [])
})
