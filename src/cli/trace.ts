import { z } from 'zod'
import { type Endpoint, type FetchOptions, fetchObject } from '../endpoint/index.ts'
import { type Trace, traceName } from '../function/index.ts'
import { formatName, Name, TT } from '../packet/index.ts'

/** How long one trace may take to come, in milliseconds. */
const TRACE_TIMEOUT_MS = 3000

/** Largest trace, in bytes: one of a function with many inputs names them all. */
const MAX_TRACE_BYTES = 1024 * 1024

/** Most functions of a request that are followed, and how many traces are asked for at a time. */
export const MAX_TRACES = 1024
const TRACES_AT_A_TIME = 16

/** As every name is written here, so that equal names are equal texts. */
const uri = z.string().transform((text, context) => {
  try {
    return Name.parse(text).toString()
  } catch (error) {
    context.addIssue({ code: 'custom', message: (error as Error).message })
    return z.NEVER
  }
})
const time = z.number().min(0)
const schema: z.ZodType<Trace> = z.object({
  function: z.string(),
  by: z.string(),
  result: uri,
  mediaType: z.string(),
  bytes: z.number().min(0),
  inputs: z.array(z.object({ name: uri, mediaType: z.string(), bytes: z.number().min(0) })),
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

/** One function of a chain or workflow, and the way between it and what it got its inputs from. Times in milliseconds. */
export interface TraceHop extends Trace {
  /** Relative to the one who asked for this result first. */
  readonly source: Source
  /** From when the first Interest of the request left the consumer; negative for what was made before. */
  readonly start: number
  /** The part of `fetch` that was not the work of the slowest input: the way there and back, or to a cache. */
  readonly hop: number
}

/** A request as the consumer and the functions saw it. Times in milliseconds. */
export interface RequestTrace {
  /** From the first Interest to the last segment. */
  readonly total: number
  /** The part of `total` that was not the outermost function's work. */
  readonly hop: number
  /** From the outermost function inwards, those at the same distance beside each other. Each once, however many took its result. */
  readonly functions: readonly TraceHop[]
  /** What the innermost functions were applied to. */
  readonly contents: readonly TracedContent[]
  /** Why functions further in are not shown. */
  readonly incomplete?: string
}

export interface TracedContent {
  /** NDN URI with version, as `inputs` has it. */
  readonly name: string
  readonly bytes?: number
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
  const problems = new Set<string>()
  const wanted = [result.toString()]
  const asked = new Set(wanted)
  while (wanted.length > 0) {
    const batch = wanted.splice(0, TRACES_AT_A_TIME)
    const answers = await Promise.all(
      batch.map((uri) => fetchTrace(endpoint, uri, options).catch((error: Error) => error)),
    )
    options.signal?.throwIfAborted()
    for (const [i, answer] of answers.entries()) {
      if (answer instanceof Error) {
        problems.add(`no trace of ${formatName(Name.parse(batch[i] as string))}: ${answer.message}`)
        continue
      }
      traces.push(answer)
      const news = new Set(
        answer.inputs.map(({ name }) => name).filter((name) => isResult(name) && !asked.has(name)),
      )
      for (const name of news) {
        if (asked.size >= MAX_TRACES) {
          problems.add(`only ${MAX_TRACES} functions are followed`)
          break
        }
        asked.add(name)
        wanted.push(name)
      }
    }
  }
  const trace = { ...compose(traces, request), contents: contentsOf(traces, result.toString()) }
  const [first, ...others] = problems
  if (first === undefined) return trace
  return { ...trace, incomplete: others.length === 0 ? first : `${first}, and ${others.length} more` }
}

function isResult(uri: string): boolean {
  return Name.parse(uri).typeAt(0) === TT.FunctionComponent
}

/** What was taken and is not the result of a function that is shown, each once. */
function contentsOf(traces: readonly Trace[], result: string): TracedContent[] {
  if (traces.length === 0) return [{ name: result }]
  const shown = new Set(traces.map((trace) => trace.result))
  const contents = new Map<string, TracedContent>()
  for (const { name, bytes } of traces.flatMap(({ inputs }) => inputs))
    if (!shown.has(name)) contents.set(name, { name, bytes })
  return [...contents.values()]
}

async function fetchTrace(
  endpoint: Endpoint,
  result: string,
  options: Pick<FetchOptions, 'signal' | 'verify'>,
): Promise<Trace> {
  const { content } = await fetchObject(endpoint, traceName(Name.parse(result)), {
    ...options,
    timeout: TRACE_TIMEOUT_MS,
    maxBytes: MAX_TRACE_BYTES,
    mustBeFresh: false,
  })
  const trace = schema.safeParse(parseJson(content))
  if (!trace.success) throw new Error('what came is not a trace')
  if (trace.data.result !== result) throw new Error(`what came is the trace of ${trace.data.result}`)
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
  const byResult = new Map(traces.map((trace) => [trace.result, trace]))
  const innerOf = ({ inputs }: Trace): Trace[] => inputs.flatMap(({ name }) => byResult.get(name) ?? [])
  /** When each result was first asked for. */
  const asked = new Map<Trace, number>()
  for (const trace of traces)
    for (const inner of innerOf(trace))
      asked.set(inner, Math.min(trace.received, asked.get(inner) ?? Number.POSITIVE_INFINITY))
  return {
    total,
    hop: wayTime(total, sent, traces.slice(0, 1)),
    functions: traces.map((trace) => ({
      ...trace,
      source: sourceOf(trace, asked.get(trace) ?? sent),
      start: trace.received - sent,
      hop: wayTime(trace.fetch, trace.received, innerOf(trace)),
    })),
  }
}

/** Of the time that somebody waited from `asked` on, what the slowest of those whom they asked did not spend on the work. */
function wayTime(waited: number, asked: number, inner: readonly Trace[]): number {
  const worked = inner.map((trace) => finished(trace) - Math.max(trace.received, asked))
  return Math.max(0, waited - Math.max(0, ...worked))
}

function sourceOf(trace: Trace, asked: number): Source {
  if (trace.received >= asked) return 'new'
  return finished(trace) > asked ? 'shared' : 'cache'
}

function finished(trace: Trace): number {
  return trace.received + trace.fetch + trace.wait + trace.run
}
