import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import type { Test } from 'tap'

/** The root of this repository; compiled, this file is in dist/test/scripts. */
export const root = join(import.meta.dirname, '../../..')

const lockFile = (version: string) =>
  JSON.stringify({ packages: { '': {}, 'node_modules/some-package': { version } } })

/** Stands in for npm: notes its arguments, waits for a file if there is one to wait for, and "installs". */
const npm = `#!${process.execPath}
import { appendFileSync, copyFileSync, existsSync } from 'node:fs'
// First of all: who sees the log may interrupt at once.
process.on('SIGINT', () => {
  appendFileSync('npm.log', 'interrupted\\n')
  process.exit(1)
})
appendFileSync('npm.log', process.argv.slice(2).join(' ') + '\\n')
const timer = setInterval(() => {
  if (existsSync('npm.hold')) return
  copyFileSync('package-lock.json', 'node_modules/.package-lock.json')
  clearInterval(timer)
}, 10)
`

const main = `#!/usr/bin/env node
import { twice } from '../packet/index.ts'

if (process.argv.includes('--stay')) {
  const timer = setInterval(() => {}, 1000)
  process.once('SIGINT', () => {
    console.log('stopped')
    clearInterval(timer)
    process.exitCode = 5
  })
}
console.log('job', twice(21), ...process.argv.slice(2))
`

/** Makes a small checkout, which is gone when the test is. */
export function newCheckout(t: Test): Checkout {
  const checkout = new Checkout()
  t.teardown(() => checkout.remove())
  return checkout
}

/** A small checkout with the scripts of this one, in a folder of its own. */
class Checkout {
  readonly folder = mkdtempSync(join(tmpdir(), 'ndn-sfc-checkout-'))

  constructor() {
    for (const path of ['scripts', 'package.json', 'tsconfig.json']) {
      cpSync(join(root, path), this.path(path), { recursive: true })
    }
    this.write('package-lock.json', lockFile('1.0.0'))
    this.write('src/cli/main.ts', main)
    this.write('src/packet/index.ts', 'export const twice = (n: number): number => 2 * n\n')
    this.write('bin/npm', npm)
    for (const name of [
      '.bin/tsc',
      '.bin/tap',
      '@tapjs',
      '@types',
      'process-on-spawn',
      'tap',
      'tap-parser',
      'typescript',
      'yaml',
    ]) {
      const path = this.path(`node_modules/${name}`)
      mkdirSync(dirname(path), { recursive: true })
      symlinkSync(join(root, 'node_modules', name), path)
    }
  }

  path(path: string): string {
    return join(this.folder, path)
  }

  write(path: string, content: string): void {
    mkdirSync(dirname(this.path(path)), { recursive: true })
    writeFileSync(this.path(path), content, { mode: 0o755 })
  }

  /** Has the lock file name another version of its package. */
  wantVersion(version: string): void {
    this.write('package-lock.json', lockFile(version))
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }

  start(...args: string[]): ChildProcessByStdio<null, Readable, Readable> {
    return spawn(process.execPath, args, {
      cwd: this.folder,
      // Nothing of the tap that runs this test.
      env: { HOME: this.folder, PATH: `${this.path('bin')}${delimiter}${process.env.PATH}` },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  }

  /** Runs `node ARGUMENT…` to its end. */
  async run(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
    const child = this.start(...args)
    const closed = once(child, 'close')
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)])
    const [code] = (await closed) as [number | null]
    return { code, stdout, stderr }
  }
}

/** Waits until a stream has brought the expected text. */
export function until(stream: Readable, expected: string): Promise<void> {
  let received = ''
  return new Promise((resolve, reject) => {
    stream.on('data', (chunk) => {
      received += chunk
      if (received.includes(expected)) resolve()
    })
    stream.on('end', () => reject(new Error(`"${expected}" did not come, but "${received}"`)))
  })
}
