import { Command } from 'commander'
import type { RunEvent, RunView } from '../controller/index.ts'
import { contentOf, UNKNOWN_TYPE } from './answer.ts'
import { addControllerOptions, type ControllerChoice, withController } from './controller-client.ts'
import { EXIT_CODE_HELP } from './exit-code.ts'
import { type Gantt, ganttArgument, ganttOutput } from './gantt-option.ts'
import { ganttTextFor } from './gantt-text.ts'
import { examples } from './options.ts'
import { fileOutput, streamOutput } from './output.ts'
import { paintFor } from './paint.ts'
import { formatRun, formatTaskDone } from './run-text.ts'
import { formatBytes, formatCount, printable } from './text.ts'

interface Options extends ControllerChoice {
  readonly output?: string
  readonly gantt?: Gantt
}

export function runCommand(): Command {
  const command = new Command('run')
    .summary('apply a workflow to content')
    .description(
      `Applies a workflow that is deployed to content: shows tasks as they finish, gives the final result, and tells what was planned and
what came of it.`,
    )
    .argument('<workflow>', 'its name; ndn-sfc deployment ls shows what there is')
    .argument('<content>', 'name of the content, e.g. /camera/1')
    .option('-o, --output <file>', 'write to a file, which is replaced only when all of the result is there')
    .option(
      '--gantt <file>',
      'draw what was planned and, below it, what was: FILE.svg, or FILE.html to zoom and point at',
      ganttArgument,
    )
  return addControllerOptions(command)
    .addHelpText(
      'after',
      `${examples(
        ['ndn-sfc run photo-summary /camera/yard/1.jpg', 'the result, and what it took'],
        ['ndn-sfc run photo-summary /camera/yard/1.jpg -o summary.json --gantt run.html', 'into files'],
        ['ndn-sfc run photo-summary /camera/yard/1.jpg --json | jq .responseTime', 'seconds, for a program'],
      )}

With --json: what the controller tells of the run, and content (where it is JSON or text) or file. ctrl-C ends the run.
${EXIT_CODE_HELP}`,
    )
    .action(run)
}

async function run(workflow: string, content: string, options: Options): Promise<void> {
  const file = options.output === '-' ? undefined : options.output
  const output =
    file !== undefined
      ? await fileOutput(file)
      : options.json === true
        ? undefined
        : streamOutput(process.stdout)
  const draw = options.gantt && (await ganttOutput(options.gantt))
  const { view, result } = await withController(options, (controller) =>
    controller.run(workflow, content, showEvent),
  )
  const { mediaType = UNKNOWN_TYPE, plan, actual } = view
  if (options.json !== true) {
    const { stderr } = process
    stderr.write(`${formatRun(view, await ganttTextFor(stderr), paintFor(stderr))}\n`)
  }
  if (draw !== undefined) {
    await draw({ ...plan, schedule: plan.warm, actual: { schedule: actual } })
    process.stderr.write(`${options.gantt?.file}: planned, and below it actual\n`)
  }
  await output?.write(result, mediaType)
  if (options.json === true) process.stdout.write(`${JSON.stringify(describeRun(view, result, file))}\n`)
  else if (file !== undefined)
    process.stderr.write(`${file}: ${formatBytes(result.length)} of ${printable(mediaType)}\n`)
}

function describeRun(view: RunView, result: Uint8Array, file: string | undefined): object {
  return {
    ...view,
    file,
    content: file === undefined ? contentOf(result, view.mediaType ?? UNKNOWN_TYPE) : undefined,
  }
}

function showEvent(event: RunEvent): void {
  const { stderr } = process
  if (event.type === 'begun') stderr.write(`run ${event.run}: ${formatCount(event.tasks.length, 'task')}\n`)
  if (event.type === 'task') stderr.write(`  ${formatTaskDone(event.task, paintFor(stderr))}\n`)
}
