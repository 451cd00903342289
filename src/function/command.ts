import { spawn } from 'node:child_process'
import type { FunctionContext } from './define.ts'
import { killTree } from './kill-tree.ts'
import { WorkError } from './work-error.ts'

/** How much of what a failing command wrote to stderr its consumer is told, in characters. */
const MAX_STDERR_LENGTH = 1000

export interface CommandRun {
  /** Program and arguments. */
  readonly command: readonly string[]
  readonly directory: string
  readonly input: Uint8Array
  readonly context: FunctionContext
  readonly maxBytes: number
}

/**
 * Runs a command: the input on its stdin, the result on its stdout. Parameters are environment variables
 * `PARAMETER_<NAME>`, upper case, `-` as `_`.
 * @throws WorkError when it cannot be started, exits with another code than 0 (with its stderr), or writes too much; the
 * signal's reason, which ends it and what it has started
 */
export function runCommand({
  command,
  directory,
  input,
  context,
  maxBytes,
}: CommandRun): Promise<Uint8Array> {
  const [program = '', ...args] = command
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: directory, env: environment(context) })
    const output: Buffer[] = []
    let size = 0
    let stderr = ''
    const end = (error: Error): void => {
      context.signal.removeEventListener('abort', abort)
      if (child.pid !== undefined) killTree(child.pid)
      // What was left behind may hold on to the pipes for long.
      child.stdout.destroy()
      child.stderr.destroy()
      reject(error)
    }
    const abort = (): void => end(context.signal.reason as Error)
    context.signal.addEventListener('abort', abort)
    if (context.signal.aborted) abort()
    child.stdout.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= maxBytes) output.push(chunk)
      else
        end(new WorkError('too-large', `'${program}' wrote more than the ${maxBytes} bytes that are allowed`))
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-MAX_STDERR_LENGTH)
    })
    child.on('error', (error) =>
      end(new WorkError('function-failed', `cannot run '${program}': ${error.message}`)),
    )
    child.on('close', (code, signal) => {
      context.signal.removeEventListener('abort', abort)
      const message = `'${program}' ${ending(code, signal)}${stderr && `: ${stderr.trim()}`}`
      if (code === 0) resolve(Buffer.concat(output))
      else reject(new WorkError('function-failed', message))
    })
    // A command need not read all of its input: what is left over is no error, its exit code tells.
    child.stdin.on('error', () => {})
    child.stdin.end(input)
  })
}

function ending(code: number | null, signal: string | null): string {
  return signal === null ? `exited with code ${code}` : `was ended by ${signal}`
}

function environment({ parameters, input }: FunctionContext): NodeJS.ProcessEnv {
  const variables = Object.entries(parameters).map(([key, value]) => [
    `PARAMETER_${key.toUpperCase().replaceAll('-', '_')}`,
    String(value),
  ])
  return {
    PATH: process.env.PATH,
    LC_ALL: 'C.UTF-8',
    INPUT_NAME: input.name,
    INPUT_TYPE: input.mediaType,
    ...Object.fromEntries(variables),
  }
}
