import { Command } from 'commander'
import type { ApiClient } from '../api/index.ts'
import type { InstanceView } from '../controller/index.ts'
import { addControllerOptions, type ControllerChoice, withController } from './controller-client.ts'
import { EXIT_CODE_HELP } from './exit-code.ts'
import { describeState, formatInstanceStats, formatInstances, formatLog } from './instance-text.ts'
import { examples } from './options.ts'
import { type Paint, paintFor } from './paint.ts'
import { printable } from './text.ts'

export function instanceCommand(): Command {
  const command = new Command('instance')
    .summary('what runs where: ls, logs, stats, stop, pause, resume, restart')
    .description('Looks at the instances of functions that a controller runs, and takes them in hand.')
    .addHelpText('after', examples(['ndn-sfc instance ls', 'what runs where']))
  const commands = [
    withOptions(
      new Command('ls').summary('list the instances').description('Lists the instances of all nodes.'),
      ['ndn-sfc instance ls', 'all of them'],
    ).action(list),
    withOptions(
      new Command('logs')
        .summary('what an instance wrote last')
        .description('Shows what an instance wrote last.')
        .argument('<id>', 'of the instance'),
      ['ndn-sfc instance logs resize-1', 'its last lines'],
    ).action(logs),
    withOptions(
      new Command('stats')
        .summary('memory, CPU time, what waits')
        .description('Shows memory, CPU time and what waits of each instance, or of one.')
        .argument('[id]', 'one instance'),
      ['ndn-sfc instance stats', 'how busy they are'],
    ).action(stats),
    toldCommand(
      'stop',
      'end it after its work, until it is resumed',
      'Tells an instance to take no new work and to end when it has finished what it has in hand.',
      (controller, id) => controller.hold(id, 'stop'),
    ),
    toldCommand(
      'pause',
      'give it no new work, until it is resumed',
      'Tells an instance to take no new work. It finishes what it has in hand, and stays.',
      (controller, id) => controller.hold(id, 'pause'),
    ),
    toldCommand(
      'resume',
      'let it work again',
      'Lets an instance work again that was told to pause or to stop.',
      (controller, id) => controller.hold(id, undefined),
    ),
    toldCommand(
      'restart',
      'end its process and start another',
      'Ends the process of an instance after its work, and starts another.',
      (controller, id, { kill }) => controller.restart(id, kill === true),
    ).option('--kill', 'at once'),
  ]
  for (const one of commands) command.addCommand(one)
  return command
}

type TellOptions = ControllerChoice & { readonly kill?: true }

function toldCommand(
  name: string,
  summary: string,
  description: string,
  tell: (controller: ApiClient, id: string, options: TellOptions) => Promise<InstanceView>,
): Command {
  const command = new Command(name)
    .summary(summary)
    .description(description)
    .argument('<id>', 'of the instance')
  return withOptions(command, [`ndn-sfc instance ${name} resize-1`, summary]).action(
    async (id: string, options: TellOptions) => {
      const view = await withController(options, (controller) => tell(controller, id, options))
      const { stdout } = process
      stdout.write(options.json ? `${JSON.stringify(view)}\n` : formatTold(view, paintFor(stdout)))
    },
  )
}

function formatTold(view: InstanceView, paint: Paint): string {
  return `${printable(view.id)} on ${printable(view.node)}: ${describeState(view, paint)}\n`
}

async function list(options: ControllerChoice): Promise<void> {
  const all = await withController(options, (controller) => controller.instances())
  const { stdout } = process
  stdout.write(options.json ? `${JSON.stringify(all)}\n` : formatInstances(all, Date.now(), paintFor(stdout)))
}

async function logs(id: string, options: ControllerChoice): Promise<void> {
  const report = await withController(options, (controller) => controller.logs(id))
  process.stdout.write(options.json ? `${JSON.stringify(report)}\n` : formatLog(report))
}

async function stats(id: string | undefined, options: ControllerChoice): Promise<void> {
  const found = await withController(options, async (controller) =>
    id === undefined ? await controller.instances() : [await controller.instance(id)],
  )
  process.stdout.write(
    options.json
      ? `${JSON.stringify(id === undefined ? found : found[0])}\n`
      : formatInstanceStats(found, Date.now()),
  )
}

function withOptions(command: Command, example: [command: string, what: string]): Command {
  return addControllerOptions(command).addHelpText('after', `${examples(example)}\n${EXIT_CODE_HELP}`)
}
