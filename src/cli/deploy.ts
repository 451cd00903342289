import { basename, extname } from 'node:path'
import { Command } from 'commander'
import type { DeploymentSource, DeploymentView, Plan } from '../controller/index.ts'
import { addControllerOptions, type ControllerChoice, withController } from './controller-client.ts'
import { deployProgress } from './deploy-progress.ts'
import { formatPhases } from './deployment-text.ts'
import { EXIT_CODE_HELP, Interrupted } from './exit-code.ts'
import { type Gantt, ganttArgument, ganttOutput } from './gantt-option.ts'
import { ganttTextFor } from './gantt-text.ts'
import { examples, timeoutArgument } from './options.ts'
import { paintFor } from './paint.ts'
import { formatPlan } from './plan-text.ts'
import { printable } from './text.ts'

interface Options extends ControllerChoice {
  readonly scheduler?: string
  readonly timeLimit?: number
  readonly dryRun?: true
  readonly gantt?: Gantt
}

export function deployCommand(): Command {
  const command = new Command('deploy')
    .summary('make a deployment file real: images, instances, routes')
    .description(
      `Has the controller plan a deployment file and carry it out: images are fetched, instances started and pinned to their CPUs, and
routes lead each piece of work to the instance that the plan has for it. What is deployed under the same name is updated without a failed
request.`,
    )
    .argument('<file>', 'chains, workflows, functions and what they demand: YAML')
    .option('--scheduler <name>', 'what plans; ndn-sfc compare shows all there are (default: sf-cuv)')
    .option(
      '--time-limit <ms>',
      'longest time for a scheduler that searches: milliseconds, or e.g. 10s',
      timeoutArgument,
    )
    .option('--dry-run', 'show the plan, and change nothing')
    .option(
      '--gantt <file>',
      'draw the plan: FILE.svg, or FILE.html to zoom and point at; below it with every image there',
      ganttArgument,
    )
  return addControllerOptions(command)
    .addHelpText(
      'after',
      `${examples(
        ['ndn-sfc deploy photos.yaml --dry-run', 'the plan: what would run where, and when'],
        ['ndn-sfc deploy photos.yaml --dry-run --scheduler heft --gantt plan.svg', 'that of HEFT, drawn'],
        ['ndn-sfc deploy photos.yaml', 'make it so'],
        ['ndn-sfc rollback photos', 'and back to what was before'],
      )}

With --json: the plan (--dry-run), or the deployment with the time of each phase in milliseconds. ctrl-C ends the command; the controller
goes on with what it has begun.
${EXIT_CODE_HELP}`,
    )
    .action(deploy)
}

async function deploy(file: string, options: Options): Promise<void> {
  const source = await readSource(file)
  const { scheduler, timeLimit, dryRun, gantt } = options
  if (gantt !== undefined) await ganttOutput(gantt)
  const wanted = { scheduler, timeLimit }
  if (dryRun === true) {
    const plan = await withController(options, (controller) => controller.plan(source, wanted))
    await drawPlan(plan, gantt)
    const { stdout } = process
    if (options.json === true) stdout.write(`${JSON.stringify(plan)}\n`)
    else stdout.write(formatPlan(plan, await ganttTextFor(stdout), paintFor(stdout)))
    return
  }
  let planned: Plan | undefined
  await followDeployment(options, (controller, onEvent) =>
    controller.deploy(source, wanted, (event) => {
      if (event.type === 'planned') planned = event.plan
      onEvent(event)
    }),
  )
  if (planned !== undefined) await drawPlan(planned, gantt)
}

/** Shows what is done until it is, and then what it took. */
export async function followDeployment(
  options: ControllerChoice,
  act: (
    controller: import('../api/index.ts').ApiClient,
    onEvent: ReturnType<typeof deployProgress>['onEvent'],
  ) => Promise<DeploymentView>,
): Promise<void> {
  const progress = deployProgress(process.stderr)
  const view = await withController(options, (controller) => act(controller, progress.onEvent))
    .finally(progress.stop)
    .catch((error: unknown) => {
      if (error instanceof Interrupted)
        process.stderr.write("the controller goes on; 'ndn-sfc deployment ls' tells how far it is\n")
      throw error
    })
  const { stdout } = process
  stdout.write(options.json ? `${JSON.stringify(view)}\n` : formatDeployed(view))
}

function formatDeployed({ name, revision, state, cause, phases }: DeploymentView): string {
  const why = cause === undefined ? '' : `: ${cause}`
  return `${printable(`${name} revision ${revision} is ${state}${why}`)}\n\n${formatPhases(phases)}`
}

async function readSource(file: string): Promise<DeploymentSource> {
  const { readDeploymentText } = await import('../deployment/index.ts')
  return { file, text: await readDeploymentText(file) }
}

/** A chart for each chain and workflow: in the file, or with a number where there are several. */
async function drawPlan({ parts }: Plan, gantt: Gantt | undefined): Promise<void> {
  if (gantt === undefined) return
  for (const [index, { name, workflow, platform, schedule, warm }] of parts.entries()) {
    const file = parts.length === 1 ? gantt.file : numbered(gantt.file, index + 1)
    const draw = await ganttOutput({ ...gantt, file })
    await draw({ workflow, platform, schedule, actual: { schedule: warm }, actualLabel: 'warm' })
    process.stderr.write(`${file}: ${printable(name)}\n`)
  }
}

/** `plan.svg`, 2: `plan-2.svg` */
function numbered(file: string, number: number): string {
  const extension = extname(file)
  const stem = basename(file, extension)
  return `${file.slice(0, file.length - stem.length - extension.length)}${stem}-${number}${extension}`
}
