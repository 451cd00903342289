import { statSync } from 'node:fs'
import { Command, InvalidArgumentError } from 'commander'
import type { BaseImage, LocalImage, ProgramOptions } from '../repository/index.ts'
import { addBaseOptions, type BaseChoice, baseFor } from './base-option.ts'
import { CliError, EXIT_CODE_HELP, ExitCode } from './exit-code.ts'
import { buildFunction, openFunctionHome } from './function-home.ts'
import { formatLayers } from './function-text.ts'
import { interruptible } from './interrupt.ts'
import { examples, homeOption, jsonOption } from './options.ts'
import { addRegistryOptions, type RegistryChoice } from './registry-options.ts'
import { formatBytes, printable } from './text.ts'
import { transferProgress } from './transfer-progress.ts'

interface BuildOptions extends Program, BaseChoice, RegistryChoice {
  readonly home?: string
  readonly json?: true
}

/** What is said of a plain program. */
interface Program {
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

const PROGRAM_OPTIONS = [
  'name',
  'as',
  'description',
  'command',
  'input',
  'output',
  'program',
  'setup',
  'limit',
  'save',
] as const satisfies readonly (keyof Program)[]

const collect = (value: string, before: string[] = []): string[] => [...before, value]

export function buildCommand(): Command {
  const command = new Command('build')
    .summary('make the image of a function')
    .description(
      'Makes the image of a function: of a folder with function.yaml, of a TypeScript or JavaScript file, or of a plain program that ' +
        'reads standard input and writes standard output, which the options below describe. It needs no Docker Engine, unless ' +
        'setup commands are to be run on a base image.',
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
    .option(
      '--program <name>',
      'program of this machine, or of the base image, that it needs; again for more',
      collect,
    )
    .option(
      '--setup <line>',
      'shell command that is run in a copy of the folder first: on this machine, or with --base in a container of it; again for more',
      collect,
    )
    .option(
      '--limit <key=value>',
      'such as memory=128MiB, cpus=2, timeout=30s; again for more',
      limitArgument,
    )
    .option('--save <folder>', 'keep the folder with its function.yaml, to go on from there')
  return addRegistryOptions(addBaseOptions(command))
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
  [
    "ndn-sfc function build ./plot.py --base base/python:3.12 --setup 'pip install numpy' --input text/csv --output image/png",
    'a script on a base image of the registry',
  ],
)}
${EXIT_CODE_HELP}`

async function build(source: string, options: BuildOptions): Promise<void> {
  const place = await openFunctionHome(options.home)
  const { stdout, stderr } = process
  const progress = transferProgress(stderr)
  await interruptible(async (signal) => {
    let base = await baseFor(options, place, signal, progress)
    let folder = source
    if (isPlainProgram(source, options)) {
      const setUp = base && {
        setUp: async (lines: readonly string[], copy: string) => {
          const { setUpBase } = await import('../repository/index.ts')
          const { step } = progress
          base = await setUpBase(base as BaseImage, lines, copy, { ...place, progress: step, signal })
        },
      }
      folder = await programFolder(source, options, place.home, { ...setUp, progress: progress.step })
    }
    signal.throwIfAborted()
    const { image } = await buildFunction(folder, place, progress.step, base)
    signal.throwIfAborted()
    stdout.write(options.json ? `${JSON.stringify(builtFacts(image))}\n` : formatBuilt(image, options))
  }).finally(progress.stop)
}

/** A file that is no module, or whatever something is said of that function.yaml would say. */
function isPlainProgram(source: string, options: Program): boolean {
  const isModule = /\.[cm]?[jt]s$/.test(source)
  return (
    PROGRAM_OPTIONS.some((key) => options[key] !== undefined) ||
    (!isModule && statSync(source, { throwIfNoEntry: false })?.isFile() === true)
  )
}

async function programFolder(
  source: string,
  options: Program,
  home: string,
  how: Pick<ProgramOptions, 'setUp' | 'progress'>,
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
    ...how,
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
  const { architecture, digest, layers, size, base } = facts
  return {
    name: manifest.name,
    version: manifest.version,
    digest,
    artifactDigest,
    architecture,
    base,
    layers,
    size,
  }
}

function formatBuilt(
  { manifest: { name, version }, facts }: LocalImage,
  { architecture }: BaseChoice,
): string {
  const on = facts.base === undefined ? '' : ` on ${printable(facts.base.name)}`
  const push = `ndn-sfc function push ${name}:${version}${architecture === undefined ? '' : ` --architecture ${architecture}`}`
  return `${name}:${version} for ${facts.architecture}${on}, ${formatBytes(facts.size)}: ${facts.digest}
${formatLayers(facts.layers)}
To have it in the repository: ${push}
`
}
