import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { Command } from 'commander'
import { MANIFEST_FILE } from '../function/index.ts'
import type { PushResult, Repository } from '../repository/index.ts'
import { shippedFunctions } from '../router/index.ts'
import { CliError, EXIT_CODE_HELP, ExitCode } from './exit-code.ts'
import { buildFunction, openFunctionHome } from './function-home.ts'
import { interruptible } from './interrupt.ts'
import { examples, homeOption, jsonOption } from './options.ts'
import { addRegistryOptions, type RegistryChoice, withRepository } from './registry-options.ts'
import { formatTable } from './table.ts'
import { formatBytes, formatCount, formatTime } from './text.ts'
import { transferProgress } from './transfer-progress.ts'

interface SeedOptions extends RegistryChoice {
  readonly home?: string
  readonly json?: true
}

interface Seeded extends PushResult {
  readonly ms: number
}

export function repositoryCommand(): Command {
  const command = new Command('repository')
    .summary('fill the repository: seed')
    .description('Fills the repository of functions: any OCI registry.')
    .addHelpText('after', examples(['ndn-sfc repository seed', 'with the functions that ship']))
  return command.addCommand(seedCommand())
}

function seedCommand(): Command {
  const command = new Command('seed')
    .summary('build and push every function of a folder')
    .description(
      'Builds and pushes every function of a folder. What the registry has already is not sent again: a second time only what ' +
        'changed moves.',
    )
    .argument('[folder]', `folder of folders with ${MANIFEST_FILE} (default: the functions that ship)`)
  return addRegistryOptions(command)
    .addOption(jsonOption())
    .addOption(homeOption())
    .addHelpText(
      'after',
      `${examples(
        ['ndn-sfc repository seed', 'the functions that ship'],
        ['ndn-sfc repository seed ./my-functions --json', 'your own; what moved, for a program'],
      )}\n${EXIT_CODE_HELP}`,
    )
    .action(seed)
}

async function seed(folder: string | undefined, options: SeedOptions): Promise<void> {
  const sources = folder === undefined ? await shippedFunctions() : await functionsIn(folder)
  const progress = transferProgress(process.stderr)
  const began = performance.now()
  await interruptible((signal) =>
    withRepository(options, signal, async (repository) => {
      await repository.check()
      const all: Seeded[] = []
      for (const source of sources) {
        signal.throwIfAborted()
        all.push(await seedOne(source, options.home, repository, progress))
      }
      const ms = performance.now() - began
      const totals = { ...bytesOf(all), ms }
      process.stdout.write(
        options.json
          ? `${JSON.stringify({ functions: all, ...totals })}\n`
          : formatSeeded(all, totals, repository),
      )
    }),
  ).finally(progress.stop)
}

async function seedOne(
  source: string,
  home: string | undefined,
  repository: Repository,
  progress: ReturnType<typeof transferProgress>,
): Promise<Seeded> {
  const { push } = await import('../repository/index.ts')
  const began = performance.now()
  const place = await openFunctionHome(home)
  const { image } = await buildFunction(source, place, progress.step)
  const pushed = await push(repository, image, place.store, progress)
  return { ...pushed, ms: performance.now() - began }
}

async function functionsIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder).catch((error: Error) => {
    throw new CliError(ExitCode.Usage, `cannot read the folder ${folder}: ${error.message}`, error)
  })
  const found = entries
    .map((entry) => resolve(folder, entry))
    .filter((path) => existsSync(join(path, MANIFEST_FILE)))
    .sort()
  if (found.length > 0) return found
  throw new CliError(ExitCode.Usage, `${folder} has no folder with a ${MANIFEST_FILE} in it`)
}

/** A layer that several functions share is counted once. */
function bytesOf(all: readonly Seeded[]): { bytesSent: number; bytesThere: number } {
  const sizes = new Map<string, number>()
  let bytesSent = 0
  for (const { blobs } of all) {
    for (const blob of blobs) {
      sizes.set(blob.digest, blob.size)
      bytesSent += blob.bytesSent
    }
  }
  const total = [...sizes.values()].reduce((sum, size) => sum + size, 0)
  return { bytesSent, bytesThere: Math.max(0, total - bytesSent) }
}

function formatSeeded(
  all: readonly Seeded[],
  { bytesSent, bytesThere, ms }: { bytesSent: number; bytesThere: number; ms: number },
  { address }: Repository,
): string {
  const table = formatTable<Seeded>(
    [
      { head: 'function', cell: ({ name }) => name },
      { head: 'version', cell: ({ version }) => version },
      { head: 'sent', align: 'right', cell: (one) => formatBytes(one.bytesSent) },
      { head: 'was there', align: 'right', cell: (one) => formatBytes(one.bytesThere) },
      { head: 'time', align: 'right', cell: (one) => formatTime(one.ms) },
    ],
    all,
  )
  const moved = `${formatBytes(bytesSent)} sent, ${formatBytes(bytesThere)} were there already`
  return `${table}\n${formatCount(all.length, 'function')} at ${address}: ${moved}; ${formatTime(ms)}\n`
}
