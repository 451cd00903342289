import { stat } from 'node:fs/promises'
import { hostname } from 'node:os'
import { resolve } from 'node:path'
import { Command } from 'commander'
import { type Name, parseChain } from '../packet/index.ts'
import { Keychain, TrustError } from '../trust/index.ts'
import { explainUnreachable, homeOf, type RouterChoice, routerAddress } from './client.ts'
import { CliError, EXIT_CODE_HELP, ExitCode } from './exit-code.ts'
import { Folder } from './folder.ts'
import { aborted, interruptible } from './interrupt.ts'
import { openFile } from './open-file.ts'
import { examples, homeOption, routerOption, timeArgument } from './options.ts'
import { Producer } from './producer.ts'
import { formatBytes, formatCount, formatTime } from './text.ts'

/** How long what is served counts as fresh where nothing else is said, in milliseconds. */
const DEFAULT_FRESHNESS_MS = 10_000

/** How often the keychain is asked for the certificate, which it renews in time, in milliseconds. */
const RENEWAL_INTERVAL_MS = 86_400_000

/** Most names that are printed. */
const MAX_NAMES_SHOWN = 20

interface PutOptions extends RouterChoice {
  readonly freshness: number
  readonly as: string
}

export function putCommand(): Command {
  return new Command('put')
    .summary('publish a file or a folder until stopped')
    .description(
      `Publishes a file under a name, or each file in a folder under the name and its path in the folder. Content is read when it
is asked for: a file that changes is a new version. Hidden files, and links that lead out of the folder, are not served.
ctrl-C stops it; a router that is started again is found again.`,
    )
    .argument('<name>', 'e.g. /camera/lobby')
    .argument('<path>', 'a file or a folder')
    .option(
      '--freshness <ms>',
      'how long caches may take a version for the newest',
      timeArgument,
      DEFAULT_FRESHNESS_MS,
    )
    .option('--as <producer>', 'name of the producer, part of its certificate', defaultProducer())
    .addOption(routerOption())
    .addOption(homeOption())
    .addHelpText('after', HELP)
    .action(put)
}

const HELP = `${examples(
  ['ndn-sfc put /camera/yard/1 photo.jpg', 'one file'],
  ['ndn-sfc put /docs ./docs --freshness 1000', 'a folder: ./docs/a/b.txt is /docs/a/b.txt'],
  ['ndn-sfc get thumbnail/camera/yard/1 -o t.jpg', 'in another terminal: ask for it'],
)}
${EXIT_CODE_HELP}`

/** What is to be served. */
interface Served {
  readonly names: readonly Name[]
  readonly bytes: number
  readonly isComplete: boolean
  readonly refused: readonly string[]
  readonly locate: (name: Name) => Promise<string | undefined>
}

async function put(uri: string, path: string, options: PutOptions): Promise<void> {
  const prefix = contentName(uri)
  const served = await look(prefix, resolve(path)).catch((error: NodeJS.ErrnoException) => {
    if (error instanceof CliError) throw error
    const reason = error.code === 'ENOENT' ? 'there is no such file or folder' : error.message
    throw new CliError(ExitCode.Usage, `cannot serve ${path}: ${reason}`, error)
  })
  await interruptible(async (signal) => {
    const keychain = await Keychain.open(homeOf(options))
    const identity = await keychain.producerIdentity(options.as).catch((error: unknown) => {
      if (error instanceof TrustError && error.code === 'bad-label')
        throw new CliError(ExitCode.Usage, error.message, error)
      throw error
    })
    const address = routerAddress(options)
    const { freshness } = options
    const { stderr } = process
    const producer = await Producer.start({
      address,
      prefixes: [prefix],
      locate: served.locate,
      identity,
      freshness,
      onLink: (state, reason) => {
        if (state === 'back') stderr.write(`the router is back: ${prefix} is served again\n`)
        else stderr.write(`the router is gone (${reason}): looking for it until it is back\n`)
      },
      onProblem: (message) => stderr.write(`${message}\n`),
    }).catch(explainUnreachable)
    process.stdout.write(describe(served))
    for (const link of served.refused)
      stderr.write(`not served: ${link} leads nowhere, or out of the folder\n`)
    process.stdout.write(
      `Signed by ${identity.name}, fresh for ${formatTime(freshness)}, at ${address}. ctrl-C stops it.\n`,
    )
    const renewal = setInterval(
      () =>
        void keychain.producerIdentity(options.as).then(
          (renewed) => producer.renew(renewed),
          (error: Error) => stderr.write(`${error.message}\n`),
        ),
      RENEWAL_INTERVAL_MS,
    )
    await aborted(signal)
    clearInterval(renewal)
    producer.close()
  })
}

function contentName(uri: string): Name {
  const { functions, content } = parseChain(uri)
  if (functions.length === 0) return content
  throw new CliError(
    ExitCode.Usage,
    `'${uri}' names a function's result: content is published under a name such as /camera/1`,
  )
}

async function look(prefix: Name, path: string): Promise<Served> {
  if ((await stat(path)).isDirectory()) {
    const folder = await Folder.open(prefix, path)
    const listing = await folder.list()
    if (listing.names.length === 0) {
      throw new CliError(
        ExitCode.Usage,
        `nothing to serve: there are no files in ${path} but hidden ones, if any`,
      )
    }
    return { ...listing, locate: (name) => folder.locate(name) }
  }
  const file = await openFile(path)
  if (file === undefined)
    throw new CliError(ExitCode.Usage, `cannot serve ${path}: it is neither a file nor a folder`)
  await file.close()
  const locate = async (name: Name): Promise<string | undefined> => (name.equals(prefix) ? path : undefined)
  return { names: [prefix], bytes: file.size, isComplete: true, refused: [], locate }
}

function describe({ names, bytes, isComplete }: Served): string {
  const shown = names.map(String).sort().slice(0, MAX_NAMES_SHOWN)
  const more = names.length - shown.length
  const atLeast = isComplete ? '' : 'more than '
  return [
    `Serving ${atLeast}${formatCount(names.length, 'file')}, ${formatBytes(bytes)}:`,
    ...shown.map((name) => `  ${name}`),
    ...(more > 0 ? [`  … and ${atLeast}${formatCount(more, 'more', 'more')}`] : []),
    '',
  ].join('\n')
}

/** This machine's name, as far as it can be part of a certificate's. */
function defaultProducer(): string {
  return (
    hostname()
      .replace(/[^A-Za-z0-9._-]/g, '-')
      .replace(/^[^A-Za-z0-9]+/, '')
      .slice(0, 64) || 'producer'
  )
}
