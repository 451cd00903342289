import t from 'tap'
import {
  check,
  InvalidScheduleError,
  type Platform,
  type Schedule,
  type ScheduleOptions,
  type ViolationKind,
  violations,
  type Workflow,
} from '../../../scheduler/index.ts'
import { andDownload, PLATFORM, SCHEDULE, WORKFLOW, withDownload, withRun, withTask } from '../small.ts'

interface Case {
  readonly workflow?: Workflow
  readonly platform?: Platform
  readonly schedule?: Schedule
  readonly options?: ScheduleOptions
}

function found({ workflow = WORKFLOW, platform = PLATFORM, schedule = SCHEDULE, options = {} }: Case) {
  return violations(workflow, platform, schedule, options)
}

/** What a case breaks, as `kind of what by how much`. */
function told(broken: Case): string[] {
  return found(broken).map(({ kind, task, vcpu, node, layer, by }) => {
    const what = layer !== undefined && task === undefined ? `${layer} on ${node}` : (task ?? vcpu ?? 'all')
    const amount = by === undefined ? '' : ` by ${Number(by.toFixed(6))}`
    return `${kind} of ${what}${task !== undefined && layer !== undefined ? `'s ${layer}` : ''}${amount}`
  })
}

const [h1, h2] = PLATFORM.hosts as [Platform['hosts'][number], Platform['hosts'][number]]
const others = PLATFORM.hosts.slice(2)

function onH1(start: number, usage: number): ScheduleOptions {
  return { occupation: { tasks: [{ vcpu: 'h1/1', start, finish: start + 1, usage }], layers: [] } }
}

function known(finish: number): ScheduleOptions {
  return { occupation: { tasks: [], layers: [{ node: 'h1', layer: 'g', finish }] } }
}

const BROKEN: readonly (readonly [name: string, broken: Case, ...told: string[]])[] = [
  [
    'a task that is missing',
    { schedule: { ...SCHEDULE, tasks: SCHEDULE.tasks.slice(0, 4) } },
    'missing-task of e',
  ],
  [
    'a task that is there twice',
    { schedule: { ...SCHEDULE, tasks: [...SCHEDULE.tasks, ...SCHEDULE.tasks.slice(4)] } },
    'doubled-task of e',
  ],
  [
    'a task that the workflow has not',
    { workflow: { ...WORKFLOW, tasks: WORKFLOW.tasks.slice(0, 4) } },
    'unknown-task of e',
  ],
  ['a vCPU that is not there', { schedule: withRun('e', { vcpu: 'h2/2' }) }, 'unknown-vcpu of e'],
  ['a task of another type', { schedule: withRun('e', { type: 'G' }) }, 'wrong-type of e'],
  ['a task that runs too long', { schedule: withRun('e', { finish: 1.5 }) }, 'wrong-duration of e by 0.5'],
  ['a task that runs too short', { schedule: withRun('e', { start: 0.75 }) }, 'wrong-duration of e by 0.75'],
  ['a start that is no number', { schedule: withRun('e', { start: Number.NaN }) }, 'not-finite of e'],
  [
    'a finish that never comes',
    { schedule: withRun('e', { finish: Number.POSITIVE_INFINITY }) },
    'not-finite of e',
  ],
  [
    'a download that ends at no number',
    { schedule: andDownload('h2/vm1', 'g', 'G', 0, Number.NaN) },
    'not-finite of g on h2/vm1',
  ],
  [
    'a start before the release',
    { schedule: withRun('e', { start: -0.5, finish: 0.5 }) },
    'before-release of e by 0.5',
  ],
  [
    'a fixed task at another time',
    { options: { fixed: [{ task: 'e', vcpu: 'h2/1', start: -1, finish: 0 }] } },
    'fixed-task-moved of e by 1',
  ],
  [
    'a fixed task elsewhere',
    { options: { fixed: [{ task: 'e', vcpu: 'h2/0', start: 0, finish: 1 }] } },
    'fixed-task-moved of e by 0',
  ],
  [
    "a start before a predecessor's data",
    { schedule: { ...withRun('c', { start: 17.5, finish: 27.5 }), makespan: 27.5 } },
    'precedence of c by 0.5',
  ],
  ['a start before the input', { workflow: withTask('a', { input: 8 }) }, 'input of a by 1'],
  ['input from nowhere', { platform: { ...PLATFORM, fileServer: undefined } }, 'input of a'],
  [
    'two tasks at once on a vCPU',
    { schedule: withRun('e', { vcpu: 'h2/0', start: 20, finish: 21 }) },
    'overlap of e by 1',
  ],
  ['a task that runs as one of another workflow does', { options: onH1(7.5, 0) }, 'overlap of b by 0.5'],
  ['a core above its cap', { workflow: withTask('b', { usage: 61 }) }, 'cap of b by 0.5'],
  ['a core above its cap by what others do', { options: onH1(9, 70) }, 'cap of h1/1 by 5'],
  [
    'a host of an architecture that the task does not want',
    { workflow: withTask('a', { demands: { architecture: 'arm64', labels: {} } }) },
    'constraint of a',
  ],
  [
    'a host of an architecture that there is no image for',
    {
      workflow: {
        ...WORKFLOW,
        types: WORKFLOW.types.map((type) =>
          type.name === 'H' ? { ...type, architectures: ['amd64'] } : type,
        ),
      },
    },
    'constraint of e',
  ],
  [
    'a host whose label is another',
    { workflow: withTask('a', { demands: { architecture: undefined, labels: { zone: 'core' } } }) },
    'constraint of a',
  ],
  [
    'a host without the label',
    { workflow: withTask('a', { demands: { architecture: undefined, labels: { gpu: 'yes' } } }) },
    'constraint of a',
  ],
  [
    'a start before the image',
    { schedule: withDownload(1, { start: 1.5, finish: 3.5 }) },
    "image of a's f by 0.5",
    "image of b's f by 0.5",
  ],
  [
    'an image that never comes whole',
    { schedule: { ...SCHEDULE, downloads: SCHEDULE.downloads.slice(0, 4) } },
    "image of c's g",
  ],
  [
    'a download to a host whose machines hold the images',
    { schedule: andDownload('h2', 'g', 'G', 13, 20) },
    'unknown-download of g on h2',
  ],
  [
    'a download of no layer',
    { schedule: andDownload('h1', 'x', 'G', 13, 20) },
    'unknown-download of x on h1',
  ],
  [
    'a download for no type',
    { schedule: andDownload('h1', 'g', 'X', 13, 20) },
    'unknown-download of g on h1',
  ],
  [
    "a download of another type's layer",
    { schedule: withDownload(2, { type: 'F' }) },
    'unknown-download of g on h1',
    "image of d's g",
  ],
  [
    'a download that is too fast',
    { schedule: withDownload(4, { finish: 16 }) },
    'short-download of g on h2/vm0 by 0.75',
  ],
  [
    'a download of what the node holds',
    { platform: { ...PLATFORM, hosts: [{ ...h1, layers: ['g'] }, h2, ...others] } },
    'doubled-download of g on h1',
  ],
  ['a second download', { schedule: andDownload('h1', 'f', 'F', 5, 7) }, 'doubled-download of f on h1'],
  [
    'a download of what is there for another workflow',
    { options: known(13.25) },
    'doubled-download of g on h1 by 0.25',
  ],
  [
    'two layers of one type at once',
    { schedule: withDownload(4, { start: 15 }) },
    'overlapping-downloads of g on h2/vm0 by 0.5',
  ],
  [
    'a download before the task is ready',
    { schedule: withDownload(2, { start: 12, finish: 12.5 }) },
    'early-download of g on h1 by 1',
  ],
  [
    'a download ahead of the release',
    { schedule: { ...withDownload(0, { start: -1, finish: 0 }), policy: 'ahead' } },
    'early-download of base on h1 by 1',
  ],
  [
    'a download that nothing needs',
    { schedule: andDownload('h2/vm1', 'g', 'G', 0, 2) },
    'needless-download of g on h2/vm1',
  ],
  [
    'downloads from nowhere',
    { platform: { ...PLATFORM, repository: undefined } },
    'no-repository of base on h1',
    'no-repository of f on h1',
    'no-repository of g on h1',
    'no-repository of base on h2/vm0',
    'no-repository of g on h2/vm0',
  ],
  ['a makespan that is not so', { schedule: { ...SCHEDULE, makespan: 27 } }, 'wrong-makespan of all by 1'],
  [
    'a makespan that is no number',
    { schedule: { ...SCHEDULE, makespan: Number.NaN } },
    'wrong-makespan of all by NaN',
  ],
  ['another release than was asked for', { options: { release: 1 } }, 'wrong-terms of all by 1'],
  ['another policy than was asked for', { options: { policy: 'ahead' } }, 'wrong-terms of all'],
]

t.test('a correct schedule breaks no rule', async (t) => {
  t.strictSame(found({}), [])
  t.strictSame(told({ schedule: { ...SCHEDULE, policy: 'ahead' } }), [])
})

for (const [name, broken, ...expected] of BROKEN) {
  t.test(`it finds ${name}, and only that`, async (t) => t.strictSame(told(broken), expected))
}

t.test('every kind is broken in some case', async (t) => {
  const kinds: Record<ViolationKind, true> = {
    'missing-task': true,
    'doubled-task': true,
    'unknown-task': true,
    'unknown-vcpu': true,
    'wrong-type': true,
    'wrong-duration': true,
    'not-finite': true,
    'before-release': true,
    'fixed-task-moved': true,
    precedence: true,
    input: true,
    overlap: true,
    cap: true,
    constraint: true,
    image: true,
    'unknown-download': true,
    'short-download': true,
    'doubled-download': true,
    'overlapping-downloads': true,
    'early-download': true,
    'needless-download': true,
    'no-repository': true,
    'wrong-makespan': true,
    'wrong-terms': true,
  }
  const broken = new Set(BROKEN.flatMap(([, one]) => found(one).map(({ kind }) => kind)))
  t.strictSame(
    Object.keys(kinds).filter((kind) => !broken.has(kind as ViolationKind)),
    [],
  )
})

t.test('roundings break no rule', async (t) => {
  t.strictSame(told({ schedule: withRun('d', { start: 13.5 - 1e-12, finish: 14.5 }) }), [])
  t.strictSame(told({ options: onH1(8 - 1e-12, 60) }), [])
})

t.test('what is to come later for another workflow may be fetched before', async (t) => {
  t.strictSame(told({ options: known(14) }), [])
})

t.test('what is fixed is not judged by itself, but by what comes after it', async (t) => {
  const fixed = [{ task: 'a', vcpu: 'h2/0', start: -5, finish: 13 }]
  const schedule = withRun('a', { vcpu: 'h2/0', start: -5 })
  // From h2, 20 MB to h1 are there at 18, and d starts at 13.5.
  t.strictSame(told({ schedule, options: { fixed } }), ['precedence of d by 4.5'])
})

t.test('two tasks of others may overlap, and use a core up', async (t) => {
  const tasks = [0, 1].map(() => ({ vcpu: 'h1/1', start: 20, finish: 30, usage: 100 }))
  t.strictSame(told({ options: { occupation: { tasks, layers: [] } } }), [])
})

t.test('check throws an error with all of it, and a message with the first ten', async (t) => {
  t.doesNotThrow(() => check(WORKFLOW, PLATFORM, SCHEDULE))
  const tasks = Array.from({ length: 12 }, (_, number) => ({
    task: `x${number}`,
    type: 'H',
    vcpu: 'h1/0',
    start: 0,
    finish: 1,
  }))
  const schedule = { ...SCHEDULE, tasks: [...SCHEDULE.tasks, ...tasks] }
  try {
    check(WORKFLOW, PLATFORM, schedule)
    t.fail('it throws')
  } catch (error) {
    if (!(error instanceof InvalidScheduleError)) throw error
    t.equal(error.code, 'invalid-schedule')
    t.equal(error.violations.length, 12)
    const lines = error.message.split('\n')
    t.equal(lines[0], 'the schedule of hand breaks 12 rules:')
    t.equal(lines[1], '  unknown-task: the workflow has no task x0')
    t.equal(lines.length, 12)
    t.equal(lines.at(-1), '  and 2 more')
  }
})
