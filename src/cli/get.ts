import { Command } from 'commander'
import { type Endpoint, fetchObject } from '../endpoint/index.ts'
import { type Chain, type Data, flatName, parseChain } from '../packet/index.ts'
import { type Answer, describeAnswer, formatAnswer, UNKNOWN_TYPE } from './answer.ts'
import { homeOf, openEndpoint, type RouterChoice, routerAddress } from './client.ts'
import { CliError, EXIT_CODE_HELP, ExitCode, exitCodeOf, messageOf } from './exit-code.ts'
import { interruptible } from './interrupt.ts'
import { anchorFile, Makers, readAnchor } from './made-by.ts'
import { examples, homeOption, routerOption, timeoutArgument } from './options.ts'
import { fileOutput, type Output, streamOutput } from './output.ts'
import { paintFor } from './paint.ts'
import { fetchProgress } from './progress.ts'
import { suggest } from './suggest.ts'
import { collectTraces } from './trace.ts'

const DEFAULT_TIMEOUT_MS = 30_000

interface GetOptions extends RouterChoice {
  readonly output?: string
  readonly timeout: number
  readonly json?: true
  readonly trace?: true
  readonly verify?: true
  readonly anchor?: string
}

export function getCommand(): Command {
  return new Command('get')
    .summary('ask for content, or for functions applied to it')
    .description(
      `Asks for content by its name, or for the result of functions applied to it: F3:F2:F1/content is F3 of F2 of F1 of
/content. Writes the bytes to standard output or to a file.`,
    )
    .argument(
      '<chain>',
      'e.g. /camera/lobby/1 or thumbnail:resize(width=640)/camera/lobby/1; quote it where it has ( )',
    )
    .option('-o, --output <file>', 'write to a file, which is replaced only when all of the result is there')
    .option(
      '--timeout <ms>',
      'longest time for the whole result: milliseconds, or e.g. 2m',
      timeoutArgument,
      DEFAULT_TIMEOUT_MS,
    )
    .option('--json', 'print one JSON object about the result; with its content where that is JSON or text')
    .option('--trace', 'show what each function and each way between them took')
    .option('--verify', 'accept only what the trust anchor vouches for, and tell who made it')
    .option(
      '--anchor <file>',
      'certificate of the trust anchor (default: that of the home folder); implies --verify',
    )
    .addOption(routerOption())
    .addOption(homeOption())
    .addHelpText('after', HELP)
    .action(get)
}

const HELP = `${examples(
  ['ndn-sfc get age-gender:extract-faces:detect-faces/camera/lobby/1', 'who is in the photograph'],
  ["ndn-sfc get 'resize(width=640)/camera/lobby/2' -o small.jpg", 'a parameter; a file'],
  ['ndn-sfc get /camera/lobby/3 | file -', 'plain content, into a pipe'],
  [
    'ndn-sfc get --trace --verify statistics:age-gender:extract-faces:detect-faces/camera/lobby/3',
    'when, where and by whom',
  ],
)}

With --json: { name, version, mediaType, bytes, ms, segments, retransmissions, content?, file?, verified?, trace? }
${EXIT_CODE_HELP}
  130  stopped by ctrl-C`

async function get(uri: string, options: GetOptions): Promise<void> {
  const chain = parseChain(uri)
  const file = options.output === '-' ? undefined : options.output
  const output = await outputFor(options.json, file)
  const isVerified = options.verify === true || options.anchor !== undefined
  const anchor = isVerified ? await readAnchor(options.anchor ?? anchorFile(homeOf(options))) : undefined
  await interruptible(async (signal) => {
    const endpoint = await openEndpoint(routerAddress(options))
    try {
      const makers = anchor === undefined ? undefined : new Makers(anchor, endpoint, signal)
      const answer = await ask(endpoint, chain, options, makers, signal)
      await output?.write(answer.result.content, answer.result.mediaType ?? UNKNOWN_TYPE)
      if (options.json === true) process.stdout.write(`${JSON.stringify(describeAnswer(answer, file))}\n`)
      else process.stderr.write(formatAnswer(answer, file, paintFor(process.stderr)))
    } finally {
      endpoint.close()
    }
  })
}

/** None where only the summary is asked for. */
async function outputFor(json: true | undefined, file: string | undefined): Promise<Output | undefined> {
  if (file !== undefined) return fileOutput(file)
  return json === true ? undefined : streamOutput(process.stdout)
}

async function ask(
  endpoint: Endpoint,
  chain: Chain,
  options: GetOptions,
  makers: Makers | undefined,
  signal: AbortSignal,
): Promise<Answer> {
  const progress = fetchProgress(process.stderr)
  const sent = Date.now()
  const began = performance.now()
  const result = await fetchObject(endpoint, flatName(chain), {
    timeout: options.timeout,
    signal,
    verify: makers && ((data) => makers.accept(data)),
    onProgress: progress.onProgress,
  })
    .catch((error: unknown) => explain(endpoint, chain, error))
    .finally(() => progress.stop())
  const total = performance.now() - began
  if (options.trace !== true) return { chain, result, ms: total, makers }
  const verify = makers && ((data: Data) => makers.verify(data))
  const trace = await collectTraces(endpoint, result.name, { sent, total }, { signal, verify })
  return { chain, result, ms: total, makers, trace }
}

/** Adds, to an error that something can be done about, what that is. */
async function explain(endpoint: Endpoint, chain: Chain, error: unknown): Promise<never> {
  const exitCode = exitCodeOf(error)
  let hint = ''
  if (exitCode === ExitCode.NoRoute) hint = await suggest(endpoint, chain)
  if (exitCode === ExitCode.Timeout && chain.functions.length > 0)
    hint = 'a function that is still at work keeps its result: ask again, or give it longer with --timeout'
  if (hint === '') throw error
  throw new CliError(exitCode as ExitCode, `${messageOf(error)}\n${hint}`, error)
}
