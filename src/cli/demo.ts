import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { Command } from 'commander'
import { Endpoint, type FetchedObject, fetchObject } from '../endpoint/index.ts'
import { connect, FaceError } from '../face/index.ts'
import { flatName, Name, parseChain } from '../packet/index.ts'
import { type ConfigSource, defaultAddress, defaultHome, loadConfig, Node } from '../router/index.ts'
import { Keychain } from '../trust/index.ts'
import { formatPeople, formatTryOut, type Photograph, readPeople } from './demo-text.ts'
import { CliError, ExitCode } from './exit-code.ts'
import { aborted, interruptible } from './interrupt.ts'
import { createLogger } from './logger.ts'
import { engineOption, examples, homeOption } from './options.ts'
import { paintFor } from './paint.ts'
import { Producer } from './producer.ts'
import { startProgress } from './start-progress.ts'
import { formatBytes, formatCount, formatTime } from './text.ts'
import { collectTraces, type Request } from './trace.ts'
import { formatTrace } from './trace-table.ts'

const CAMERA = Name.parse('/camera/lobby')
const PHOTOGRAPHS = 6
const CHAIN = 'age-gender:extract-faces:detect-faces'

/** The photographs never change, in milliseconds. */
const FRESHNESS_MS = 3_600_000

/** For one photograph, the first of which finds everything cold, in milliseconds. */
const TIMEOUT_MS = 60_000

interface DemoOptions {
  readonly once?: true
  readonly engine?: NonNullable<ConfigSource['engine']>
  readonly home?: string
}

export function demoCommand(): Command {
  return new Command('demo')
    .summary('see it work: photographs through three functions')
    .description(
      `Starts a node, publishes six photographs, and asks for the ages of the people in each by name: ${CHAIN}${CAMERA}/1.
Shows the trace of a request and an answer from the cache, and stays up to be played with until ctrl-C. This is what npm start runs.`,
    )
    .option('--once', 'end when all has been shown')
    .addOption(engineOption())
    .addOption(homeOption())
    .addHelpText(
      'after',
      examples(
        ['npm start', 'the same'],
        ['ndn-sfc demo --engine process', 'without containers'],
        ['npm start -- --once', 'and end; the exit code is 0 if all went well'],
      ),
    )
    .action(demo)
}

async function demo(options: DemoOptions): Promise<void> {
  const { once, engine } = options
  const home = options.home === undefined ? defaultHome() : resolve(options.home)
  await interruptible(async (signal) => {
    const node = await startNode({ home, ...(engine === undefined ? {} : { engine }) }, signal)
    try {
      signal.throwIfAborted()
      const stage = await Stage.open(node, defaultAddress(home))
      try {
        await stage.play(signal)
        if (once === true) return
        // The second terminal does not have our option, or our environment.
        const told = options.home === undefined ? undefined : home
        say(formatTryOut(`${CHAIN}${CAMERA}/1`, told, paintFor(process.stdout)))
        await aborted(signal)
      } finally {
        stage.close()
      }
    } finally {
      say('\nStopping the node …')
      await node.stop()
    }
  })
}

async function startNode(source: ConfigSource, signal: AbortSignal): Promise<Node> {
  const config = await loadConfig(undefined, source)
  say('Starting a node: a router and its functions. The first time takes longest.')
  const progress = startProgress(process.stdout)
  const log = await createLogger('warn', process.stderr)
  try {
    const node = await Node.start(config, { log, onProgress: progress.onProgress, signal })
    progress.stop()
    if (signal.aborted) return node
    say(`${node.engineWhy}\nThe router answers at ${node.addresses.join(', ')}.`)
    return node
  } catch (error) {
    progress.stop()
    if (!(error instanceof FaceError) || error.code !== 'address-in-use') throw error
    throw new CliError(
      ExitCode.Other,
      `${error.message}; for the demo: npm start -- --home DIR. What runs already can be asked with 'npx ndn-sfc status'`,
      error,
    )
  }
}

/** A producer and a consumer at a node. */
class Stage {
  readonly #node: Node
  readonly #endpoint: Endpoint
  readonly #producer: Producer

  private constructor(node: Node, endpoint: Endpoint, producer: Producer) {
    this.#node = node
    this.#endpoint = endpoint
    this.#producer = producer
  }

  static async open(node: Node, address: string): Promise<Stage> {
    const keychain = await Keychain.open(node.config.home)
    const producer = await Producer.start({
      address,
      prefixes: [CAMERA],
      identity: await keychain.producerIdentity('camera'),
      freshness: FRESHNESS_MS,
      locate: async (name) => photographs().get(name.key),
    })
    return new Stage(node, new Endpoint(await connect(address)), producer)
  }

  close(): void {
    this.#endpoint.close()
    this.#producer.close()
  }

  async play(signal: AbortSignal): Promise<void> {
    const paint = paintFor(process.stdout)
    const title = (text: string): void => say(`\n${paint('bold', text)}`)
    title(`Six photographs are published as ${CAMERA}/1 to /${PHOTOGRAPHS}. Who is in them?`)
    say(paint('dim', `Asking for ${CHAIN}${CAMERA}/1 and so on.\n`))
    const found: Photograph[] = []
    let last: Asked | undefined
    for (let number = 1; number <= PHOTOGRAPHS; number++) {
      last = await this.#ask(number, signal)
      found.push({ name: `${CAMERA}/${number}`, people: readPeople(last.result.content), ms: last.total })
    }
    say(formatPeople(found))
    if (last === undefined || found.every(({ people }) => people.length === 0))
      throw new CliError(ExitCode.FunctionFailed, 'nobody was found in any photograph')
    title(`How the last request went, from hop to hop:`)
    say(formatTrace(await collectTraces(this.#endpoint, last.result.name, last, { signal }), paint))
    title('The same once more:')
    await this.#askAgain(last, signal)
  }

  async #askAgain(first: Asked, signal: AbortSignal): Promise<void> {
    const before = this.#node.status().contentStore.hits
    const again = await this.#ask(PHOTOGRAPHS, signal)
    const hits = this.#node.status().contentStore.hits - before
    if (hits < 1) throw new CliError(ExitCode.Other, 'the Content Store did not answer the second request')
    say(
      `${formatTime(again.total)} instead of ${formatTime(first.total)}: ${formatBytes(again.result.content.length)} from the Content Store of the router, ` +
        `whose hit counter went from ${before} to ${before + hits}; no function was asked.`,
    )
    say(`(It holds ${formatCount(this.#node.status().contentStore.packets, 'packet')} now.)`)
  }

  async #ask(number: number, signal: AbortSignal): Promise<Asked> {
    const name = flatName(parseChain(`${CHAIN}${CAMERA}/${number}`))
    const sent = Date.now()
    const began = performance.now()
    const result = await fetchObject(this.#endpoint, name, { timeout: TIMEOUT_MS, signal })
    return { result, sent, total: performance.now() - began }
  }
}

interface Asked extends Request {
  readonly result: FetchedObject
}

/** The photographs that face-api ships, by the keys of their names here. */
function photographs(): Map<string, string> {
  const folder = join(
    dirname(createRequire(import.meta.url).resolve('@vladmandic/face-api/package.json')),
    'demo',
  )
  return new Map(
    Array.from({ length: PHOTOGRAPHS }, (_, index) => [
      Name.parse(`${CAMERA}/${index + 1}`).key,
      join(folder, `sample${index + 1}.jpg`),
    ]),
  )
}

function say(text: string): void {
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`)
}
