import { Command } from 'commander'
import { chainsCommand } from './chains/command.ts'
import { deploymentCommand } from './deployment/command.ts'
import { forwardingCommand } from './forwarding/command.ts'
import { schedulersCommand } from './schedulers/command.ts'

const program = new Command('bench')
  .description('Measures ndn-sfc on this machine, each figure beside its baseline in the same run.')
  .showHelpAfterError('(add --help for what there is)')
program.addCommand(chainsCommand())
program.addCommand(deploymentCommand())
program.addCommand(forwardingCommand())
program.addCommand(schedulersCommand())

try {
  await program.parseAsync()
} catch (error) {
  process.stderr.write(`error: ${(error as Error).message}\n`)
  process.exitCode = 1
}
