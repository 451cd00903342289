import { basename, resolve } from 'node:path'
import { Command, Option } from 'commander'
import type { Logger } from 'pino'
import { type ConfigSource, loadConfig, Node, type NodeConfig, type NodeProgress } from '../router/index.ts'
import { EXIT_CODE_HELP } from './exit-code.ts'
import { aborted, interruptible } from './interrupt.ts'
import { createLogger, LOG_LEVELS, type LogLevel } from './logger.ts'
import { engineOption, examples, homeOption } from './options.ts'
import { Reloader } from './reload.ts'
import { formatCount } from './text.ts'

interface UpOptions {
  readonly config?: string
  readonly engine?: NonNullable<ConfigSource['engine']>
  readonly function?: readonly string[]
  readonly home?: string
  readonly log?: LogLevel
}

export function upCommand(): Command {
  return new Command('up')
    .summary('run a node: a router and its functions')
    .description(
      `Runs a node in the foreground: a router and the functions that it offers. ctrl-C stops it and leaves no container, process or
socket behind; a second ctrl-C ends it at once. SIGHUP makes it read its configuration file again. It logs for a person on a terminal, otherwise one JSON object a line.`,
    )
    .option('--config <file>', 'configuration, YAML; what is said here takes the place of what the file says')
    .addOption(engineOption())
    .option(
      '--function <path>',
      'folder or single file of a function, may be repeated (default: the functions that ship)',
      (path: string, before: readonly string[] = []) => [...before, path],
    )
    .addOption(homeOption())
    .addOption(new Option('--log <level>', 'what is logged (default: info)').choices(LOG_LEVELS))
    .addHelpText('after', HELP)
    .action(up)
}

const HELP = `${examples(
  ['ndn-sfc up', 'the functions that ship, in containers if possible'],
  ['ndn-sfc up --engine process', 'as child processes'],
  ['ndn-sfc up --function ./my-function.ts', 'a function of your own'],
  ['ndn-sfc up --config node.yaml --log debug', 'a node of your own'],
)}
${EXIT_CODE_HELP}`

async function up(options: UpOptions): Promise<void> {
  const load = (): Promise<NodeConfig> => loadConfig(options.config, overridesOf(options))
  const config = await load()
  const log = await createLogger(config.logLevel, process.stdout)
  const reloader = new Reloader(load, log)
  // Where there is no file, there is nothing to read again.
  const onHangUp = (): boolean => options.config !== undefined && reloader.onHangUp()
  await interruptible(async (signal) => {
    signal.addEventListener('abort', () => log.info('stopping; once more to end at once'), { once: true })
    const node = await Node.start(config, { log, signal, onProgress: (event) => logProgress(log, event) })
    try {
      if (!signal.aborted) await announce(log, node)
      reloader.use(node)
      await aborted(signal)
    } finally {
      await node.stop()
    }
    log.info('stopped')
  }, onHangUp)
}

/** The node itself logs each change of state. */
function logProgress(log: Logger, { function: source, step, state, ms }: NodeProgress): void {
  // Before its manifest is read a function is known by its path.
  if (state === undefined) log.info({ function: basename(source), ms: Math.round(ms) }, step)
}

async function announce(log: Logger, node: Node): Promise<void> {
  const { addresses, engineWhy } = node
  const functions = await node.functions()
  const ready = functions.filter(({ state }) => state === 'ready').length
  const offered = `${ready} of ${formatCount(functions.length, 'function')}`
  log.info(engineWhy)
  log.info(
    { state: 'ready', addresses },
    `ready: ${offered} at ${addresses.join(', ')}; try 'ndn-sfc functions' in another terminal`,
  )
}

function overridesOf({ engine, home, log, function: paths }: UpOptions): ConfigSource {
  return {
    ...(engine === undefined ? {} : { engine }),
    ...(log === undefined ? {} : { logLevel: log }),
    ...(home === undefined ? {} : { home: resolve(home) }),
    ...(paths === undefined ? {} : { functions: paths.map((path) => resolve(path)) }),
  }
}
