import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import t from 'tap'

const COMMANDS = fileURLToPath(new URL('warm-commands.js', import.meta.url))

export interface WarmOrder {
  readonly args: readonly string[]
  /** All of it. */
  readonly environment: NodeJS.ProcessEnv
}

export interface WarmResult {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

let last: Promise<unknown> = Promise.resolve()
let present: { readonly child: ChildProcess; stderr: string } | undefined

/** Carries out commands in one process, one after the other: for tests of many that need neither signals nor a terminal. */
export function runWarm(order: WarmOrder): Promise<WarmResult> {
  const turn = last.then(() => run(order))
  last = turn.catch(() => {})
  return turn
}

function run(order: WarmOrder): Promise<WarmResult> {
  present ??= start()
  const { child } = present
  return new Promise((resolve, reject) => {
    const ended = (): void =>
      reject(new Error(`the process ended during '${order.args.join(' ')}': ${present?.stderr}`))
    child.once('exit', ended)
    child.once('message', (result: WarmResult) => {
      child.off('exit', ended)
      resolve(result)
    })
    child.send(order)
  })
}

/** It ends with the tests of this process. */
function start(): { child: ChildProcess; stderr: string } {
  const child = fork(COMMANDS, { stdio: ['ignore', 'ignore', 'pipe', 'ipc'], execArgv: [] })
  const started = { child, stderr: '' }
  child.stderr?.on('data', (chunk) => {
    started.stderr += chunk
  })
  const ended = once(child, 'close')
  t.teardown(async () => {
    child.kill('SIGKILL')
    await ended
  })
  return started
}
