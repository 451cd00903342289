import { type Clock, systemClock } from '../endpoint/index.ts'
import { runCommand } from './command.ts'
import type { FunctionContext, FunctionDefinition } from './define.ts'
import type { Manifest } from './manifest-fields.ts'
import { WorkError } from './work-error.ts'

/** Largest result of a function, in bytes. */
export const MAX_RESULT_BYTES = 64 * 1024 * 1024

/** Bytes of the pool that Node.js cuts small Buffers from. */
const POOL_BYTES = 8192

/** A function as the runtime calls it: bytes in, bytes out. */
export type Applier = (input: Uint8Array, context: FunctionContext) => Promise<Uint8Array>

/**
 * Makes one out of what an author wrote: a definition, or a command in the manifest.
 * @param directory where the command runs
 */
export function applierOf(
  manifest: Manifest,
  definition: FunctionDefinition | undefined,
  directory: string,
): Applier {
  const { command } = manifest
  if (command !== undefined) {
    return (input, context) => runCommand({ command, directory, input, context, maxBytes: MAX_RESULT_BYTES })
  }
  if (definition === undefined) throw new TypeError(`${manifest.name} has neither a command nor a module`)
  return async (input, context) => toBytes(await definition.apply(input, context), context)
}

/**
 * Runs a function on its input, for at most the time that its manifest allows. One that goes on beyond that is told by
 * its signal, and no longer counts.
 * @throws WorkError with what it threw, or what else was wrong, in words for a consumer
 */
export async function apply(
  applier: Applier,
  manifest: Manifest,
  input: Uint8Array,
  context: Omit<FunctionContext, 'signal' | 'deadline'>,
  clock: Clock = systemClock,
): Promise<Uint8Array> {
  const { timeout } = manifest.limits
  let controller: AbortController | undefined
  let tooLate: WorkError | undefined
  const call: FunctionContext = {
    ...context,
    deadline: Date.now() + timeout,
    // Made when it is asked for: it costs more than all the rest here, and few functions look at it.
    get signal() {
      controller ??= new AbortController()
      if (tooLate !== undefined) controller.abort(tooLate)
      return controller.signal
    },
  }
  let cancel: (() => void) | undefined
  try {
    const result = await new Promise<Uint8Array>((resolve, reject) => {
      cancel = clock.after(timeout, () => {
        tooLate = new WorkError('function-failed', `did not finish within ${timeout} ms`)
        reject(tooLate)
        controller?.abort(tooLate)
      })
      applier(input, call).then(resolve, reject)
    })
    return compact(result)
  } catch (error) {
    if (error instanceof WorkError) throw error
    throw new WorkError(
      'function-failed',
      `threw ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`,
    )
  } finally {
    cancel?.()
  }
}

async function toBytes(result: unknown, context: FunctionContext): Promise<Uint8Array> {
  if (typeof result === 'string') return checkSize(Buffer.from(result))
  if (result instanceof Uint8Array) return checkSize(result)
  if (result === undefined || result === null) throw new WorkError('function-failed', 'returned nothing')
  if (typeof result === 'object' && Symbol.asyncIterator in result) {
    return collect(result as AsyncIterable<unknown>, context.signal)
  }
  throw new WorkError('function-failed', `returned ${typeof result} where bytes or text were expected`)
}

async function collect(parts: AsyncIterable<unknown>, signal: AbortSignal): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const part of parts) {
    signal.throwIfAborted()
    if (!(part instanceof Uint8Array))
      throw new WorkError('function-failed', `gave a stream of ${typeof part} where bytes were expected`)
    chunks.push(part)
    size += part.length
    if (size > MAX_RESULT_BYTES) throw tooLarge(size)
  }
  return Buffer.concat(chunks)
}

function checkSize(bytes: Uint8Array): Uint8Array {
  if (bytes.length > MAX_RESULT_BYTES) throw tooLarge(bytes.length)
  return bytes
}

/** A part of a larger buffer, e.g. of the input, would keep all of it alive for as long as the result is kept. */
function compact(bytes: Uint8Array): Uint8Array {
  return bytes.buffer.byteLength > 2 * bytes.length + POOL_BYTES ? new Uint8Array(bytes) : bytes
}

function tooLarge(size: number): WorkError {
  return new WorkError(
    'too-large',
    `its result of ${size} bytes is larger than the ${MAX_RESULT_BYTES} that are allowed`,
  )
}
