import { Component, Name } from '../packet/index.ts'
import type { FunctionContext } from './define.ts'

/** Last component of the name of a trace: `<flat name>/v=<version>/32=trace`. */
const TRACE_KEYWORD = Component.keyword('trace')

/** How a function came to a result. Times in milliseconds. */
export interface Trace {
  readonly function: string
  /** Identity of the instance: node, function and digest of what it runs. */
  readonly by: string
  /** Name of the result, with its version. */
  readonly result: string
  readonly mediaType: string
  /** Bytes of the result. */
  readonly bytes: number
  readonly input: { readonly name: string; readonly mediaType: string; readonly bytes: number }
  /** When the Interest arrived, since the epoch. */
  readonly received: number
  /** From then until the input was there; waiting for a free slot; working. */
  readonly fetch: number
  readonly wait: number
  readonly run: number
}

/** What a trace is made of. Names by their keys: whoever keeps it keeps nothing else alive. */
interface TraceFields extends Omit<Trace, 'result' | 'input'> {
  readonly resultKey: string
  readonly inputKey: string
  readonly inputType: string
  readonly inputBytes: number
}

/** Few traces are ever read, so their names are written out only then. */
export function newTrace(fields: TraceFields): Trace {
  const { function: name, by, mediaType, bytes, received, fetch, wait, run } = fields
  const { resultKey, inputKey, inputType, inputBytes } = fields
  return {
    function: name,
    by,
    get result() {
      return uriOf(resultKey)
    },
    mediaType,
    bytes,
    input: {
      get name() {
        return uriOf(inputKey)
      },
      mediaType: inputType,
      bytes: inputBytes,
    },
    received,
    fetch,
    wait,
    run,
  }
}

/** An input as the function sees it; its name is written out if the function asks for it. */
export function describeInput(key: string, mediaType: string): FunctionContext['input'] {
  return {
    get name() {
      return uriOf(key)
    },
    mediaType,
  }
}

/** NDN URI of a name's key. */
function uriOf(key: string): string {
  return new Name(Buffer.from(key, 'latin1')).toString()
}

/** Whether a name is that of a trace. */
export function isTrace(name: Name): boolean {
  return name.typeAt(-1) === TRACE_KEYWORD.type && name.at(-1)?.equals(TRACE_KEYWORD) === true
}

/** The name of the trace of a result. @param result with version */
export function traceName(result: Name): Name {
  return result.append(TRACE_KEYWORD)
}
