import t from 'tap'
import { transfersOf } from '../../../scheduler/index.ts'
import { PLATFORM, SCHEDULE, WORKFLOW, withTask } from '../small.ts'

const INPUT = { from: undefined, to: 'a', data: 4, fromHost: 'files', toHost: 'h1', start: 0, finish: 2 }
const A = { from: 'a', to: 'c', data: 20, fromHost: 'h1', toHost: 'h2', start: 13, finish: 18 }
const B = { from: 'b', to: 'c', data: 4, fromHost: 'h1', toHost: 'h2', start: 8, finish: 9 }

t.test('data goes where hosts differ, as soon as it is there', async (t) => {
  t.strictSame(transfersOf(WORKFLOW, PLATFORM, SCHEDULE), [INPUT, A, B])
})

t.test('no data and no input are no transfer', async (t) => {
  const workflow = withTask('a', { input: 0 })
  const edges = workflow.edges.map((edge) => ({ ...edge, data: edge.from === 'b' ? 0 : edge.data }))
  t.strictSame(transfersOf({ ...workflow, edges }, PLATFORM, SCHEDULE), [A])
})

t.test('what a task left before the release is sent at the release', async (t) => {
  const starts = transfersOf(WORKFLOW, PLATFORM, { ...SCHEDULE, release: 10 }).map(({ start }) => start)
  t.strictSame(starts, [10, 13, 10])
})

t.test('a schedule of another workflow is refused', async (t) => {
  t.throws(() => transfersOf(WORKFLOW, PLATFORM, { ...SCHEDULE, tasks: [] }), { code: 'bad-model' })
})
