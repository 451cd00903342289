import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { loadConfig } from '../src/router/index.ts'
import { RegistryHost, skipWithoutRegistry } from './repository/registry-host.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const COMMAND = `"${process.execPath}" "${join(ROOT, 'dist/src/cli/main.js')}"`

/** What a command that stays up says when it can be used. */
const READY = /\b(ready|serving|try)\b/i

/** In lines that say the same of a part of it: a function, a node. */
const OF_A_PART = /✓|"node":/

/** Where a controller says that it answers. */
const CONTROLLER = /the controller answers at (http:[^"\s]+)/

/** Photographs that the README names. */
const PHOTOGRAPHS = 'node_modules/@vladmandic/face-api/demo'

/** The section that needs a registry. */
const DEPLOY = '## Deploy\n'

interface Block {
  readonly language: string
  /** What stands behind the language: a file's name, or `background`. */
  readonly note: string
  readonly text: string
}

function blocksOf(markdown: string): Block[] {
  return [...markdown.matchAll(/^```(\w+) ?(.*)\n([\s\S]*?)^```$/gm)].map(
    ([, language = '', note = '', text = '']) => ({
      language,
      note,
      text,
    }),
  )
}

const readme = await readFile(join(ROOT, 'README.md'), 'utf8')
// Short, for a path to a Unix socket.
const folder = await mkdtemp(join(tmpdir(), 'readme-'))
await cp(join(ROOT, 'README.md'), join(folder, 'README.md'))
for (const part of ['topologies', 'deployments', PHOTOGRAPHS])
  await cp(join(ROOT, part), join(folder, part), { recursive: true, filter: isPartOfCheckout })
/** What the commands are told by it. */
const environment: Record<string, string> = { NDN_SFC_HOME: join(folder, 'home') }
const running: ChildProcess[] = []

t.teardown(async () => {
  await Promise.all(running.map(end))
  await rm(folder, { recursive: true, force: true })
})

/** Not the homes of nodes that somebody runs there. */
function isPartOfCheckout(path: string): boolean {
  return !/^deployments.[^.]+$/.test(relative(ROOT, path))
}

/** The example network with a registry, and at addresses, of the test's own. */
async function moveNetwork(registry: string): Promise<void> {
  const nodes = ['edge-1', 'edge-2', 'cloud']
  for (const name of ['network', ...nodes]) {
    const file = join(folder, 'deployments', `${name}.yaml`)
    const text = (await readFile(file, 'utf8'))
      .replace(/^registry: .*/m, `registry: ${registry}`)
      .replace(
        /home: \.\/([\w-]+), address: [^,]+/g,
        (_, node) => `home: ./${node}, address: "${socketOf(node)}"`,
      )
      .replace('engine: auto', 'engine: process')
      .replace(/^listen: .*/m, '')
    await writeFile(file, text)
  }
  environment.NDN_SFC_REGISTRY = registry
}

function socketOf(node: string): string {
  return `unix://${join(folder, 'deployments', node, 'router.sock')}`
}

/** The README's command as the shell is given it here: the checkout's own, in a folder of the test's. */
function start(command: string): ChildProcess {
  const line = command
    .replaceAll('npx ndn-sfc', COMMAND)
    .replace(/^npm start/, `npm --prefix "${ROOT}" start`)
    .replace(/ controller deployments.*/, '$& --listen :0')
  return spawn('bash', ['-c', `exec ${line}`], {
    cwd: folder,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
}

async function run(command: string): Promise<{ code: number; output: string }> {
  const child = start(command)
  let output = ''
  child.stdout?.on('data', (chunk) => (output += chunk))
  child.stderr?.on('data', (chunk) => (output += chunk))
  const [code] = (await once(child, 'close')) as [number]
  return { code, output }
}

async function startAndWait(command: string): Promise<void> {
  const child = start(command)
  running.push(child)
  let output = ''
  await new Promise<void>((resolve, reject) => {
    const look = (chunk: Buffer): void => {
      output += chunk
      if (
        READY.test(
          output
            .split('\n')
            .filter((line) => !OF_A_PART.test(line))
            .join('\n'),
        )
      )
        resolve()
    }
    child.stdout?.on('data', look)
    child.stderr?.on('data', look)
    child.once('close', (code) => reject(new Error(`${command} ended with ${code}:\n${output}`)))
  })
  const [, controller] = CONTROLLER.exec(output) ?? []
  if (controller !== undefined) environment.NDN_SFC_CONTROLLER = controller
}

/** A line of output as the README shows it: … stands for what is different each time, a gap for any other. */
function patternOf(line: string): RegExp {
  const words = line.trim().split(/\s+/)
  return new RegExp(
    words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll('…', '.*')).join('\\s+'),
  )
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const closed = once(child, 'close')
  // As ctrl-C at a terminal: it reaches all that the command has started.
  process.kill(-(child.pid as number), 'SIGINT')
  await closed
}

let isDemoUp = false

async function follow(t: Test, markdown: string): Promise<void> {
  let output = ''
  for (const { language, note, text } of blocksOf(markdown)) {
    const isFile = /\.(ts|yaml)$/.test(note)
    if (isFile) await writeFile(join(folder, note), text)
    if (language === 'text') {
      for (const line of text.trim().split('\n')) t.match(output, patternOf(line))
    }
    if (language !== 'sh') continue
    for (const command of text.trim().split('\n')) {
      if (note === 'background') {
        await startAndWait(command)
        t.pass(command)
        continue
      }
      // "With `npm start` running in another terminal".
      if (command.startsWith('npx') && !isDemoUp) {
        await startAndWait('npm start')
        isDemoUp = true
      }
      const result = await run(command)
      output = result.output
      t.equal(result.code, 0, `${command}\n${output}`)
    }
  }
}

const sections = readme.split(/^(?=## )/m)
const [deploy = ''] = sections.filter((section) => section.startsWith(DEPLOY))

t.test('the commands and code of the README work in the order in which they stand', async (t) => {
  await follow(t, sections.filter((section) => section !== deploy).join(''))
  t.ok(isDemoUp, 'there were commands for the second terminal')
})

t.test('so do those that deploy', { skip: skipWithoutRegistry }, async (t) => {
  const { url } = await RegistryHost.start(t)
  await moveNetwork(url)
  await follow(t, deploy)
  t.match(environment.NDN_SFC_CONTROLLER, /^http:/, 'there was a controller')
})

t.test('the configuration in the README is read, and shows the defaults', async (t) => {
  const sample = await loadConfig(join(folder, 'node.yaml'))
  const defaults = await loadConfig()
  t.same(sample.contentStore, defaults.contentStore)
  t.same(sample.limits, defaults.limits)
  t.equal(sample.engine, defaults.engine)
  t.equal(sample.home, join(folder, 'my-gateway'))
})

t.test('every folder that the README links to is there', async (t) => {
  const links = [...readme.matchAll(/\]\(([^)#:]+)\)/g)].map(([, link = '']) => link)
  for (const link of new Set(links)) await t.resolves(stat(join(ROOT, link)), link)
  t.ok(links.length > 0)
})
