import fc from 'fast-check'
import t from 'tap'
import { ganttChart, heft, schedule, simulate, transfersOf } from '../../../scheduler/index.ts'
import { instances } from '../arbitraries.ts'
import { processors, TOPCUOGLU } from '../golden.ts'
import { large } from './large.ts'
import { textFaults, textsIn, tipsIn } from './svg.ts'

const PLATFORM = processors(3)
const GOLDEN = schedule(heft, TOPCUOGLU, PLATFORM)

/** The golden plan, and below it what came of it. */
const pair = (options: Parameters<typeof simulate>[3]): Promise<string> =>
  ganttChart(TOPCUOGLU, PLATFORM, GOLDEN, { actual: simulate(TOPCUOGLU, PLATFORM, GOLDEN, options) })

interface Bar {
  readonly x: number
  readonly y: number
  readonly width: number
}

/** Of each task, in the order of the drawing. */
function barsIn(svg: string): Map<string, Bar[]> {
  const bars = new Map<string, Bar[]>()
  const drawn = svg.matchAll(/<path d="M([\d.]+) ([\d.]+)l([\d.]+) 0[^>]*><title>task (\d+)\n/g)
  for (const [, x, y, width, task = ''] of drawn) {
    const bar = { x: Number(x), y: Number(y), width: Number(width) }
    bars.set(
      task,
      [...(bars.get(task) ?? []), bar].sort((a, b) => a.y - b.y),
    )
  }
  return bars
}

const headingIn = (svg: string, word: string) => textsIn(svg).find(({ text }) => text.startsWith(`${word}: `))

t.test('plan and outcome stand one above the other, each under its heading', async (t) => {
  const svg = await pair({})
  const planned = headingIn(svg, 'planned')
  const actual = headingIn(svg, 'actual')
  t.equal(planned?.text, 'planned: 10 tasks on 3 vCPUs of 3 hosts, response time 80 s')
  t.equal(actual?.text, 'actual: 10 tasks on 3 vCPUs of 3 hosts, response time 80 s')
  const bars = barsIn(svg)
  t.equal(bars.size, 10)
  for (const [task, [above, below, ...others]] of bars) {
    t.ok((planned?.y as number) < (above?.y as number) && (above?.y as number) < (actual?.y as number), task)
    t.ok((actual?.y as number) < (below?.y as number), task)
    t.same(others, [])
  }
})

t.test('they have one time axis', async (t) => {
  for (const [above, below] of barsIn(await pair({})).values())
    t.same(
      [below?.x, below?.width],
      [above?.x, above?.width],
      'what happened as planned stands below the plan',
    )
  const slow = simulate(TOPCUOGLU, PLATFORM, GOLDEN, { noise: 1, seed: 3 })
  const bars = barsIn(await ganttChart(TOPCUOGLU, PLATFORM, GOLDEN, { actual: slow }))
  const [first] = bars.get('0') as [Bar]
  // Task 0 is planned from 0 s to 9 s.
  for (const { task, start, finish } of slow.tasks) {
    const [, below] = bars.get(task) as [Bar, Bar]
    t.ok(Math.abs(below.x - first.x - (start * first.width) / 9) < 0.1, task)
    t.ok(Math.abs(below.width - ((finish - start) * first.width) / 9) < 0.1, task)
  }
})

t.test('every task, download and transfer of both is a bar', async (t) => {
  await fc.assert(
    fc.asyncProperty(instances(), fc.nat(9), async ({ workflow, platform }, seed) => {
      const plan = schedule(heft, workflow, platform)
      const actual = simulate(workflow, platform, plan, { contention: true, noise: 0.5, seed })
      const tips = tipsIn(await ganttChart(workflow, platform, plan, { actual }))
      const count = (word: string) => tips.filter(([head = '']) => head.startsWith(word)).length
      t.equal(count('task '), 2 * workflow.tasks.length)
      t.equal(count('download of '), plan.downloads.length + actual.downloads.length)
      const sent = actual.transfers.filter(({ cargo }) => cargo !== 'layer').length
      t.equal(count('data of ') + count('input of '), transfersOf(workflow, platform, plan).length + sent)
    }),
    { numRuns: 20 },
  )
})

t.test('a bar of the outcome tells what was planned instead of a wait', async (t) => {
  const tips = tipsIn(await pair({})).filter(([head]) => head === 'task 9')
  t.same(tips, [
    ['task 9', 'type any, vCPU P1/0', '73 s to 80 s: 7 s', 'waits for data of 7'],
    ['task 9', 'type any, vCPU P1/0', '73 s to 80 s: 7 s', 'planned: 73 s to 80 s'],
  ])
})

t.test('how much later it was done stands below the title', async (t) => {
  const words = async (options: object) => textsIn(await pair(options)).map(({ text }) => text)
  t.ok((await words({})).includes('done when it was planned'))
  const makespan = 95
  const late = await ganttChart(TOPCUOGLU, PLATFORM, GOLDEN, {
    actual: { schedule: { ...GOLDEN, makespan } },
  })
  t.ok(textsIn(late).some(({ text }) => text === 'done 15 s (18.75 %) later than planned'))
  const early = await ganttChart(
    TOPCUOGLU,
    PLATFORM,
    { ...GOLDEN, makespan },
    { actual: { schedule: GOLDEN } },
  )
  t.ok(textsIn(early).some(({ text }) => text === 'done 15 s (15.79 %) earlier than planned'))
})

t.test('what a failure took is drawn too, and tasks that came to no end are counted', async (t) => {
  // Until then P2 has done tasks 0 and 2, and P0 has the data of both but runs nothing.
  const svg = await pair({ failures: [{ host: 'P1', time: 30 }] })
  t.ok(textsIn(svg).some(({ text }) => text === 'lost in a failure'))
  const lost = tipsIn(svg).filter(([head = '']) => head.startsWith('lost: '))
  t.same(
    lost.find(([head]) => head === 'lost: task 5'),
    ['lost: task 5', 'vCPU P1/0', '26 s to 30 s: 4 s', 'broken off when its host failed, at 30 s'],
  )
  t.same(lost.find(([head]) => head === 'lost: task 3')?.at(-1), 'its output was lost with its host, at 30 s')
  t.match(headingIn(svg, 'actual')?.text, /^actual: \d of 10 tasks on .*, the last of them done after \d/)
  t.ok(textsIn(svg).some(({ text }) => /^\d tasks came to no end$/.test(text)))
})

t.test('transfers that are not known are not drawn, and the label is free', async (t) => {
  const svg = await ganttChart(TOPCUOGLU, PLATFORM, GOLDEN, {
    actual: { schedule: GOLDEN },
    actualLabel: 'run 7',
  })
  const planned = transfersOf(TOPCUOGLU, PLATFORM, GOLDEN).length
  t.equal(tipsIn(svg).filter(([head = '']) => head.startsWith('data of ')).length, planned)
  t.ok(headingIn(svg, 'run 7'))
})

t.test('the page has both', async (t) => {
  const actual = simulate(TOPCUOGLU, PLATFORM, GOLDEN)
  const html = await ganttChart(TOPCUOGLU, PLATFORM, GOLDEN, { actual, format: 'html' })
  const data = JSON.parse(/^const view = (.*)$/m.exec(html)?.[1] ?? '')
  t.match(data.headings, [{ text: /^planned: / }, { text: /^actual: / }])
  t.match(html, /view\.headings/, 'and draws them')
})

for (const tasks of [10, 300]) {
  t.test(`with ${tasks} tasks no text leaves the picture or runs into other text`, async (t) => {
    const { workflow, platform } = large(tasks, 8)
    const plan = schedule(heft, workflow, platform)
    const failures = [{ host: 'server-0', time: plan.makespan / 2 }]
    const actual = simulate(workflow, platform, plan, { contention: true, failures, reschedule: heft })
    t.ok(actual.isComplete)
    t.same(await textFaults(await ganttChart(workflow, platform, plan, { actual })), [])
  })
}

t.test('what ran at the same time on a vCPU stands side by side', async (t) => {
  // Every task of the plan begins a little before the one before it on its vCPU has ended.
  const tasks = GOLDEN.tasks.map((run) => ({ ...run, start: Math.max(0, run.start - 3) }))
  const svg = await ganttChart(TOPCUOGLU, PLATFORM, GOLDEN, { actual: { schedule: { ...GOLDEN, tasks } } })
  const bars = [...barsIn(svg).values()].map(([, below]) => below as Bar)
  const inOneLine = bars.flatMap((one, index) =>
    bars.slice(index + 1).flatMap((other) => (one.y === other.y ? [[one, other] as const] : [])),
  )
  t.ok(inOneLine.length > 0)
  for (const [one, other] of inOneLine)
    t.ok(one.x + one.width <= other.x + 1 || other.x + other.width <= one.x + 1)
})
