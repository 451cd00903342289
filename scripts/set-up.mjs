// What a bare clone lacks: its packages, and the compiled code. This needs nothing but Node.js and npm.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { delimiter, join } from 'node:path'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))

const lockPath = '.set-up.lock'
const stampPath = 'dist/.stamp'
const commandPath = 'dist/src/cli/main.js'
/** How often a set-up looks whether another, for which it waits, has ended; ms. */
const LOCK_POLL = 200
/** How often a terminal is shown how long a step has taken; ms. */
const TICK = 100

export function report(message) {
  process.stderr.write(`${message}\n`)
}

/** Installs what package-lock.json names, unless exactly that is installed. */
export function install() {
  return ensure(isInstalled, () => step('installing packages', 'npm', 'ci', '--include=dev'))
}

/** Compiles, unless dist/ holds what the sources compile to, and nothing else. */
export function build() {
  return ensure(isBuilt, async () => {
    const { digest, isOutput } = readSources()
    for (const file of list('dist')) if (!isOutput(file)) rmSync(file)
    if (!(await step('building', 'tsc', '-p', '.'))) return false
    if (existsSync(commandPath)) chmodSync(commandPath, 0o755)
    writeFileSync(stampPath, digest)
    return true
  })
}

/**
 * Runs a command, says so, and shows its output only if it fails. A signal that is to end this process ends the
 * command first.
 * @returns {Promise<boolean>} whether it succeeded.
 */
export async function step(what, command, ...args) {
  const started = performance.now()
  const seconds = () => `${((performance.now() - started) / 1000).toFixed(1)} s`
  const { isTTY } = process.stderr
  process.stderr.write(`${what} …${isTTY ? '\r' : '\n'}`)
  const ticker = isTTY && setInterval(() => process.stderr.write(`${what} … ${seconds()}\r`), TICK)
  const { ok, output } = await collect(command, args)
  clearInterval(ticker)
  if (ok) report(`${what}: done in ${seconds()}`)
  else report(`\n${output}\n${what}: FAILED after ${seconds()} (${[command, ...args].join(' ')})`)
  return ok
}

/** Paths, from the root, of all files in a folder and below; none if there is no such folder. */
export function list(folder) {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
}

/** The folders that are compiled, as far as they exist. */
export function sourceFolders() {
  return JSON.parse(readFileSync('tsconfig.json', 'utf8')).include.filter((folder) => existsSync(folder))
}

function collect(command, args) {
  return new Promise((resolve) => {
    const output = []
    const PATH = join(root, 'node_modules/.bin') + delimiter + process.env.PATH
    const child = spawn(command, args, { env: { ...process.env, PATH }, stdio: ['ignore', 'pipe', 'pipe'] })
    let interruption
    const interrupt = (signal) => {
      interruption = signal
      child.kill(signal)
    }
    process.on('SIGINT', interrupt).on('SIGTERM', interrupt)
    child.stdout.on('data', (chunk) => output.push(chunk))
    child.stderr.on('data', (chunk) => output.push(chunk))
    child.on('error', (error) => output.push(Buffer.from(error.message)))
    child.on('close', (code) => {
      process.off('SIGINT', interrupt).off('SIGTERM', interrupt)
      if (interruption) process.exit(128 + constants.signals[interruption])
      resolve({ ok: code === 0, output: Buffer.concat(output).toString() })
    })
  })
}

function isInstalled() {
  const wanted = readPackages('package-lock.json')
  const present = readPackages('node_modules/.package-lock.json')
  const same = (path) =>
    present[path]?.version === wanted[path]?.version && present[path]?.integrity === wanted[path]?.integrity
  return (
    Object.keys(present).every((path) => path in wanted && same(path)) &&
    // What is optional may be meant for another platform.
    Object.keys(wanted).every((path) => path in present || wanted[path].optional || wanted[path].devOptional)
  )
}

/** The packages in a lock file, by path; npm keeps such a file of what is installed in node_modules. */
function readPackages(path) {
  if (!existsSync(path)) return {}
  const { '': _root, ...packages } = JSON.parse(readFileSync(path, 'utf8')).packages
  return packages
}

function isBuilt() {
  const { digest, required, isOutput } = readSources()
  const present = list('dist')
  return (
    existsSync(stampPath) &&
    readFileSync(stampPath, 'utf8') === digest &&
    present.every(isOutput) &&
    required.every((file) => present.includes(file))
  )
}

function readSources() {
  const sources = sourceFolders()
    .flatMap(list)
    .filter((file) => /\.(ts|json)$/.test(file))
  const hash = createHash('sha256')
  for (const file of ['package.json', 'package-lock.json', 'tsconfig.json', ...sources]) {
    const content = readFileSync(file)
    hash.update(`${file} ${content.length}\n`).update(content)
  }
  const known = new Set(sources)
  return {
    digest: hash.digest('hex'),
    required: sources
      .filter((file) => /(?<!\.d)\.ts$/.test(file))
      .map((file) => join('dist', file.replace(/ts$/, 'js'))),
    isOutput(file) {
      const source = file.slice('dist/'.length).replace(/(\.js|\.js\.map|\.d\.ts)$/, '.ts')
      return file === stampPath || known.has(source)
    },
  }
}

/** Does the work unless it is done, one process at a time: two of `npm ci` would tear up each other's node_modules. */
async function ensure(isDone, work) {
  if (isDone()) return
  for (let waiting = false; !takeLock(); waiting = true) {
    const owner = existsSync(lockPath) ? Number(readFileSync(lockPath, 'utf8')) : 0
    if (owner && !isAlive(owner)) rmSync(lockPath, { force: true })
    else if (!waiting)
      report(`waiting for another set-up, process ${owner} (if there is none, remove ${lockPath}) …`)
    await sleep(LOCK_POLL)
  }
  process.once('exit', releaseLock)
  if (!isDone() && !(await work())) process.exit(1)
  process.off('exit', releaseLock)
  releaseLock()
}

function takeLock() {
  try {
    writeFileSync(lockPath, `${process.pid}`, { flag: 'wx' })
    return true
  } catch (error) {
    if (error.code === 'EEXIST') return false
    throw error
  }
}

function releaseLock() {
  rmSync(lockPath, { force: true })
}

function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}
