import { Command } from 'commander'
import type { DownloadPolicy, Platform, Progress, Workflow } from '../../scheduler/index.ts'
import { EXIT_CODE_HELP } from './exit-code.ts'
import { type Gantt, ganttArgument, ganttOutput } from './gantt-option.ts'
import { examples, jsonOption } from './options.ts'
import { fileOutput } from './output.ts'
import { paintFor } from './paint.ts'
import { chooseScheduler, type Plan, plan, requireValid } from './planning.ts'
import { formatSchedule } from './schedule-text.ts'
import {
  policyOption,
  seedOption,
  simulateOption,
  timeLimitOption,
  topologyOption,
} from './scheduling-options.ts'
import { searchProgress } from './search-progress.ts'
import {
  type Failure,
  failOption,
  noiseOption,
  requireComplete,
  requireHosts,
  type Simulated,
  simulated,
} from './simulating.ts'
import { formatSimulation } from './simulation-text.ts'

const DEFAULT_SCHEDULER = 'sf-cuv'

interface Options {
  readonly topology: string
  readonly scheduler: string
  readonly policy: DownloadPolicy
  readonly timeLimit: number
  readonly seed?: number
  readonly simulate?: true
  readonly noise?: number
  readonly fail?: readonly Failure[]
  readonly gantt?: Gantt
  readonly output?: string
  readonly json?: true
}

export function scheduleCommand(): Command {
  return new Command('schedule')
    .summary('plan which task of a workflow runs where and when')
    .description(
      'Plans a workflow on a topology: which task runs on which vCPU, from when to when, and what it waits for there. ' +
        'Tells the measures of the plan, and draws it. Nothing is run; a simulation shows what would come of it.',
    )
    .argument('<workflow>', 'YAML, JSON of WfCommons, STG, or GraphViz')
    .addOption(topologyOption())
    .option('--scheduler <name>', 'what plans; ndn-sfc compare shows all there are', DEFAULT_SCHEDULER)
    .addOption(policyOption())
    .addOption(timeLimitOption())
    .addOption(seedOption('for schedulers that draw lots, and for noise'))
    .addOption(simulateOption())
    .addOption(noiseOption())
    .addOption(failOption())
    .option(
      '--gantt <file>',
      'draw a Gantt chart: FILE.svg, or FILE.html to zoom and point at; below it what is simulated',
      ganttArgument,
    )
    .option('-o, --output <file>', 'write the schedule to a file, as JSON')
    .addOption(jsonOption())
    .addHelpText('after', HELP)
    .action(schedule)
}

const HELP = `${examples(
  ['ndn-sfc schedule workflow.yaml --topology testbed.yaml', 'a table and measures'],
  ['ndn-sfc schedule workflow.yaml --topology testbed.yaml --scheduler heft --gantt plan.svg', 'HEFT, drawn'],
  [
    'ndn-sfc schedule workflow.yaml --topology testbed.yaml --noise 0.2 --fail host1@30 --gantt both.html',
    'what comes of the plan when times vary and host1 fails after 30 s, drawn below the plan',
  ],
  [
    'ndn-sfc schedule workflow.yaml --topology testbed.yaml --json | jq .measures.makespan',
    'the response time, in seconds',
  ],
)}

A simulation keeps the plan's vCPUs and order. Transfers share the links. What a failed host leaves is scheduled anew by the same
scheduler, or by HEFT where that is sf-seek or exact. If the workflow cannot be completed even so, the exit code is 1.

With --json: { workflow, platform, schedule, measures, ms, end, bound?, simulation? }; times in a schedule are in seconds.
simulation: { noise, seed, failures, reschedule, measures?, schedule, tasks, downloads, transfers, makespan, lost, rescheduled,
isComplete, unfinished, reason? }
${EXIT_CODE_HELP}

ctrl-C ends a search and shows the best that it has found.`

async function schedule(file: string, options: Options): Promise<void> {
  // Other commands need not wait until it is loaded.
  const library = await import('../../scheduler/index.ts')
  const scheduler = chooseScheduler(options.scheduler, library.SCHEDULERS)
  const [output, draw] = await Promise.all([
    outputFor(options.output),
    options.gantt && ganttOutput(options.gantt),
  ])
  const platform = await library.readPlatform(options.topology)
  requireHosts(options.fail ?? [], platform)
  const workflow = await library.readWorkflow(file)
  const { policy, seed, timeLimit } = options
  const progress = searchProgress(process.stderr, scheduler.title, timeLimit)
  const onProgress = (step: Progress, ms: number): void => progress.show(step, ms)
  const found: Plan = await plan(scheduler, workflow, platform, {
    policy,
    seed,
    timeLimit,
    onProgress,
  }).finally(() => progress.stop())
  requireValid(found.schedule, library.violations(workflow, platform, found.schedule, { policy }))
  const measures = library.measure(workflow, platform, found.schedule)
  const played = isSimulated(options) ? simulate(library, workflow, platform, found, options) : undefined
  await output?.write(Buffer.from(`${JSON.stringify(found.schedule, undefined, 2)}\n`), 'application/json')
  const actual = { actual: played?.simulation, actualLabel: 'simulated' }
  await draw?.({ workflow, platform, schedule: found.schedule, ...actual })
  if (options.json === true) {
    const { schedule, ms, end, bound } = found
    const simulation = played && simulationInJson(played)
    const about = { workflow: workflow.name, platform: platform.name }
    process.stdout.write(`${JSON.stringify({ ...about, schedule, measures, ms, end, bound, simulation })}\n`)
  } else {
    const waits = library.waitsFor(workflow, platform, found.schedule)
    const paint = paintFor(process.stdout)
    const { title } = scheduler
    const told = { workflow, platform, title, plan: found, measures, waits }
    process.stdout.write(formatSchedule(told, library.describeWait, paint))
    if (played !== undefined) {
      const planned = { schedule: found.schedule, measures, title }
      process.stdout.write(`\n${formatSimulation(played, planned, paint)}`)
    }
  }
  if (played !== undefined) requireComplete(played)
}

function isSimulated({ simulate, noise, fail }: Options): boolean {
  return simulate === true || noise !== undefined || fail !== undefined
}

function simulate(
  library: typeof import('../../scheduler/index.ts'),
  workflow: Workflow,
  platform: Platform,
  { schedule }: Plan,
  { scheduler, noise = 0, seed = 1, fail: failures = [] }: Options,
): Simulated {
  const reschedule = library.ALGORITHMS.find(({ name }) => name === scheduler) ?? library.heft
  return simulated(library, workflow, platform, schedule, { noise, seed, failures, reschedule })
}

function simulationInJson({ how, simulation, measures }: Simulated): object {
  return { ...how, reschedule: how.reschedule.name, measures, ...simulation }
}

async function outputFor(file: string | undefined) {
  return file === undefined ? undefined : fileOutput(file)
}
