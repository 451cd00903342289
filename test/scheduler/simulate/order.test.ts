import t from 'tap'
import { simulate } from '../../../scheduler/index.ts'
import { host, planned, platform, task, workflow } from './instances.ts'

/** A core with two vCPUs that takes 120 % in all. */
const core = { sockets: [{ speed: 100, cores: 1, vcpusPerCore: 2, maximumUsage: 60 }] }
const place = platform([host('x', core), host('y')])

/** Task a has to wait for 10 s, b for nothing. */
function late(usage: number) {
  const tasks = [task('slow', { work: 1000 }), task('a', { usage: 60 }), task('b', { usage })]
  return workflow(tasks, [['slow', 'a', 0]])
}

const plan = planned([
  ['slow', 'y/0', 0],
  ['a', 'x/0', 10],
  ['b', 'x/1', 20],
])

const starts = (usage: number, eager: boolean): number[] =>
  simulate(late(usage), place, plan, { eager }).tasks.map(({ start }) => start)

t.test('a wait of the schedule that has no cause is kept', async (t) => {
  t.strictSame(starts(60, false), [0, 10, 20])
})

t.test('when waits are dropped no vCPU is idle while its next task has all it needs', async (t) => {
  t.strictSame(starts(60, true), [0, 10, 0])
})

t.test('a task does not go before an earlier one that it would hold up under the cap', async (t) => {
  t.strictSame(starts(70, true), [0, 10, 11])
})

t.test('an order that cannot be kept ends with what could not run and why', async (t) => {
  const two = workflow([task('a'), task('b')], [['a', 'b', 0]])
  const wrong = planned([
    ['a', 'y/0', 5],
    ['b', 'y/0', 1],
  ])
  const { isComplete, unfinished, reason } = simulate(two, place, wrong)
  t.notOk(isComplete)
  t.strictSame(unfinished, ['a', 'b'])
  t.match(reason, /before its predecessors/)
})

t.test('a schedule that does not fit the workflow or the platform is refused', async (t) => {
  const one = workflow([task('a')])
  const refuses = (places: Parameters<typeof planned>[0], message: RegExp) =>
    t.throws(() => simulate(one, place, planned(places)), { code: 'bad-model', message })
  refuses([], /leaves out task a/)
  refuses([['b', 'x/0', 0]], /task b, which is not in the workflow/)
  refuses([['a', 'z/0', 0]], /no vCPU z.0/)
  const twice = [
    ['a', 'x/0', 0],
    ['a', 'x/1', 0],
  ] as const
  refuses(twice, /task a twice/)
})
