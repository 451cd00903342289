import { Command, InvalidArgumentError } from 'commander'
import { addControllerOptions, type ControllerChoice } from './controller-client.ts'
import { followDeployment } from './deploy.ts'
import { EXIT_CODE_HELP } from './exit-code.ts'
import { examples } from './options.ts'

export function rollbackCommand(): Command {
  const command = new Command('rollback')
    .summary('back to what a deployment was before')
    .description('Goes back to an earlier revision of a deployment, without a failed request.')
    .argument('<name>', 'of the deployment')
    .option('--to <revision>', 'which one (default: the one before)', revisionArgument)
  return addControllerOptions(command)
    .addHelpText(
      'after',
      `${examples(
        ['ndn-sfc rollback photos', 'to the revision before'],
        ['ndn-sfc rollback photos --to 3', 'ndn-sfc deployment show photos says which there are'],
      )}\n${EXIT_CODE_HELP}`,
    )
    .action(async (name: string, options: ControllerChoice & { to?: number }) => {
      await followDeployment(options, (controller, onEvent) => controller.rollback(name, options.to, onEvent))
    })
}

function revisionArgument(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('write the number of a revision.')
  return Number(text)
}
