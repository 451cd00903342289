import fc from 'fast-check'
import t from 'tap'
import { heft, type Schedule, schedule, type Wait, waitsFor } from '../../../scheduler/index.ts'
import { instances } from '../arbitraries.ts'
import { PLATFORM, SCHEDULE, WORKFLOW, withRun } from '../small.ts'

function told(waits: readonly Wait[]): string[] {
  return waits.map(({ task, kind, of }) => [task, kind, of].filter((word) => word !== undefined).join(' '))
}

t.test('tasks wait for images and data, or for nothing', async (t) => {
  t.strictSame(told(waitsFor(WORKFLOW, PLATFORM, SCHEDULE)), [
    'a image F',
    'b image F',
    'c data a',
    'd image G',
    'e nothing',
  ])
})

t.test('a task waits for its input where that comes last', async (t) => {
  const deployed = {
    ...withRun('a', { start: 2, finish: 12 }),
    downloads: SCHEDULE.downloads.filter(({ type }) => type !== 'F'),
  }
  t.equal(told(waitsFor(WORKFLOW, PLATFORM, deployed))[0], 'a input')
})

t.test(
  'a task that follows on its vCPU waits for data where it could not have started earlier',
  async (t) => {
    const deployed = { ...withRun('d', { start: 13, finish: 14 }), downloads: SCHEDULE.downloads.slice(0, 2) }
    t.equal(told(waitsFor(WORKFLOW, PLATFORM, deployed))[3], 'd data a')
  },
)

t.test('a roundoff hides no reason', async (t) => {
  const rounded = withRun('d', { start: 13.5 + 1e-12, finish: 14.5 })
  t.equal(told(waitsFor(WORKFLOW, PLATFORM, rounded))[3], 'd image G')
})

t.test('independent tasks wait for their vCPU, or else for the cap of its core', async (t) => {
  const [h1] = PLATFORM.hosts
  const platform = {
    ...PLATFORM,
    hosts: h1 === undefined ? [] : [h1],
    repository: undefined,
    fileServer: undefined,
  }
  const names = ['v', 'w', 'x', 'y', 'z']
  const workflow = {
    name: 'independent',
    types: WORKFLOW.types,
    tasks: names.map((name) => ({
      name,
      type: 'H',
      work: 20,
      times: undefined,
      usage: name === 'w' ? 80 : 60,
      input: 0,
      demands: { architecture: undefined, labels: {} },
    })),
    edges: [],
  }
  const run = (task: string, vcpu: string, start: number) => ({
    task,
    type: 'H',
    vcpu,
    start,
    finish: start + 2,
  })
  // With w a core of 120 % takes none of the others. Another workflow has h1/1 from 6 to 7.
  const plan: Schedule = {
    ...SCHEDULE,
    tasks: [
      run('v', 'h1/0', 0),
      run('w', 'h1/1', 2),
      run('x', 'h1/0', 4),
      run('y', 'h1/1', 7),
      run('z', 'h1/0', 9),
    ],
    downloads: [],
    makespan: 11,
  }
  const occupation = {
    tasks: [{ vcpu: 'h1/1', start: 6, finish: 7, usage: 60 }],
    layers: [],
  }
  t.strictSame(told(waitsFor(workflow, platform, plan, { occupation })), [
    'v nothing',
    'w cap v',
    'x cap w',
    'y vcpu',
    'z cap y',
  ])
  const inRow = { ...plan, tasks: [...plan.tasks.slice(0, 4), run('z', 'h1/1', 9)] }
  t.strictSame(told(waitsFor(workflow, platform, inRow)).slice(3), ['y nothing', 'z vcpu y'])
})

t.test('where nothing is fetched, whatever HEFT starts after the release waits for something', async (t) => {
  let seen = 0
  fc.assert(
    fc.property(instances(), ({ workflow, platform, options }) => {
      const types = workflow.types.map((type) => ({ ...type, layers: [] }))
      const bare = { ...workflow, types }
      const plan = schedule(heft, bare, platform, options)
      return waitsFor(bare, platform, plan, options).every(({ kind }, number) => {
        if (kind !== 'nothing') return true
        seen++
        return Math.abs((plan.tasks[number]?.start ?? Number.NaN) - plan.release) < 1e-6
      })
    }),
    { numRuns: 200 },
  )
  t.ok(seen > 0)
})
