import { stat } from 'node:fs/promises'
import { Command } from 'commander'
import type { EngineKind } from '../engine/index.ts'
import type { LocalImage, TransferProgress } from '../repository/index.ts'
import { addBaseOptions, type BaseChoice, baseFor } from './base-option.ts'
import { CliError, EXIT_CODE_HELP, ExitCode } from './exit-code.ts'
import { buildCommand } from './function-build.ts'
import { buildFunction, type FunctionHome, openFunctionHome } from './function-home.ts'
import { formatFunctionFacts, formatFunctionList } from './function-text.ts'
import { interruptible } from './interrupt.ts'
import { engineOption, examples, homeOption, jsonOption } from './options.ts'
import { paintFor } from './paint.ts'
import { addRegistryOptions, type RegistryChoice, withRepository } from './registry-options.ts'
import { formatBytes, formatTime, printable } from './text.ts'
import { transferProgress } from './transfer-progress.ts'

interface Options extends RegistryChoice {
  readonly home?: string
  readonly json?: true
}

export function functionCommand(): Command {
  const command = new Command('function')
    .summary('functions and their images: build, push, pull, ls, show, rm')
    .description('Makes images of functions, and keeps them in a repository: any OCI registry.')
    .addHelpText(
      'after',
      examples(
        ['ndn-sfc function build ./resize', 'make the image of a function'],
        ['ndn-sfc function push ./resize', 'and keep it in the repository'],
        ['ndn-sfc function ls', 'what is there'],
      ),
    )
  for (const one of [buildCommand(), pushCommand(), pullCommand(), lsCommand(), showCommand(), rmCommand()]) {
    command.addCommand(one)
  }
  return command
}

function pushCommand(): Command {
  const command = new Command('push')
    .summary('put a function into the repository')
    .description(
      'Puts a function into the repository, under its version. Only what the registry does not have is sent; images for other ' +
        'architectures that are there stay.',
    )
    .argument('<source>', 'folder or file, which is built first; or NAME[:VERSION] of what was built before')
  return withOptions(addBaseOptions(command), [
    ['ndn-sfc function push ./resize', 'build and push'],
    [
      'ndn-sfc function push ./resize --architecture arm64 --base base/node:22',
      'for another architecture, beside what is there',
    ],
    ['ndn-sfc function push word-count', 'what ndn-sfc function build made last'],
    ['ndn-sfc function push ./resize --registry https://registry.example.org/lab', 'elsewhere'],
  ])
    .addOption(homeOption())
    .action(push)
}

function pullCommand(): Command {
  const command = new Command('pull')
    .summary('get a function from the repository')
    .description(
      "Gets a function for this machine's architecture: only what is not here is fetched, and its digest is checked. It is made " +
        'ready for child processes, and for containers where a Docker Engine answers.',
    )
    .argument('<function>', 'NAME, NAME:VERSION or NAME@sha256:…')
  return withOptions(command, [
    ['ndn-sfc function pull resize', 'the newest version'],
    ['ndn-sfc function pull resize:1.0.0 --engine process', 'without loading it into a Docker Engine'],
  ])
    .addOption(engineOption().default('auto'))
    .addOption(homeOption())
    .action(pull)
}

function lsCommand(): Command {
  const command = new Command('ls')
    .summary('list the functions in the repository')
    .description('Lists the functions in the repository, the newest version of each.')
  return withOptions(command, [
    ['ndn-sfc function ls', 'all of them'],
    ["ndn-sfc function ls --json | jq '.[] | .name'", 'for a program'],
  ]).action(list)
}

function showCommand(): Command {
  const command = new Command('show')
    .summary('all about a function in the repository')
    .description(
      'Shows what a function in the repository takes and gives, its parameters and limits, and its image for each architecture with all layers.',
    )
    .argument('<function>', 'NAME, NAME:VERSION or NAME@sha256:…')
  return withOptions(command, [['ndn-sfc function show resize', 'its newest version']]).action(show)
}

function rmCommand(): Command {
  const command = new Command('rm')
    .summary('remove a version of a function from the repository')
    .description(
      'Removes a version of a function from the repository. The registry frees the space when it collects its garbage.',
    )
    .argument('<function>', 'NAME:VERSION or NAME@sha256:…')
  return withOptions(command, [['ndn-sfc function rm resize:1.0.0', 'one version']]).action(remove)
}

function withOptions(command: Command, shown: [command: string, what: string][]): Command {
  return addRegistryOptions(command)
    .addOption(jsonOption())
    .addHelpText('after', `${examples(...shown)}\n${EXIT_CODE_HELP}`)
}

async function push(source: string, options: Options & BaseChoice): Promise<void> {
  const place = await openFunctionHome(options.home)
  const progress = transferProgress(process.stderr)
  const began = performance.now()
  await interruptible((signal) =>
    withRepository(options, signal, async (repository) => {
      await repository.check()
      const image = await imageOf(source, options, place, signal, progress)
      const repositoryModule = await import('../repository/index.ts')
      const pushed = await repositoryModule.push(repository, image, place.store, progress)
      const ms = performance.now() - began
      if (options.json) process.stdout.write(`${JSON.stringify({ ...pushed, ms })}\n`)
      else {
        const { name, version, digest, bytesSent, bytesThere, dropped } = pushed
        const moved = `${formatBytes(bytesSent)} sent, ${formatBytes(bytesThere)} were there`
        process.stdout.write(`${name}:${version} ${digest}\n${moved}; ${formatTime(ms)}\n`)
        for (const architecture of dropped) {
          process.stderr.write(
            `its image for ${printable(architecture)} is of another function.yaml, and was dropped: push it from there\n`,
          )
        }
      }
    }),
  ).finally(progress.stop)
}

/** A path is built; a name is of what was built before. */
async function imageOf(
  source: string,
  options: Options & BaseChoice,
  place: FunctionHome,
  signal: AbortSignal,
  progress: Required<TransferProgress>,
): Promise<LocalImage> {
  const isPath = source.includes('/') || (await stat(source).catch(() => undefined)) !== undefined
  if (isPath) {
    const base = await baseFor(options, place, signal, progress)
    return (await buildFunction(source, place, progress.step, base)).image
  }
  const { parseReference } = await import('../repository/index.ts')
  if (options.base !== undefined) {
    throw new CliError(
      ExitCode.Usage,
      `${source} was built before, on what was said then: --base is for a path`,
    )
  }
  return await place.images.get(parseReference(source), options.architecture)
}

async function pull(reference: string, options: Options & { engine: EngineKind }): Promise<void> {
  const place = await openFunctionHome(options.home)
  const progress = transferProgress(process.stderr)
  const began = performance.now()
  await interruptible((signal) =>
    withRepository(options, signal, async (repository) => {
      const repositoryModule = await import('../repository/index.ts')
      const { artifact, ...pulled } = await repositoryModule.pull(repository, reference, {
        ...place,
        progress,
      })
      const { prepareImage } = await import('../engine/index.ts')
      const image = await prepareImage(options.engine, artifact, place.home, progress.step)
      const ms = performance.now() - began
      if (options.json) {
        process.stdout.write(`${JSON.stringify({ ...pulled, folder: artifact.directory, image, ms })}\n`)
        return
      }
      const { name, version, digest, bytesFetched, bytesThere } = pulled
      const moved = `${formatBytes(bytesFetched)} fetched, ${formatBytes(bytesThere)} were here`
      const loaded = image === undefined ? '' : `the Docker Engine has it as ${image}\n`
      process.stdout.write(`${name}:${version} ${digest}\n${moved}; ${formatTime(ms)}\n${loaded}`)
    }),
  ).finally(progress.stop)
}

async function list(options: Options): Promise<void> {
  await interruptible((signal) =>
    withRepository(options, signal, async (repository) => {
      const all = await repository.list()
      process.stdout.write(
        options.json ? `${JSON.stringify(all)}\n` : formatFunctionList(all, repository.address),
      )
    }),
  )
}

async function show(reference: string, options: Options): Promise<void> {
  await interruptible((signal) =>
    withRepository(options, signal, async (repository) => {
      const facts = await repository.find(reference)
      const versions = await repository.versions(facts.name)
      const { stdout } = process
      const text = options.json
        ? `${JSON.stringify({ ...facts, versions })}\n`
        : formatFunctionFacts(facts, versions, paintFor(stdout))
      stdout.write(text)
    }),
  )
}

async function remove(text: string, options: Options): Promise<void> {
  const { parseReference, RepositoryError } = await import('../repository/index.ts')
  const reference = parseReference(text)
  if (reference.version === undefined && reference.digest === undefined) {
    throw new RepositoryError('bad-reference', `say which version of ${text} to remove: ${text}:VERSION`)
  }
  await interruptible((signal) =>
    withRepository(options, signal, async (repository) => {
      const removed = await repository.remove(reference)
      process.stdout.write(options.json ? `${JSON.stringify({ removed })}\n` : `removed ${text}\n`)
    }),
  )
}
