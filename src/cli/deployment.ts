import { Command } from 'commander'
import { addControllerOptions, type ControllerChoice, withController } from './controller-client.ts'
import { formatDeployment, formatDeployments } from './deployment-text.ts'
import { EXIT_CODE_HELP } from './exit-code.ts'
import { examples } from './options.ts'
import { paintFor } from './paint.ts'

export function deploymentCommand(): Command {
  return new Command('deployment')
    .summary('what is deployed: ls, show, rm')
    .description('Tells of what was deployed, and ends it.')
    .addHelpText('after', examples(['ndn-sfc deployment ls', 'what is deployed']))
    .addCommand(lsCommand())
    .addCommand(showCommand())
    .addCommand(rmCommand())
}

function lsCommand(): Command {
  const command = new Command('ls').summary('list the deployments').description('Lists the deployments.')
  return withOptions(command, ['ndn-sfc deployment ls', 'all of them, and how they are']).action(
    async (options: ControllerChoice) => {
      const all = await withController(options, (controller) => controller.deployments())
      const { stdout } = process
      stdout.write(
        options.json ? `${JSON.stringify(all)}\n` : formatDeployments(all, Date.now(), paintFor(stdout)),
      )
    },
  )
}

function showCommand(): Command {
  const command = new Command('show')
    .summary('all about a deployment')
    .description('Shows a deployment: functions, instances, revisions, and the time of each phase.')
    .argument('<name>', 'of the deployment')
    .option('--source', 'print its file')
  return withOptions(command, ['ndn-sfc deployment show photos', 'how it is, and what it took']).action(show)
}

function rmCommand(): Command {
  const command = new Command('rm')
    .summary('end a deployment')
    .description('Ends a deployment: instances that only it wants finish what they have in hand, and go.')
    .argument('<name>', 'of the deployment')
  return withOptions(command, ['ndn-sfc deployment rm photos', 'end it']).action(
    async (name: string, options: ControllerChoice) => {
      await withController(options, (controller) => controller.remove(name))
      process.stdout.write(options.json ? `${JSON.stringify({ removed: name })}\n` : `removed ${name}\n`)
    },
  )
}

async function show(name: string, options: ControllerChoice & { source?: true }): Promise<void> {
  const { stdout } = process
  if (options.source === true) {
    const source = await withController(options, (controller) => controller.source(name))
    stdout.write(options.json ? `${JSON.stringify(source)}\n` : source.text)
    return
  }
  const view = await withController(options, (controller) => controller.deployment(name))
  stdout.write(
    options.json ? `${JSON.stringify(view)}\n` : formatDeployment(view, Date.now(), paintFor(stdout)),
  )
}

function withOptions(command: Command, example: [command: string, what: string]): Command {
  return addControllerOptions(command).addHelpText('after', `${examples(example)}\n${EXIT_CODE_HELP}`)
}
