import { createRequire } from 'node:module'
import { Command, CommanderError } from 'commander'
import { compareCommand } from './compare.ts'
import { configCommand } from './config.ts'
import { controllerCommand } from './controller.ts'
import { demoCommand } from './demo.ts'
import { deployCommand } from './deploy.ts'
import { deploymentCommand } from './deployment.ts'
import { ExitCode, exitCodeOf, Interrupted, messageOf } from './exit-code.ts'
import { facesCommand } from './faces.ts'
import { functionCommand } from './function.ts'
import { functionsCommand } from './functions.ts'
import { getCommand } from './get.ts'
import { instanceCommand } from './instance.ts'
import { nodeCommand } from './node.ts'
import { examples } from './options.ts'
import { paintFor } from './paint.ts'
import { putCommand } from './put.ts'
import { repositoryCommand } from './repository.ts'
import { rollbackCommand } from './rollback.ts'
import { routesCommand } from './routes.ts'
import { runCommand } from './run.ts'
import { scheduleCommand } from './schedule.ts'
import { statusCommand } from './status.ts'
import { printable } from './text.ts'
import { upCommand } from './up.ts'

const { version, description } = createRequire(import.meta.url)('../../../package.json') as {
  version: string
  description: string
}

function createProgram(): Command {
  const program = new Command('ndn-sfc')
    .description(description)
    .version(version)
    .showHelpAfterError('(add --help for what there is)')
    .exitOverride()
    .addHelpText(
      'after',
      examples(
        ['ndn-sfc demo', 'see it work: photographs through three functions'],
        ['ndn-sfc up', 'run a node'],
        ['ndn-sfc put /camera/yard ./photos', 'publish a folder'],
        ["ndn-sfc get 'resize(width=320)/camera/yard/1.jpg' -o small.jpg", 'ask for a function of it'],
        ['ndn-sfc get --help', 'all about one command'],
      ),
    )
  const commands = [
    upCommand(),
    getCommand(),
    putCommand(),
    functionsCommand(),
    functionCommand(),
    repositoryCommand(),
    routesCommand(),
    facesCommand(),
    statusCommand(),
    nodeCommand(),
    configCommand(),
    controllerCommand(),
    deployCommand(),
    deploymentCommand(),
    rollbackCommand(),
    runCommand(),
    instanceCommand(),
    scheduleCommand(),
    compareCommand(),
    demoCommand(),
  ]
  for (const command of commands) program.addCommand(command)
  inheritSettings(program)
  return program
}

function inheritSettings(command: Command): void {
  for (const inner of command.commands) inheritSettings(inner.copyInheritedSettings(command) as Command)
}

/** Carries out a command. What goes wrong is told on stderr. @param args without the program's own name */
export async function runCommandLine(args: readonly string[]): Promise<number> {
  try {
    await createProgram().parseAsync(args, { from: 'user' })
    return ExitCode.Ok
  } catch (error) {
    // Commander has told its errors already, and that someone pressed ctrl-C is no news.
    if (!(error instanceof CommanderError || error instanceof Interrupted)) {
      const label = paintFor(process.stderr)(['red', 'bold'], 'error:')
      process.stderr.write(`${label} ${printable(messageOf(error))}\n`)
    }
    return exitCodeOf(error)
  }
}
