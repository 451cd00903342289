import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Test } from 'tap'
import { digestFolder } from '../../src/engine/folder.ts'
import type { Artifact, Engine, EngineEvent, InstanceSpec } from '../../src/engine/index.ts'
import { SOCKET_FILE } from '../../src/engine/index.ts'
import { parseManifest } from '../../src/function/index.ts'

export { digestFolder }

/** What a test starts as an instance: it runs whatever code the test sends through the door. */
const AGENT = `
import { createRequire } from 'node:module'
import { createConnection } from 'node:net'
import { createInterface } from 'node:readline'
process.on('SIGTERM', () => { console.error('asked to stop'); process.exit(0) })
const require = createRequire(import.meta.url)
const AsyncFunction = (async () => {}).constructor
const door = createConnection(process.env.NDN_SFC_SOCKET)
door.on('close', () => process.exit(0))
for await (const line of createInterface({ input: door })) {
  const reply = await new AsyncFunction('require', JSON.parse(line))(require).then(
    (result) => ({ result }),
    (error) => ({ error: error.code ?? error.message }),
  )
  door.write(JSON.stringify(reply) + '\\n')
}
`

export interface ArtifactOptions {
  name?: string
  limits?: { cpus?: number; memory?: string; pids?: number }
  programs?: string[]
  main?: string
  /** Further files, path to content. */
  files?: Record<string, string>
}

/** A folder of the test's own that is removed with it. */
export async function temporaryFolder(t: Test): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'ndn-sfc-test-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** A name for this test's node that no other test has. */
export function uniqueNode(): string {
  return `test-${process.pid}-${Math.random().toString(36).slice(2, 8)}`
}

/** An artifact written by hand. */
export async function makeArtifact(t: Test, options: ArtifactOptions = {}): Promise<Artifact> {
  const directory = await temporaryFolder(t)
  const manifest = parseManifest({
    name: options.name ?? 'agent',
    input: '*/*',
    output: 'text/plain',
    module: 'index.ts',
    limits: { memory: '128MiB', ...options.limits },
    programs: options.programs ?? [],
  })
  const files = {
    'main.mjs': options.main ?? AGENT,
    'manifest.json': JSON.stringify(manifest),
    // Tests in different processes must not share an image that each removes in the end.
    'test.txt': `${process.pid} ${directory}`,
    ...options.files,
  }
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(directory, path)), { recursive: true })
    await writeFile(join(directory, path), content)
  }
  return { directory, digest: await digestFolder(directory), manifest }
}

/** The test's end of an instance's door. */
export class Agent {
  readonly #socket: Socket
  readonly #replies: AsyncIterator<string>

  constructor(socket: Socket) {
    this.#socket = socket
    socket.on('error', () => {})
    this.#replies = createInterface({ input: socket })[Symbol.asyncIterator]()
  }

  /** Runs the body of an async function inside the instance; rejects with the code or message of what it throws. */
  async run<T = unknown>(code: string): Promise<T> {
    this.send(code)
    const { value, done } = await this.#replies.next()
    if (done) throw new Error('the instance ended')
    const { result, error } = JSON.parse(value) as { result: T; error?: string }
    if (error !== undefined) throw new Error(error)
    return result
  }

  /** The same for code that gives no answer. */
  send(code: string): void {
    this.#socket.write(`${JSON.stringify(code)}\n`)
  }
}

/** A door folder with somebody behind the door. */
export async function makeDoor(
  t: Test,
  mode = 0o711,
): Promise<{ directory: string; connected: Promise<Agent> }> {
  const directory = await temporaryFolder(t)
  await chmod(directory, mode)
  const server = createServer()
  const sockets = new Set<Socket>()
  const connected = new Promise<Agent>((resolve) => {
    server.on('connection', (socket) => {
      sockets.add(socket)
      resolve(new Agent(socket))
    })
  })
  await new Promise<void>((resolve) => server.listen(join(directory, SOCKET_FILE), resolve))
  await chmod(join(directory, SOCKET_FILE), 0o666)
  t.teardown(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return { directory, connected }
}

/** Starts an instance and waits until it has come through its door. */
export async function startAgent(
  t: Test,
  engine: Engine,
  id: string,
  artifact: Artifact,
  options: Partial<InstanceSpec> = {},
): Promise<Agent> {
  const { directory, connected } = await makeDoor(t)
  await engine.start({ id, artifact, doorDirectory: directory, ...options })
  return await connected
}

type EventOf<Type extends EngineEvent['type']> = Extract<EngineEvent, { type: Type }>

/** The next event of a type; for an exit, of one instance. */
export async function nextEvent<Type extends EngineEvent['type']>(
  engine: Engine,
  type: Type,
  id?: string,
): Promise<EventOf<Type>> {
  return await new Promise((resolve) => {
    const stop = engine.watch((event) => {
      if (event.type !== type || (id !== undefined && event.type === 'exit' && event.id !== id)) return
      stop()
      resolve(event as EventOf<Type>)
    })
  })
}
