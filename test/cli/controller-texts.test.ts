import t from 'tap'
import { formatNodes } from '../../src/cli/controlled-nodes.ts'
import { deployProgress } from '../../src/cli/deploy-progress.ts'
import { formatDeployment, formatDeployments, formatPhases } from '../../src/cli/deployment-text.ts'
import { CliError, ExitCode, exitCodeOf, messageOf } from '../../src/cli/exit-code.ts'
import { ganttTextFor } from '../../src/cli/gantt-text.ts'
import { formatInstanceStats, formatInstances, formatLog } from '../../src/cli/instance-text.ts'
import { formatCpus, formatPlan } from '../../src/cli/plan-text.ts'
import { formatRoutes } from '../../src/cli/routes.ts'
import { formatRun, formatTaskDone } from '../../src/cli/run-text.ts'
import { ControllerError } from '../../src/controller/index.ts'
import type { NodeFacts } from '../../src/facts/index.ts'
import { DEPLOY_EVENTS } from '../api/fixture.ts'
import { DEPLOYMENT, INSTANCE, LOST_NODE, NODE, NOW, PLAN, ROUTE, RUN } from '../api/views.ts'

const draw = await ganttTextFor({ columns: 46 })

t.test('a plan is told with its tasks, cold and warm, and its instances', async (t) => {
  t.equal(
    formatPlan(PLAN, draw),
    `photos: planned by sf-cuv in 12 ms

photo-summary: response time 3.0000 s, and 2.5000 s with every image there (warm)
task   function  node   vCPU  start (s)  finish (s)       warm (s)
split  split     edge      0     0.5000      1.5000  0.0000–1.0000
merge  merge     cloud     1     2.0000      3.0000  1.5000–2.5000

cloud/1                           [merge     ]
edge/0         [split      ]
         0               1.5 s             3 s

warm
cloud/1                        [merge        ]
edge/0   [split        ]
         0               1.25 s          2.5 s

instance of  version  node   CPUs  idle after  to move
split        1.0.0    edge   0         30.0 s  12.1 MB
merge        2.0.0    cloud  any                   0 B

2 instances on 2 nodes, 12.1 MB to move
`,
  )
  t.match(formatPlan({ ...PLAN, parts: [], instances: [] }, draw), /\n\nNo instance is needed\.\n$/)
})

t.test('a chart is as wide as the terminal, and no wider than one can read', async (t) => {
  const widthAt = async (columns: number | undefined) => {
    const [line = ''] = (await ganttTextFor({ columns } as NodeJS.WriteStream))(
      [{ task: 'a', vcpu: 'b', start: 0, finish: 1 }],
      1,
    ).split('\n')
    return line.length
  }
  t.equal(await widthAt(60), 60)
  t.equal(await widthAt(undefined), 80)
  t.equal(await widthAt(300), 120)
})

t.test('CPUs are written as the system writes them', async (t) => {
  t.equal(formatCpus([]), 'any')
  t.equal(formatCpus([2]), '2')
  t.equal(formatCpus([8, 0, 1, 2, 5, 9]), '0-2,5,8-9')
})

t.test('deployments are listed, and one is told of with what each phase took', async (t) => {
  const [head, row] = formatDeployments([DEPLOYMENT], NOW).split('\n')
  t.match(head, /^deployment +revision +state +for +scheduler +instances +what runs$/)
  t.match(row, /^photos +3 +ready +1 min +sf-cuv +1 +photo-summary, resize\/camera$/)
  t.equal(formatDeployments([], NOW), 'Nothing is deployed.\n')
  t.equal(
    formatDeployment({ ...DEPLOYMENT, state: 'degraded', cause: 'no \u001b[31mnode' }, NOW),
    `photos
state      degraded, deployed 1 min ago
cause      no \\x1b[31mnode
revision   3, before it 2, 1
scheduler  sf-cuv
functions  resize 1.0.0 sha256:0123456789ab
chains     resize/camera
workflows  photo-summary
instances  resize-1

phase    time    moved
plan    12 ms
pull   1.20 s  12.1 MB
total  2.50 s

pull to ready: the time of the slowest instance; a node brings up two at a time.
`,
  )
  t.equal(formatPhases({ total: { ms: 12 } }), 'phase   time  moved\ntotal  12 ms\n')
})

t.test('instances are listed, with what is wrong below, and how busy they are', async (t) => {
  const failed = {
    ...INSTANCE,
    id: 'merge-1',
    state: 'pulling',
    hold: 'stop',
    cause: 'no \u001b[31mimage',
    progress: { bytes: 6_000_000, total: 12_100_000 },
  } as const
  const lines = formatInstances([INSTANCE, failed], NOW).split('\n')
  t.match(lines[1], /^merge-1 +edge +0-1,3 +resize 1\.0\.0 +pulling, told to stop, 6\.00 MB of 12\.1 MB /)
  t.match(lines[2], /^resize-1 +edge +0-1,3 +resize 1\.0\.0 +ready +2 min 5 s +serving +2 +photos$/)
  t.equal(lines[4], 'merge-1: no \\x1b[31mimage')
  t.match(
    formatInstanceStats([INSTANCE], NOW),
    /\nresize-1 +edge +ready +44\.8 MB +12 ms +3 +4\.00 s ago +2\n$/,
  )
  t.equal(formatInstances([], NOW), 'There are no instances.\n')
  t.equal(
    formatLog({ instance: 'a', lines: [{ at: NOW, text: 'it \u001b[31mworks' }] }),
    '2027-01-15T08:00:00.000Z it \\x1b[31mworks\n',
  )
})

t.test('nodes are listed with the speed that plans count on, also those that nobody reaches', async (t) => {
  const { facts } = NODE as { facts: NodeFacts }
  const half = { ...NODE, facts: { ...facts, cpu: { ...facts.cpu, share: 0.5 } } }
  t.equal(
    formatNodes([half, LOST_NODE]),
    `node   state        vCPUs  MIPS  free memory  arch   instances  address
cloud  unreachable                                              tcp://192.0.2.2:6363
edge   active           2   900      1.00 GB  arm64          2  tcp://192.0.2.1:6363

cloud: no answer for 10 s
cloud: assignment 8 is not there
`,
  )
})

t.test('routes of all nodes have the node, and the plan that they come from', async (t) => {
  t.equal(
    formatRoutes([{ ...ROUTE, node: 'z' }, ROUTE]),
    `node  prefix  from        cost  face  flags  ends in  plan             leads to
edge  resize  controller     0   260                  photos/sf-cuv/3  fd://3
z     resize  controller     0   260                  photos/sf-cuv/3  fd://3
`,
  )
  const { node: _, ...route } = ROUTE
  t.match(formatRoutes([route]), /^prefix +from +cost +face +flags +ends in +plan +leads to\n/)
})

t.test('a run is told with what was planned and what was', async (t) => {
  t.equal(
    formatRun(RUN, draw),
    `photo-summary: 2.8000 s, planned 2.5000 s (photos/sf-cuv/3); 1 task ran on another node than planned

task   function    planned (s)  on          actual (s)  on       result
split  split     0.0000–1.0000  edge/0   0.1000–1.2000  edge/0  1.24 MB
merge  merge     1.5000–2.5000  cloud/1  1.5000–2.6000  edge/1  1.24 MB

planned
cloud/1                      [merge      ]
edge/0   [split      ]
         0               1.4 s           2.8 s

actual
edge/0   [split        ]
edge/1                      [merge        ]
        0                1.4 s           2.8 s
`,
  )
  t.match(formatRun({ ...RUN, tasks: RUN.tasks.slice(1) }, draw), /\nsplit .* cached/)
  t.match(
    RUN.tasks.map((task) => formatTaskDone(task)),
    ['✓ split: 1.10 s on edge/0, 1.24 MB', '✓ merge: 1.10 s on edge/1, 1.24 MB'],
  )
})

function terminal(isTTY: boolean): { stream: NodeJS.WriteStream; written: string[] } {
  const written: string[] = []
  const stream = { isTTY, columns: 40, hasColors: () => false, write: (text: string) => written.push(text) }
  return { stream: stream as unknown as NodeJS.WriteStream, written }
}

t.test('a deployment is followed: a line for each change and, on a terminal, what moves', async (t) => {
  const plain = terminal(false)
  const progress = deployProgress(plain.stream)
  const passing = ['preparing', 'starting'] as const
  for (const state of passing)
    progress.onEvent({ type: 'instance', instance: { ...INSTANCE, state, phases: {} } })
  for (const event of DEPLOY_EVENTS) progress.onEvent(event)
  progress.onEvent({ type: 'done', deployment: DEPLOYMENT })
  progress.stop()
  t.same(plain.written, [
    '  revision 3: 2 instances, planned by sf-cuv in 12 ms\n',
    '  resize-1 on edge: pulling: 12.1 MB to move\n',
    '  ✓ resize-1 on edge: ready: pull 1.20 s and 12.1 MB, create 400 ms\n',
    '  route: 12 ms\n',
  ])
  const shown = terminal(true)
  const bar = deployProgress(shown.stream)
  for (const event of DEPLOY_EVENTS) bar.onEvent(event)
  t.ok(
    shown.written.includes(`\r\u001b[2K${'  0 of 2 ready; pulling 6.00 MB of 12.1 MB'.slice(0, 39)}`),
    'no longer than a line',
  )
  t.ok(shown.written.includes('\r\u001b[2K  1 of 2 ready'))
  bar.stop()
  t.equal(shown.written.at(-1), '\r\u001b[2K')
})

t.test('errors of a controller have their exit codes, and all problems in the message', async (t) => {
  const codes = {
    'bad-file': ExitCode.Usage,
    'bad-request': ExitCode.Usage,
    'not-found': ExitCode.NoRoute,
    'cannot-place': ExitCode.Refused,
    conflict: ExitCode.Refused,
    unreachable: ExitCode.Unreachable,
    failed: ExitCode.FunctionFailed,
    'too-many': ExitCode.Timeout,
  } as const
  for (const [code, exitCode] of Object.entries(codes))
    t.equal(exitCodeOf(new ControllerError(code as keyof typeof codes, 'no')), exitCode)
  const error = new ControllerError('bad-file', 'it has faults; a.yaml:1: x', {
    problems: ['a.yaml:1: x', 'a.yaml:2: y'],
  })
  t.equal(messageOf(error), 'it has faults; a.yaml:1: x\n  a.yaml:2: y', 'none is said twice')
  const nowhere = new ControllerError('cannot-place', 'no node takes a:\n  edge: it is full', {
    problems: ['a: edge: it is full'],
  })
  t.equal(messageOf(nowhere), 'no node takes a:\n  edge: it is full')
  t.equal(messageOf(new CliError(ExitCode.Other, 'no')), 'no')
})
