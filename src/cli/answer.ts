import type { FetchedObject } from '../endpoint/index.ts'
import { type Chain, formatChain, TT } from '../packet/index.ts'
import { describeMaker, formatMaker, type Makers } from './made-by.ts'
import { type Paint, plain } from './paint.ts'
import { formatBytes, formatCount, formatList, formatTime, printable } from './text.ts'
import type { RequestTrace } from './trace.ts'
import { formatTrace } from './trace-table.ts'

/** Media type of content whose producer does not say. */
export const UNKNOWN_TYPE = 'application/octet-stream'

/** A result, and what there is to tell of it. */
export interface Answer {
  readonly chain: Chain
  readonly result: FetchedObject
  /** Milliseconds. */
  readonly ms: number
  /** Where it was verified. */
  readonly makers?: Makers | undefined
  readonly trace?: RequestTrace
}

/**
 * For a person, beside the result itself.
 * @param file where it was written, if to a file
 */
export function formatAnswer(answer: Answer, file: string | undefined, paint: Paint = plain): string {
  const { result, ms, makers, trace } = answer
  let text = ''
  if (file !== undefined) {
    const what = printable(result.mediaType ?? UNKNOWN_TYPE)
    text += `${file}: ${formatBytes(result.content.length)} of ${what} in ${formatTime(ms)}\n`
  }
  if (makers !== undefined) {
    const segments = formatCount(result.segments, 'segment')
    const who = formatList(makers.all.map(formatMaker))
    text += `${paint('green', 'verified')}: ${segments} by ${who}, under trust anchor ${makers.anchor.identity}\n`
  }
  return trace === undefined ? text : text + formatTrace(trace, paint)
}

/** For a program: what `get --json` prints. */
export function describeAnswer(answer: Answer, file: string | undefined): object {
  const { chain, result, ms, makers, trace } = answer
  const { mediaType = UNKNOWN_TYPE, content, segments, retransmissions } = result
  const last = result.name.at(-1)
  return {
    name: formatChain(chain),
    version: last?.type === TT.VersionNameComponent ? last.number : undefined,
    mediaType,
    bytes: content.length,
    ms: Math.round(ms * 1000) / 1000,
    segments,
    retransmissions,
    content: file === undefined ? contentOf(content, mediaType) : undefined,
    file,
    verified: makers && { anchor: makers.anchor.name.toString(), by: makers.all.map(describeMaker) },
    trace,
  }
}

/** Parsed where it is JSON, as it stands where it is other text, nothing where it is neither. */
export function contentOf(content: Uint8Array, mediaType: string): unknown {
  const isJson = /^application\/(.+\+)?json$/.test(mediaType)
  if (!isJson && !mediaType.startsWith('text/')) return undefined
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(content)
    return isJson ? JSON.parse(text) : text
  } catch {
    return undefined
  }
}
