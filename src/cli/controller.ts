import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { Command, InvalidArgumentError, Option } from 'commander'
import type { Logger } from 'pino'
import type { TokenStore } from '../api/index.ts'
import { writeWhole } from '../facts/index.ts'
import { defaultHome } from '../router/index.ts'
import { controllerTokenFile } from './controller-client.ts'
import { tokenCommand } from './controller-token.ts'
import { EXIT_CODE_HELP } from './exit-code.ts'
import { aborted, interruptible } from './interrupt.ts'
import { createLogger, LOG_LEVELS, type LogLevel } from './logger.ts'
import { NodeProcesses } from './node-processes.ts'
import { networkOf, openController } from './open-controller.ts'
import { examples, homeOption } from './options.ts'
import { addRegistryOptions, type RegistryChoice } from './registry-options.ts'

/** Name of the token that lies in the home folder, for who runs the controller. */
const OWN_TOKEN = 'local'

interface Listening {
  readonly host: string
  readonly port: number | undefined
}

interface Options extends RegistryChoice {
  readonly withNodes?: true
  readonly listen?: Listening
  readonly home?: string
  readonly log: LogLevel
}

export function controllerCommand(): Command {
  const command = new Command('controller')
    .summary('run a controller: what is deployed is made so, and kept so')
    .description(
      `Runs a controller in the foreground. It carries out deployments on the nodes of a network, and keeps them as they are to be; what it
knows outlives it. ctrl-C ends it: what runs on nodes goes on. Other commands, and other programs, ask it over HTTP; /openapi.json says what
there is.`,
    )
    .argument('[network]', 'nodes and registry: YAML (default: the node of the home folder, and --registry)')
    .option('--with-nodes', 'start the nodes that have a config in the file, and end them in the end')
    .addOption(
      new Option('--listen <address>', 'HOST:PORT, HOST or :PORT (default: 127.0.0.1:7380)').argParser(
        listenArgument,
      ),
    )
  return addRegistryOptions(command)
    .addOption(homeOption())
    .addOption(new Option('--log <level>', 'what is logged').choices(LOG_LEVELS).default('info'))
    .addHelpText('after', HELP)
    .action(run)
    .addCommand(tokenCommand())
}

const HELP = `${examples(
  ['ndn-sfc controller', 'of the one node that ndn-sfc up runs'],
  ['ndn-sfc controller network.yaml --with-nodes', 'a network on this host, and its controller'],
  ['ndn-sfc controller network.yaml --listen 0.0.0.0', 'for other hosts, too: they need a token'],
  ['ndn-sfc controller token add alice --role viewer', 'make one'],
)}

Who runs it has a token in controller-token of the home folder, where the other commands find it. Tokens go over the network as they
are: for other hosts put something that speaks TLS before it.
${EXIT_CODE_HELP}`

async function run(file: string | undefined, options: Options): Promise<void> {
  const home = options.home === undefined ? defaultHome() : resolve(options.home)
  const log = await createLogger(options.log, process.stdout)
  await interruptible(async (signal) => {
    signal.addEventListener('abort', () => log.info('stopping; once more to end at once'), { once: true })
    const network = await networkOf(file, home, options.registry)
    const nodes =
      options.withNodes === true ? await NodeProcesses.start(network.nodes, log, signal) : undefined
    try {
      const controller = await openController({ network, home, registry: options, log, signal })
      try {
        await serve(controller, options.listen, home, log, signal)
      } finally {
        await controller.close()
      }
    } finally {
      await nodes?.stop()
    }
    log.info('stopped')
  })
}

async function serve(
  { actions, tokens }: Awaited<ReturnType<typeof openController>>,
  listen: Listening | undefined,
  home: string,
  log: Logger,
  signal: AbortSignal,
): Promise<void> {
  const { isLoopback, serveApi } = await import('../api/index.ts')
  await ensureOwnToken(tokens, controllerTokenFile(home))
  const server = await serveApi(actions, { tokens, ...listen, log })
  try {
    if (listen !== undefined && !isLoopback(listen.host))
      log.warn('tokens go over the network as they are: put something that speaks TLS before this address')
    log.info({ state: 'ready', url: server.url }, `ready: the controller answers at ${server.url}`)
    await aborted(signal)
  } finally {
    await server.close()
  }
}

/** The commands of who runs the controller find a token in the home folder. */
async function ensureOwnToken(tokens: TokenStore, file: string): Promise<void> {
  const { newToken } = await import('../api/index.ts')
  const kept = await readFile(file, 'utf8').catch(() => '')
  if (tokens.findToken(kept.trim()) !== undefined) return
  const token = newToken()
  tokens.removeToken(OWN_TOKEN)
  tokens.addToken(OWN_TOKEN, 'operator', token)
  await writeWhole(file, `${token}\n`)
}

function listenArgument(text: string): Listening {
  const match = /^(\[[^\]]+\]|[^:]*)(?::(\d{1,5}))?$/.exec(text)
  const [, host = '', port] = match ?? []
  if (match === null || text === '' || Number(port ?? 0) > 65_535)
    throw new InvalidArgumentError('write HOST:PORT, HOST or :PORT.')
  return {
    host: host === '' ? '127.0.0.1' : host.replace(/^\[(.*)\]$/, '$1'),
    port: port === undefined ? undefined : Number(port),
  }
}
