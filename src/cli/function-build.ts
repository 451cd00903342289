import { statSync } from 'node:fs'
import { Command, InvalidArgumentError } from 'commander'
import type { LocalImage, ProgramOptions } from '../repository/index.ts'
import { CliError, EXIT_CODE_HELP, ExitCode } from './exit-code.ts'
import { buildFunction, openFunctionHome } from './function-home.ts'
import { formatLayers } from './function-text.ts'
import { interruptible } from './interrupt.ts'
import { examples, homeOption, jsonOption } from './options.ts'
import { formatBytes } from './text.ts'
import { transferProgress } from './transfer-progress.ts'

interface BuildOptions {
  readonly home?: string
  readonly json?: true
  readonly name?: string
  readonly as?: string
  readonly description?: string
  readonly command?: string
  readonly input?: string[]
  readonly output?: string
  readonly program?: string[]
  readonly setup?: string[]
  readonly limit?: Record<string, string>
  readonly save?: string
}

const collect = (value: string, before: string[] = []): string[] => [...before, value]

export function buildCommand(): Command {
  return new Command('build')
    .summary('make the image of a function')
    .description(
      `Makes the image of a function: of a folder with function.yaml, of a TypeScript or JavaScript file, or of a plain program that
reads standard input and writes standard output, which the options below describe. It needs no Docker Engine.`,
    )
    .argument('<source>', 'folder, or file')
    .option('--name <name>', 'of the function (default: that of the file)')
    .option('--as <version>', 'version of the function, such as 1.2.0 (default: 0.0.0)')
    .option('--description <text>', 'one line')
    .option(
      '--command <line>',
      'program and arguments, run in the folder (default: what the first line of a script names, or the file itself)',
    )
    .option('--input <types>', 'media type, type/* or */* that it takes; again for more', collect)
    .option('--output <type>', 'media type that it gives')
    .option('--program <name>', 'program of this machine that comes into the image; again for more', collect)
    .option(
      '--setup <line>',
      'shell command that is run in a copy of the folder first, on this machine; again for more',
      collect,
    )
    .option(
      '--limit <key=value>',
      'such as memory=128MiB, cpus=2, timeout=30s; again for more',
      limitArgument,
    )
    .option('--save <folder>', 'keep the folder with its function.yaml, to go on from there')
    .addOption(jsonOption())
    .addOption(homeOption())
    .addHelpText('after', HELP)
    .action(build)
}

const HELP = `${examples(
  ['ndn-sfc function build ./resize', 'a folder with function.yaml'],
  [
    "ndn-sfc function build ./words.awk --name word-count --command 'awk -f words.awk' --input 'text/*' --output application/json",
    'a script in another language',
  ],
  [
    "ndn-sfc function build ./src --name edges --setup 'make edges' --command './edges -' --input image/png --output image/png",
    'a binary that is compiled first',
  ],
)}
${EXIT_CODE_HELP}`

async function build(source: string, options: BuildOptions): Promise<void> {
  const place = await openFunctionHome(options.home)
  const { stdout, stderr } = process
  const progress = transferProgress(stderr)
  await interruptible(async (signal) => {
    const folder = isPlainProgram(source, options)
      ? await programFolder(source, options, place.home, progress.step)
      : source
    signal.throwIfAborted()
    const { image } = await buildFunction(folder, place, progress.step)
    signal.throwIfAborted()
    stdout.write(options.json ? `${JSON.stringify(builtFacts(image))}\n` : formatBuilt(image))
  })
}

/** A file that is no module, or whatever something is said of that function.yaml would say. */
function isPlainProgram(source: string, { home, json, ...said }: BuildOptions): boolean {
  const isModule = /\.[cm]?[jt]s$/.test(source)
  return (
    Object.keys(said).length > 0 ||
    (!isModule && statSync(source, { throwIfNoEntry: false })?.isFile() === true)
  )
}

async function programFolder(
  source: string,
  options: BuildOptions,
  home: string,
  progress: (step: string) => void,
): Promise<string> {
  const { input, output } = options
  if (input === undefined || output === undefined) {
    throw new CliError(
      ExitCode.Usage,
      `say with --input and --output which media types ${source} takes and gives, such as 'text/*' and application/json`,
    )
  }
  const { makeProgramFolder } = await import('../repository/index.ts')
  const given: ProgramOptions = {
    name: options.name,
    version: options.as,
    description: options.description,
    command: options.command,
    input,
    output,
    programs: options.program,
    limits: options.limit,
    setup: options.setup,
    saveTo: options.save,
    progress,
  } as ProgramOptions
  return await makeProgramFolder(source, home, withoutUndefined(given))
}

function withoutUndefined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as T
}

function limitArgument(text: string, before: Record<string, string | number> = {}) {
  const [, key = '', value = ''] = /^([a-z]+)=(.+)$/.exec(text) ?? []
  if (key === '') throw new InvalidArgumentError('write KEY=VALUE, such as memory=128MiB.')
  return { ...before, [key]: /^\d+(\.\d+)?$/.test(value) ? Number(value) : value }
}

function builtFacts({ manifest, facts, artifactDigest }: LocalImage) {
  const { architecture, digest, layers, size } = facts
  return {
    name: manifest.name,
    version: manifest.version,
    digest,
    artifactDigest,
    architecture,
    layers,
    size,
  }
}

function formatBuilt({ manifest: { name, version }, facts }: LocalImage): string {
  return `${name}:${version} for ${facts.architecture}, ${formatBytes(facts.size)}: ${facts.digest}
${formatLayers(facts.layers)}
To have it in the repository: ndn-sfc function push ${name}:${version}
`
}
