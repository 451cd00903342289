import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { pino } from 'pino'
import type { Test } from 'tap'
import { registerPrefix } from '../../src/control/index.ts'
import {
  Endpoint,
  type EndpointOptions,
  type FetchedObject,
  type FetchOptions,
  fetchObject,
  newVersion,
  SegmentedObject,
  splitSegment,
} from '../../src/endpoint/index.ts'
import { connect } from '../../src/face/index.ts'
import { flatName, NackReason, Name, parseChain, type Signer } from '../../src/packet/index.ts'
import { type ConfigSource, loadConfig, Node, type NodeOptions } from '../../src/router/index.ts'
import { digestSigner } from '../../src/trust/index.ts'

/** What is built of the functions of tests, for all of them: a build takes longer than most tests. */
const ARTIFACTS = fileURLToPath(new URL('../../../node_modules/.cache/ndn-sfc-test', import.meta.url))

/** A function of these tests, by its file's name. */
export function functionFile(name: string): string {
  return fileURLToPath(new URL(`../../../test/router/functions/${name}.ts`, import.meta.url))
}

/** A node's home, removed with the test. Short, for the paths of sockets in it. */
export async function makeHome(t: Test): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'sfc-'))
  t.teardown(() => rm(home, { recursive: true, force: true }))
  await mkdir(ARTIFACTS, { recursive: true })
  await symlink(ARTIFACTS, join(home, 'artifacts'))
  return home
}

/** Writes a function of a single file; returns its path. */
export async function writeFunction(t: Test, file: string, source: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sfc-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  const path = join(folder, file)
  await writeFile(path, source)
  return path
}

/** What a node logs. */
export class Log {
  readonly lines: string[] = []
  readonly #waiting = new Set<() => void>()
  readonly logger = pino(
    { level: 'debug', base: null },
    new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        const { msg = '', function: name } = JSON.parse(chunk.toString()) as {
          msg?: string
          function?: string
        }
        this.lines.push(name === undefined ? msg : `${name}: ${msg}`)
        for (const look of [...this.#waiting]) look()
        done()
      },
    }),
  )

  /** Resolves once there is such a line; `after` leaves out the first ones. */
  async saw(pattern: RegExp, after = 0): Promise<string> {
    return await new Promise((resolve) => {
      const look = (): void => {
        const line = this.lines.slice(after).find((text) => pattern.test(text))
        if (line === undefined) return
        this.#waiting.delete(look)
        resolve(line)
      }
      this.#waiting.add(look)
      look()
    })
  }
}

export type TestNodeOptions = ConfigSource &
  Pick<NodeOptions, 'supervision' | 'signal' | 'onProgress'> & { log?: Log }

/** Starts a node that is stopped with the test: without functions and as child processes unless told otherwise. */
export async function startNode(t: Test, options: TestNodeOptions = {}): Promise<Node> {
  const { supervision, signal, onProgress, log = new Log(), ...source } = options
  const home = source.home ?? (await makeHome(t))
  const config = await loadConfig(undefined, {
    name: uniqueName(),
    engine: 'process',
    functions: [],
    ...source,
    home,
  })
  const node = await Node.start(config, { log: log.logger, supervision, signal, onProgress })
  t.teardown(() => node.stop())
  return node
}

let count = 0

/** Of a node that no other test has. */
export function uniqueName(): string {
  return `test-${process.pid}-${++count}`
}

/** An endpoint at a node, closed with the test. */
export async function connectTo(
  t: Test,
  node: Node | string,
  options: EndpointOptions = {},
): Promise<Endpoint> {
  const endpoint = new Endpoint(await connect(typeof node === 'string' ? node : homeAddress(node)), options)
  t.teardown(() => endpoint.close())
  return endpoint
}

export function homeAddress(node: Node): string {
  return node.addresses[0] as string
}

/** Fetches what a chain stands for. */
export function ask(endpoint: Endpoint, chain: string, options: FetchOptions = {}): Promise<FetchedObject> {
  return fetchObject(endpoint, flatName(parseChain(chain)), { timeout: 20_000, ...options })
}

export async function askText(endpoint: Endpoint, chain: string, options?: FetchOptions): Promise<string> {
  return Buffer.from((await ask(endpoint, chain, options)).content).toString()
}

export interface Content {
  readonly text: string
  readonly mediaType?: string
  readonly signer?: Signer
}

/** Publishes one object under each name below a prefix, at a node; returns the names that were asked for. */
export async function publish(
  t: Test,
  node: Node | string,
  prefix: string,
  content: Content,
): Promise<string[]> {
  const asked: string[] = []
  const { text, mediaType = 'text/plain', signer = digestSigner } = content
  const objects = new Map<string, SegmentedObject>()
  const endpoint: Endpoint = await connectTo(t, node, {
    onInterest: async (interest, pitToken) => {
      const { name } = interest
      asked.push(name.toString())
      const parts = splitSegment(name)
      const object =
        objects.get((parts?.object ?? name).key) ??
        new SegmentedObject({
          name,
          version: newVersion(),
          content: Buffer.from(text),
          mediaType,
          freshnessPeriod: 60_000,
          signer,
        })
      objects.set((parts?.object ?? name).key, object)
      const segment = await object.segment(parts?.segment ?? 0)
      if (segment === undefined) endpoint.nack(interest, NackReason.NoRoute, pitToken)
      else endpoint.answer(segment, pitToken)
    },
  })
  await registerPrefix(endpoint, Name.parse(prefix), digestSigner)
  return asked
}
