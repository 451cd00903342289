import { Command } from 'commander'
import { loadConfig, sampleConfig } from '../router/index.ts'
import { CliError, EXIT_CODE_HELP, ExitCode } from './exit-code.ts'
import { examples } from './options.ts'

export function configCommand(): Command {
  return new Command('config')
    .summary("look at a node's configuration")
    .description(
      'Prints a sample with every field, its default and all bounds; or checks a file, without starting a node.',
    )
    .argument('[file]', 'configuration to check, YAML')
    .option('--sample', 'print the sample')
    .addHelpText('after', HELP)
    .action(config)
}

const HELP = `${examples(
  ['ndn-sfc config --sample > node.yaml', 'all that can be said, with the defaults'],
  ['ndn-sfc config node.yaml', 'is this file right?'],
)}
${EXIT_CODE_HELP}`

async function config(file: string | undefined, { sample }: { readonly sample?: true }): Promise<void> {
  if ((file === undefined) === (sample === undefined))
    throw new CliError(ExitCode.Usage, 'name a file to check, or say --sample')
  if (file === undefined) process.stdout.write(sampleConfig())
  else {
    await loadConfig(file)
    process.stdout.write(`${file} can be used\n`)
  }
}
