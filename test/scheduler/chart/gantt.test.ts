import fc from 'fast-check'
import t from 'tap'
import {
  ganttChart,
  heft,
  type Platform,
  type Schedule,
  schedule,
  transfersOf,
  type Workflow,
  waitsFor,
} from '../../../scheduler/index.ts'
import { instances } from '../arbitraries.ts'
import { processors, TOPCUOGLU } from '../golden.ts'
import { large } from './large.ts'
import { sizeOf, textFaults, textsIn, tipsIn } from './svg.ts'

const GOLDEN = schedule(heft, TOPCUOGLU, processors(3))

const draw = (workflow: Workflow, platform: Platform, plan: Schedule): Promise<string> =>
  ganttChart(workflow, platform, plan)

t.test('every execution, download and transfer is one bar that says what it is', async (t) => {
  await fc.assert(
    fc.asyncProperty(instances(), async ({ workflow, platform, options }) => {
      const plan = schedule(heft, workflow, platform, options)
      const tips = tipsIn(await ganttChart(workflow, platform, plan, options))
      const heads = (word: string) => tips.filter(([head = '']) => head.startsWith(word))
      t.same(
        heads('task ')
          .map(([head]) => head)
          .sort(),
        workflow.tasks.map(({ name }) => `task ${name}`).sort(),
      )
      t.equal(heads('download of ').length, plan.downloads.length)
      const transfers = transfersOf(workflow, platform, plan).length
      t.equal(heads('data of ').length + heads('input of ').length, transfers)
      t.equal(tips.length, workflow.tasks.length + plan.downloads.length + transfers)
    }),
    { numRuns: 25 },
  )
})

t.test('a bar tells type, vCPU, start, finish and what the task waits for', async (t) => {
  const tips = new Map(
    tipsIn(await draw(TOPCUOGLU, processors(3), GOLDEN)).map(([head = '', ...rest]) => [head, rest]),
  )
  t.same(tips.get('task 0'), ['type any, vCPU P2/0', '0 s to 9 s: 9 s'])
  t.same(tips.get('task 9'), ['type any, vCPU P1/0', '73 s to 80 s: 7 s', 'waits for data of 7'])
  const [wait] = waitsFor(TOPCUOGLU, processors(3), GOLDEN).filter(({ task }) => task === '9')
  t.equal(wait?.of, '7')
  t.same(tips.get('data of task 0 for task 3'), ['9 MB from P2 to P1', '9 s to 18 s: 9 s'])
})

t.test('bars stand where the schedule says, on a scale of time', async (t) => {
  const svg = await draw(TOPCUOGLU, processors(3), GOLDEN)
  const bars = new Map(
    [...svg.matchAll(/<path d="M([\d.]+) ([\d.]+)l([\d.]+) 0[^>]*><title>task (\d+)\n/g)].map(
      ([, x, y, width, task]) => [task, { x: Number(x), y: Number(y), width: Number(width) }],
    ),
  )
  t.equal(bars.size, 10)
  const { x: zero = 0, width = 0 } = bars.get('0') ?? {}
  const perSecond = width / 9
  for (const { task, start, finish } of GOLDEN.tasks) {
    const bar = bars.get(task)
    t.ok(Math.abs((bar?.x as number) - zero - start * perSecond) < 0.1, task)
    t.ok(Math.abs((bar?.width as number) - (finish - start) * perSecond) < 0.1, task)
  }
  t.equal(bars.get('2')?.y, bars.get('6')?.y, 'one row for what runs on one vCPU')
  t.not(bars.get('2')?.y, bars.get('1')?.y)
})

t.test('only vCPUs that are used have rows, and only hosts where something happens', async (t) => {
  const svg = await draw(TOPCUOGLU, processors(7), GOLDEN)
  const words = textsIn(svg).map(({ text }) => text)
  t.equal(words.filter((word) => word === 'vCPU 0').length, 3)
  t.same(
    words.filter((word) => /^P\d$/.test(word)),
    ['P0', 'P1', 'P2'],
  )
})

t.test('the legend has what is drawn, and not what is not', async (t) => {
  const golden = textsIn(await draw(TOPCUOGLU, processors(3), GOLDEN)).map(({ text }) => text)
  t.ok(golden.includes('transfer of data'))
  t.ok(golden.includes('execution of any'))
  t.notOk(golden.includes('download of an image'), 'there are no images')
  const { workflow, platform } = large(30, 3)
  const others = textsIn(await draw(workflow, platform, schedule(heft, workflow, platform)))
  const words = others.map(({ text }) => text)
  for (const word of ['download of an image', 'execution of F0', 'F1', 'F2']) t.ok(words.includes(word), word)
})

t.test('with more types than there are shades, executions have one colour', async (t) => {
  const { workflow, platform } = large(60, 12)
  const svg = await draw(workflow, platform, schedule(heft, workflow, platform))
  t.ok(textsIn(svg).some(({ text }) => text === 'execution of a task'))
  const fills = [...svg.matchAll(/fill="(#\w+)"[^>]*><title>task /g)].map(([, fill]) => fill)
  t.equal(fills.length, 60)
  t.equal(new Set(fills).size, 1)
})

t.test('the same schedule gives the same bytes, whatever was drawn before', async (t) => {
  const first = await draw(TOPCUOGLU, processors(3), GOLDEN)
  const { workflow, platform } = large(30, 3)
  await draw(workflow, platform, schedule(heft, workflow, platform))
  t.equal(await draw(TOPCUOGLU, processors(3), GOLDEN), first)
})

t.test('names from files are text and nothing else', async (t) => {
  const bad = `<script>alert("1")</script>&amp;'\u0007\ud800]]>`
  const { workflow, platform } = renamed(bad)
  const svg = await ganttChart(workflow, platform, schedule(heft, workflow, platform))
  await t.resolves(sizeOf(svg), 'a strict reader takes it')
  t.notMatch(svg, /<script/)
  const shown = bad.replace('\u0007\ud800', '\ufffd')
  t.match(/<title>([^<]*)<\/title>/.exec(svg)?.[1], /&#60;script&#62;/)
  t.ok(tipsIn(svg).some(([head]) => head === `task ${shown}`))
  t.ok(tipsIn(svg).some(([, second]) => second === `type ${shown}, vCPU ${shown}/0`))
})

t.test('it refers to nothing outside of itself', async (t) => {
  const svg = await draw(TOPCUOGLU, processors(3), GOLDEN)
  t.notMatch(
    svg.replace('xmlns="http://www.w3.org/2000/svg"', ''),
    /https?:|href|url\(|@import|<script|<style/,
  )
  t.match(svg, /^<svg role="img" [^>]*>\n<title>topcuoglu on processors, scheduled by heft<\/title>/)
})

t.test('a title and a width can be given', async (t) => {
  const svg = await ganttChart(TOPCUOGLU, processors(3), GOLDEN, { title: 'Figure 3', width: 700 })
  t.match(svg, /<title>Figure 3<\/title>/)
  t.equal((await sizeOf(svg)).width, 700)
  t.ok(textsIn(svg).some(({ text }) => text === 'Figure 3'))
})

t.test('an empty workflow is a chart without rows', async (t) => {
  const empty = { ...TOPCUOGLU, tasks: [], edges: [] }
  const svg = await draw(empty, processors(3), schedule(heft, empty, processors(3)))
  await t.resolves(sizeOf(svg))
  t.same(tipsIn(svg), [])
  t.ok(textsIn(svg).some(({ text }) => text.startsWith('0 tasks on 0 vCPUs')))
})

for (const tasks of [10, 500]) {
  t.test(`with ${tasks} tasks no text leaves the picture or runs into other text`, async (t) => {
    const { workflow, platform } = large(tasks, 8)
    const svg = await draw(workflow, platform, schedule(heft, workflow, platform))
    t.same(await textFaults(svg), [])
    t.ok(textsIn(svg).filter(({ text }) => text !== '').length > tasks / 2, 'many tasks have labels')
    t.equal(tipsIn(svg).filter(([head = '']) => head.startsWith('task ')).length, tasks)
  })
}

/** A workflow of one task, in which every name is the same. */
function renamed(name: string): { workflow: Workflow; platform: Platform } {
  const { workflow, platform } = large(1, 1)
  const [task, type, host] = [workflow.tasks[0], workflow.types[0], platform.hosts[0]]
  if (task === undefined || type === undefined || host === undefined) throw new Error('there is one of each')
  return {
    workflow: {
      name,
      types: [{ ...type, name, layers: [{ name, size: 10 }] }],
      tasks: [{ ...task, name, type: name, input: 0 }],
      edges: [],
    },
    platform: {
      name,
      networks: platform.networks,
      hosts: [{ ...host, name }, ...platform.hosts.slice(-1)],
      repository: 'store',
      fileServer: 'store',
    },
  }
}
