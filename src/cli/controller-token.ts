import { Command, Option } from 'commander'
import type { KeptToken, Role } from '../api/index.ts'
import { addControllerOptions, type ControllerChoice, withController } from './controller-client.ts'
import { EXIT_CODE_HELP } from './exit-code.ts'
import { examples } from './options.ts'
import { formatTable } from './table.ts'
import { formatTime, printable } from './text.ts'

export function tokenCommand(): Command {
  return new Command('token')
    .summary('who may ask the controller: add, ls, rm')
    .description('Makes tokens for others who ask the controller, and takes them back.')
    .addHelpText('after', examples(['ndn-sfc controller token ls', 'who may ask']))
    .addCommand(addCommand())
    .addCommand(lsCommand())
    .addCommand(rmCommand())
}

function addCommand(): Command {
  const command = new Command('add')
    .summary('make a token')
    .description('Makes a token and prints it: nobody can see it again.')
    .argument('<name>', 'whose it is')
    .addOption(
      new Option('--role <role>', 'viewer: looks, and plans without doing; operator: does all')
        .choices(['viewer', 'operator'])
        .makeOptionMandatory(),
    )
  return withOptions(command, [
    'ndn-sfc controller token add alice --role viewer > alice-token',
    'for --token-file alice-token',
  ]).action(async (name: string, _, command: Command) => {
    const options = command.optsWithGlobals<ControllerChoice & { role: Role }>()
    const made = await withController(options, (controller) => controller.addToken(name, options.role))
    process.stdout.write(options.json ? `${JSON.stringify(made)}\n` : `${made.token}\n`)
  })
}

function lsCommand(): Command {
  const command = new Command('ls').summary('list the tokens').description('Lists who has a token.')
  return withOptions(command, ['ndn-sfc controller token ls', 'all of them']).action(
    async (_, command: Command) => {
      const options = command.optsWithGlobals<ControllerChoice>()
      const tokens = await withController(options, (controller) => controller.tokens())
      process.stdout.write(options.json ? `${JSON.stringify(tokens)}\n` : formatTokens(tokens, Date.now()))
    },
  )
}

function rmCommand(): Command {
  const command = new Command('rm')
    .summary('take a token back')
    .description('Takes a token back: from now on nobody can ask with it.')
    .argument('<name>', 'whose it is')
  return withOptions(command, ['ndn-sfc controller token rm alice', 'take it back']).action(
    async (name: string, _, command: Command) => {
      const options = command.optsWithGlobals<ControllerChoice>()
      await withController(options, (controller) => controller.removeToken(name))
      process.stdout.write(options.json ? `${JSON.stringify({ removed: name })}\n` : `removed ${name}\n`)
    },
  )
}

/** @param now milliseconds since the epoch */
function formatTokens(tokens: readonly KeptToken[], now: number): string {
  return formatTable<KeptToken>(
    [
      { head: 'name', cell: ({ name }) => printable(name) },
      { head: 'role', cell: ({ role }) => role },
      { head: 'made', cell: ({ created }) => `${formatTime(Math.max(0, now - created))} ago` },
    ],
    tokens,
  )
}

function withOptions(command: Command, example: [command: string, what: string]): Command {
  return addControllerOptions(command).addHelpText('after', `${examples(example)}\n${EXIT_CODE_HELP}`)
}
