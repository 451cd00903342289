import { Command } from 'commander'
import type { DownloadPolicy, Workflow } from '../../scheduler/index.ts'
import { formatComparison } from './compare-text.ts'
import { asOne, type Failed, type Row, rowsOf } from './comparing.ts'
import { CliError, EXIT_CODE_HELP, type ExitCode, exitCodeOf, messageOf } from './exit-code.ts'
import { examples, jsonOption } from './options.ts'
import { paintFor } from './paint.ts'
import { chooseScheduler } from './planning.ts'
import {
  policyOption,
  seedOption,
  simulateOption,
  timeLimitOption,
  topologyOption,
} from './scheduling-options.ts'

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

What a scheduler cannot plan is told of at the end, after the tables, and in the exit code; the others are compared.

With --json: [{ workflow, platform, scheduler, measures, ms, end, bound?, simulation?: { makespan } }]
${EXIT_CODE_HELP}
  130  stopped by ctrl-C; what has been compared is shown`

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
  const failed: FailedFile[] = []
  let stopped: Error | undefined
  let tables = 0
  for (const { file, workflow } of workflows) {
    const rows: Row[] = []
    const errors: Failed[] = []
    for await (const row of rowsOf(library, schedulers, workflow, platform, options)) {
      if ('error' in row) errors.push(row)
      else rows.push(row)
    }
    failed.push(...asOne(errors, rows.length).map((one) => ({ ...one, file })))
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

type FailedFile = Failed & { readonly file: string }

/** With what the command ends where not all was compared. @param stopped by what */
function endOf(failed: readonly FailedFile[], stopped: Error | undefined): Error | undefined {
  const [first] = failed
  if (first === undefined) return stopped
  const messages = failed.map(({ file, title, error }) => {
    return `${file}: ${title === undefined ? '' : `${title}: `}${messageOf(error)}`
  })
  return new CliError(exitCodeOf(stopped ?? first.error) as ExitCode, messages.join('\n'), first.error)
}
