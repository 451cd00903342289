import { z } from 'zod'
import { type Endpoint, type FetchOptions, fetchObject } from '../endpoint/index.ts'
import { type Trace, traceName } from '../function/index.ts'
import { chainOf, formatName, Name } from '../packet/index.ts'

/** How long one trace may take to come, in milliseconds. */
const TRACE_TIMEOUT_MS = 3000

/** Largest trace, in bytes. */
const MAX_TRACE_BYTES = 64 * 1024

const time = z.number().min(0)
const schema: z.ZodType<Trace> = z.object({
  function: z.string(),
  by: z.string(),
  result: z.string(),
  mediaType: z.string(),
  bytes: z.number().min(0),
  input: z.object({ name: z.string(), mediaType: z.string(), bytes: z.number().min(0) }),
  received: z.number(),
  fetch: time,
  wait: time,
  run: time,
})

/** How a result stood to the request that it answered. */
export type Source =
  /** It was made for this request. */
  | 'new'
  /** It was being made for somebody else who asked before. */
  | 'shared'
  /** It had been made before: from a Content Store, or from the function's own store. */
  | 'cache'

/** One function of a chain, and the way between it and what it got its input from. Times in milliseconds. */
export interface TraceHop extends Trace {
  /** Relative to the one who asked for this result. */
  readonly source: Source
  /** From when the first Interest of the request left the consumer; negative for what was made before. */
  readonly start: number
  /** The part of `fetch` that was not the next function's work: the way there and back, or to a cache. */
  readonly hop: number
}

/** A request as the consumer and the functions saw it. Times in milliseconds. */
export interface RequestTrace {
  /** From the first Interest to the last segment. */
  readonly total: number
  /** The part of `total` that was not the outermost function's work. */
  readonly hop: number
  /** From the outermost function inwards. */
  readonly functions: readonly TraceHop[]
  /** What the innermost function was applied to, as a name that a person reads. */
  readonly content: string
  /** Why functions further in are not shown. */
  readonly incomplete?: string
}

export interface Request {
  /** When its first Interest was sent, in milliseconds since the epoch. */
  readonly sent: number
  /** Milliseconds until all of the result was there. */
  readonly total: number
}

/**
 * Collects the traces of a result, from the outermost function inwards.
 * @param result with version
 */
export async function collectTraces(
  endpoint: Endpoint,
  result: Name,
  request: Request,
  options: Pick<FetchOptions, 'signal' | 'verify'> = {},
): Promise<RequestTrace> {
  const traces: Trace[] = []
  let name = result
  let incomplete: string | undefined
  try {
    // Each step takes a function away, whatever the traces say.
    for (let left = chainOf(result).functions.length; left > 0; left--) {
      const trace = await fetchTrace(endpoint, name, options)
      const input = Name.parse(trace.input.name)
      traces.push(trace)
      name = input
    }
  } catch (error) {
    options.signal?.throwIfAborted()
    incomplete = `no trace of ${formatName(name)}: ${(error as Error).message}`
  }
  const trace = { ...compose(traces, request), content: formatName(name) }
  return incomplete === undefined ? trace : { ...trace, incomplete }
}

async function fetchTrace(
  endpoint: Endpoint,
  result: Name,
  options: Pick<FetchOptions, 'signal' | 'verify'>,
): Promise<Trace> {
  const { content } = await fetchObject(endpoint, traceName(result), {
    ...options,
    timeout: TRACE_TIMEOUT_MS,
    maxBytes: MAX_TRACE_BYTES,
    mustBeFresh: false,
  })
  const trace = schema.safeParse(parseJson(content))
  if (!trace.success) throw new Error('what came is not a trace')
  return trace.data
}

/** Undefined where it is none. */
function parseJson(content: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(content).toString())
  } catch {
    return undefined
  }
}

/** Works out, from what each function says of itself, how long each way between them took. */
export function compose(
  traces: readonly Trace[],
  request: Request,
): Pick<RequestTrace, 'total' | 'hop' | 'functions'> {
  const { sent, total } = request
  return {
    total,
    hop: wayTime(total, sent, traces[0]),
    functions: traces.map((trace, index) => ({
      ...trace,
      source: sourceOf(trace, index === 0 ? sent : (traces[index - 1] as Trace).received),
      start: trace.received - sent,
      hop: wayTime(trace.fetch, trace.received, traces[index + 1]),
    })),
  }
}

/** Of the time that somebody waited from `asked` on, what the one whom they asked did not spend on the work. */
function wayTime(waited: number, asked: number, inner: Trace | undefined): number {
  if (inner === undefined) return waited
  const worked = finished(inner) - Math.max(inner.received, asked)
  return Math.max(0, waited - Math.max(0, worked))
}

function sourceOf(trace: Trace, asked: number): Source {
  if (trace.received >= asked) return 'new'
  return finished(trace) > asked ? 'shared' : 'cache'
}

function finished(trace: Trace): number {
  return trace.received + trace.fetch + trace.wait + trace.run
}
