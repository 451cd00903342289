import { Command } from 'commander'
import type { DownloadPolicy, Platform, Scheduler, Workflow } from '../../scheduler/index.ts'
import { type Compared, formatComparison } from './compare-text.ts'
import { CliError, EXIT_CODE_HELP, type ExitCode, exitCodeOf, messageOf } from './exit-code.ts'
import { examples, jsonOption } from './options.ts'
import { paintFor } from './paint.ts'
import { chooseScheduler, type Plan, plan, requireValid } from './planning.ts'
import {
  policyOption,
  seedOption,
  simulateOption,
  timeLimitOption,
  topologyOption,
} from './scheduling-options.ts'
import { searchProgress } from './search-progress.ts'
import { printable } from './text.ts'

interface Options {
  readonly topology: string
  readonly schedulers?: readonly string[]
  readonly policy: DownloadPolicy
  readonly timeLimit: number
  readonly seed?: number
  readonly simulate?: true
  readonly json?: true
}

export function compareCommand(): Command {
  return new Command('compare')
    .summary('plan a workflow with every scheduler, and compare')
    .description(
      'Plans each workflow with every scheduler and shows the measures of their plans in a table, the best of each ' +
        'column in bold, or with a * where nothing can be bold. Nothing is run.',
    )
    .argument('<workflow...>', 'YAML, JSON of WfCommons, STG, or GraphViz')
    .addOption(topologyOption())
    .option('--schedulers <names>', 'only these, e.g. sf-cuv,heft', (text) => text.split(','))
    .addOption(policyOption())
    .addOption(timeLimitOption())
    .addOption(seedOption())
    .addOption(simulateOption())
    .addOption(jsonOption())
    .addHelpText('after', HELP)
    .action(compare)
}

const HELP = `${examples(
  ['ndn-sfc compare workflow.yaml --topology testbed.yaml', 'a table'],
  ['ndn-sfc compare *.yaml --topology testbed.yaml --policy ahead', 'a table each, images fetched ahead'],
  ['ndn-sfc compare workflow.yaml --topology testbed.yaml --simulate', 'also with shared links'],
  [
    "ndn-sfc compare workflow.yaml --topology testbed.yaml --json | jq '.[].measures.makespan'",
    'the response times, in seconds',
  ],
)}

A workflow that no scheduler can plan is told of at the end, after the tables of the others, and in the exit code.

With --json: [{ workflow, platform, scheduler, measures, ms, end, bound?, simulation?: { makespan } }]
${EXIT_CODE_HELP}
  130  stopped by ctrl-C; what has been compared is shown`

type Row = Compared & { readonly scheduler: string; readonly plan: Plan }

async function compare(files: readonly string[], options: Options): Promise<void> {
  // Other commands need not wait until it is loaded.
  const library = await import('../../scheduler/index.ts')
  const schedulers =
    options.schedulers?.map((name) => chooseScheduler(name, library.SCHEDULERS)) ?? library.SCHEDULERS
  const platform = await library.readPlatform(options.topology)
  const workflows: { file: string; workflow: Workflow }[] = []
  // What is wrong with the last file is known before the first is planned.
  for (const file of files) workflows.push({ file, workflow: await library.readWorkflow(file) })
  const paint = paintFor(process.stdout)
  const all: object[] = []
  const failed: Failed[] = []
  let stopped: Error | undefined
  let tables = 0
  for (const { file, workflow } of workflows) {
    const rows: Row[] = []
    try {
      for await (const row of rowsOf(library, schedulers, workflow, platform, options)) rows.push(row)
    } catch (error) {
      failed.push({ file, error })
    }
    if (options.json !== true && rows.length > 0) {
      const table = formatComparison(workflow.name, platform.name, rows, paint)
      process.stdout.write(tables++ === 0 ? table : `\n${table}`)
    }
    for (const { scheduler, measures, plan, simulated } of rows) {
      const { ms, end, bound } = plan
      const simulation = simulated === undefined ? undefined : { makespan: simulated }
      const about = { workflow: workflow.name, platform: platform.name, scheduler }
      all.push({ ...about, measures, ms, end, bound, simulation })
    }
    stopped = rows.find(({ plan }) => plan.reason !== undefined)?.plan.reason
    if (stopped !== undefined) break
  }
  if (options.json === true) process.stdout.write(`${JSON.stringify(all)}\n`)
  const error = endOf(failed, stopped)
  if (error !== undefined) throw error
}

interface Failed {
  readonly file: string
  readonly error: unknown
}

/** With what the command ends where not all was compared. @param stopped by what */
function endOf(failed: readonly Failed[], stopped: Error | undefined): Error | undefined {
  const [first] = failed
  if (first === undefined) return stopped
  const messages = failed.map(({ file, error }) => `${file}: ${messageOf(error)}`)
  return new CliError(exitCodeOf(stopped ?? first.error) as ExitCode, messages.join('\n'), first.error)
}

/** Ends after the row in which it was stopped. */
async function* rowsOf(
  library: typeof import('../../scheduler/index.ts'),
  schedulers: readonly Scheduler[],
  workflow: Workflow,
  platform: Platform,
  { policy, seed, timeLimit, simulate }: Options,
): AsyncGenerator<Row> {
  for (const scheduler of schedulers) {
    const { name, title } = scheduler
    const doing = `${printable(workflow.name)}, ${title}`
    const progress = searchProgress(process.stderr, doing, timeLimit)
    progress.say(`${doing} …`)
    const found = await plan(scheduler, workflow, platform, {
      policy,
      seed,
      timeLimit,
      onProgress: (step, ms) => progress.show(step, ms),
    }).finally(() => progress.stop())
    requireValid(found.schedule, library.violations(workflow, platform, found.schedule, { policy }))
    const measures = library.measure(workflow, platform, found.schedule)
    const simulated = simulate && library.simulate(workflow, platform, found.schedule, { contention: true })
    const { ms, bound } = found
    yield { scheduler: name, title, measures, ms, bound, plan: found, simulated: simulated?.makespan }
    if (found.end === 'interrupted') return
  }
}
