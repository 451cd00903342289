import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { EngineError } from './engine.ts'
import { InstanceLog } from './instance-log.ts'

/** How long a function's module may take to load while its fields are read, in milliseconds. */
export const FIELDS_TIMEOUT = 10_000
/** Most that a function's fields may be as JSON, in bytes. */
export const FIELDS_BYTES_MAX = 64 * 1024

/** File descriptor for the fields: what a module itself prints to stdout while it loads is none of them. */
const FIELDS_FD = 3

/** Entry point of a bundle that writes the fields of a function's definition as JSON and ends. */
export const FIELDS_ENTRY = `
import definition from 'function:module'
import { isFunctionDefinition } from 'ndn-sfc'
import { writeSync } from 'node:fs'
const fields = isFunctionDefinition(definition) ? { ...definition, apply: undefined, prepare: undefined } : null
writeSync(${FIELDS_FD}, JSON.stringify(fields))
process.exit(0)
`

/**
 * Runs a bundle of {@link FIELDS_ENTRY} in a child process.
 * @param module - how error messages call it.
 * @throws EngineError `build-failed` if the module throws, hangs, or exports no function.
 */
export async function readDefinitionFields(
  bundle: string,
  module: string,
  timeout = FIELDS_TIMEOUT,
): Promise<Record<string, unknown>> {
  const child = spawn(process.execPath, [bundle], {
    env: { PATH: process.env.PATH ?? '' },
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    timeout,
    killSignal: 'SIGKILL',
  })
  const log = new InstanceLog(module)
  child.stderr?.on('data', (chunk: Buffer) => log.writeStderr(chunk))
  const chunks: Buffer[] = []
  let size = 0
  child.stdio[FIELDS_FD]?.on('data', (chunk: Buffer) => {
    size += chunk.length
    if (size <= FIELDS_BYTES_MAX) chunks.push(chunk)
    else child.kill('SIGKILL')
  })
  const [exitCode, signal] = (await once(child, 'close')) as [number | null, string | null]

  const refuse = (reason: string) => new EngineError('build-failed', `${module}: ${reason}`)
  if (size > FIELDS_BYTES_MAX) throw refuse(`its fields are more than ${FIELDS_BYTES_MAX} bytes of JSON`)
  if (signal === 'SIGKILL') throw refuse(`did not load within ${timeout} ms; load models in prepare()`)
  const fields = parseFields(Buffer.concat(chunks).toString('utf8'))
  if (exitCode !== 0 || fields === undefined) throw refuse(`cannot be loaded:\n${log.lastWords}`)
  if (fields === null) {
    throw refuse(`its default export is no function; write "export default defineFunction({ … })"`)
  }
  return fields
}

function parseFields(text: string): Record<string, unknown> | null | undefined {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
