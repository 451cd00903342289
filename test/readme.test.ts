import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { loadConfig } from '../src/router/index.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const COMMAND = `"${process.execPath}" "${join(ROOT, 'dist/src/cli/main.js')}"`

/** What a command that stays up says when it can be used. */
const READY = /\b(ready|serving|try)\b/i

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
const blocks = blocksOf(readme)
// Short, for a path to a Unix socket.
const folder = await mkdtemp(join(tmpdir(), 'readme-'))
await cp(join(ROOT, 'README.md'), join(folder, 'README.md'))
await cp(join(ROOT, 'topologies'), join(folder, 'topologies'), { recursive: true })
const running: ChildProcess[] = []

t.teardown(async () => {
  await Promise.all(running.map(end))
  await rm(folder, { recursive: true, force: true })
})

/** The README's command as the shell is given it here: the checkout's own, in a folder of the test's. */
function start(command: string): ChildProcess {
  const line = command
    .replaceAll('npx ndn-sfc', COMMAND)
    .replace(/^npm start/, `npm --prefix "${ROOT}" start`)
  return spawn('bash', ['-c', `exec ${line}`], {
    cwd: folder,
    env: { ...process.env, NDN_SFC_HOME: join(folder, 'home') },
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
            .filter((line) => !line.includes('✓'))
            .join('\n'),
        )
      )
        resolve()
    }
    child.stdout?.on('data', look)
    child.stderr?.on('data', look)
    child.once('close', (code) => reject(new Error(`${command} ended with ${code}:\n${output}`)))
  })
}

/** A line of output as the README shows it: … stands for what is different each time, a gap for any other. */
function patternOf(line: string): RegExp {
  const words = line.trim().split(/\s+/)
  return new RegExp(
    words.map((word) => (word === '…' ? '.*' : word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))).join('\\s+'),
  )
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const closed = once(child, 'close')
  // As ctrl-C at a terminal: it reaches all that the command has started.
  process.kill(-(child.pid as number), 'SIGINT')
  await closed
}

t.test('the commands and code of the README work in the order in which they stand', async (t) => {
  let output = ''
  let isDemoUp = false
  for (const { language, note, text } of blocks) {
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
  t.ok(isDemoUp, 'there were commands for the second terminal')
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
