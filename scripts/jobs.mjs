import { join } from 'node:path'
import process from 'node:process'
import { pathToFileURL } from 'node:url'
import { build, install, list, report, root, sourceFolders, step } from './set-up.mjs'

/** How often a job looks whether what started it is still there; ms. */
const PARENT_POLL = 500

const checks = () => [
  ['types', 'tsc', '-p', '.', '--noEmit'],
  ['lint and format', 'biome', 'check', '--error-on-warnings', '.'],
  ['unused files, exports and dependencies', 'knip'],
  ['direction of imports', 'depcruise', ...sourceFolders()],
  ['lock file and licenses', process.execPath, 'scripts/check-packages.mjs'],
]

const jobs = {
  build() {},
  start: (...args) => become('dist/src/cli/main.js', 'demo', ...args),
  bench: (...args) => become('dist/bench/main.js', ...args),
  test,
  check,
}

export async function run(job, ...args) {
  if (!Object.hasOwn(jobs, job ?? '')) {
    report(`usage: node scripts/run.mjs ${Object.keys(jobs).join('|')} [ARGUMENT…]`)
    process.exit(1)
  }
  process.chdir(root)
  await install()
  if (job !== 'check') await build()
  await jobs[job](...args)
}

/**
 * Goes on as another program in this same process: terminal, signals and exit code are then its own, and no child
 * can be left behind.
 */
async function become(file, ...args) {
  if (process.env.npm_lifecycle_event) followParent()
  process.argv = [process.execPath, join(root, file), ...args]
  process.setSourceMapsEnabled(true)
  await import(pathToFileURL(process.argv[1]).href)
}

/** npm passes a signal only to the shell that it put between, and that dies of it without a word. */
function followParent() {
  const parent = process.ppid
  const timer = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(timer)
    process.kill(process.pid, 'SIGTERM')
  }, PARENT_POLL)
  timer.unref()
}

/** Arguments are options of tap, and parts of the paths of test files: of their sources or of what they compile to. */
async function test(...args) {
  const options = args.filter((arg) => arg.startsWith('-'))
  const parts = args.filter((arg) => !arg.startsWith('-'))
  const sources = parts.map((part) => part.replace(/^(\.\/)?(dist\/)?/, '').replace(/\.js$/, '.ts'))
  const files = list('test').filter((file) => file.endsWith('.test.ts'))
  const chosen = files.filter(
    (file) => sources.length === 0 || sources.some((source) => file.includes(source)),
  )
  if (chosen.length === 0) {
    report(`no test file's path holds ${parts.join(' or ')}`)
    process.exit(1)
  }
  const compiled = chosen.map((file) => join('dist', file.replace(/ts$/, 'js')))
  await become('node_modules/.bin/tap', 'run', ...options, ...compiled)
}

async function check() {
  const failed = []
  for (const [what, ...command] of checks()) {
    if (!(await step(what, ...command))) failed.push(what)
  }
  if (failed.length > 0) {
    report(`failed: ${failed.join('; ')}`)
    process.exit(1)
  }
}
