import { Command, InvalidArgumentError } from 'commander'
import type { DownloadPolicy, Progress } from '../../scheduler/index.ts'
import { EXIT_CODE_HELP } from './exit-code.ts'
import { examples, jsonOption } from './options.ts'
import { fileOutput } from './output.ts'
import { paintFor } from './paint.ts'
import { chooseScheduler, type Plan, plan, requireValid } from './planning.ts'
import { formatSchedule } from './schedule-text.ts'
import { policyOption, seedOption, timeLimitOption, topologyOption } from './scheduling-options.ts'
import { searchProgress } from './search-progress.ts'

const DEFAULT_SCHEDULER = 'sf-cuv'

interface Options {
  readonly topology: string
  readonly scheduler: string
  readonly policy: DownloadPolicy
  readonly timeLimit: number
  readonly seed?: number
  readonly gantt?: Gantt
  readonly output?: string
  readonly json?: true
}

interface Gantt {
  readonly file: string
  readonly format: 'svg' | 'html'
}

export function scheduleCommand(): Command {
  return new Command('schedule')
    .summary('plan which task of a workflow runs where and when')
    .description(
      'Plans a workflow on a topology: which task runs on which vCPU, from when to when, and what it waits for there. ' +
        'Tells the measures of the plan, and draws it. Nothing is run.',
    )
    .argument('<workflow>', 'YAML, JSON of WfCommons, STG, or GraphViz')
    .addOption(topologyOption())
    .option('--scheduler <name>', 'what plans; ndn-sfc compare shows all there are', DEFAULT_SCHEDULER)
    .addOption(policyOption())
    .addOption(timeLimitOption())
    .addOption(seedOption())
    .option(
      '--gantt <file>',
      'draw a Gantt chart: FILE.svg, or FILE.html to zoom and point at',
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
    'ndn-sfc schedule workflow.yaml --topology testbed.yaml --json | jq .measures.makespan',
    'the response time, in seconds',
  ],
)}

With --json: { workflow, platform, schedule, measures, ms, end, bound? }; times in a schedule are in seconds
${EXIT_CODE_HELP}

ctrl-C ends a search and shows the best that it has found.`

async function schedule(file: string, options: Options): Promise<void> {
  // Other commands need not wait until it is loaded.
  const library = await import('../../scheduler/index.ts')
  const scheduler = chooseScheduler(options.scheduler, library.SCHEDULERS)
  const [output, gantt] = await Promise.all([outputFor(options.output), outputFor(options.gantt?.file)])
  const platform = await library.readPlatform(options.topology)
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
  await output?.write(Buffer.from(`${JSON.stringify(found.schedule, undefined, 2)}\n`), 'application/json')
  if (options.gantt !== undefined) {
    const { format } = options.gantt
    const chart = await library.ganttChart(workflow, platform, found.schedule, { format })
    await gantt?.write(Buffer.from(chart), format === 'svg' ? 'image/svg+xml' : 'text/html')
  }
  if (options.json === true) {
    const { ms, end, bound } = found
    const told = {
      workflow: workflow.name,
      platform: platform.name,
      schedule: found.schedule,
      measures,
      ms,
      end,
      bound,
    }
    process.stdout.write(`${JSON.stringify(told)}\n`)
    return
  }
  const waits = library.waitsFor(workflow, platform, found.schedule)
  const { title } = scheduler
  process.stdout.write(
    formatSchedule(
      { workflow, platform, title, plan: found, measures, waits },
      library.describeWait,
      paintFor(process.stdout),
    ),
  )
}

async function outputFor(file: string | undefined) {
  return file === undefined ? undefined : fileOutput(file)
}

function ganttArgument(file: string): Gantt {
  const format = /\.(svg|html)$/i.exec(file)?.[1]?.toLowerCase()
  if (format === undefined) throw new InvalidArgumentError('name a file that ends in .svg or .html.')
  return { file, format: format as Gantt['format'] }
}
