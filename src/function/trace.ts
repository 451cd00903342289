import { SegmentedObject } from '../endpoint/index.ts'
import { Component, encodeData, Name, type Signer } from '../packet/index.ts'

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
  /** What it was applied to, in order; names with versions. */
  readonly inputs: readonly { readonly name: string; readonly mediaType: string; readonly bytes: number }[]
  /** When the Interest arrived, since the epoch. */
  readonly received: number
  /** From then until the inputs were there; waiting for a free slot; working. */
  readonly fetch: number
  readonly wait: number
  readonly run: number
}

/** What a trace is made of. Names by their keys: whoever keeps it keeps nothing else alive. */
export interface TraceFields extends Omit<Trace, 'result' | 'inputs'> {
  readonly resultKey: string
  readonly inputs: readonly { readonly key: string; readonly mediaType: string; readonly bytes: number }[]
}

/** A trace that is kept. Few are ever read, so its names are written out only then. */
export class KeptTrace {
  readonly #fields: TraceFields

  constructor(fields: TraceFields) {
    this.#fields = fields
  }

  /** Octets of the names of its inputs. */
  get inputNameBytes(): number {
    return this.#fields.inputs.reduce((sum, { key }) => sum + key.length, 0)
  }

  withoutInputs(): KeptTrace {
    return new KeptTrace({ ...this.#fields, inputs: [] })
  }

  /** For `JSON.stringify`, too. */
  toJSON(): Trace {
    const {
      function: name,
      by,
      resultKey,
      mediaType,
      bytes,
      inputs,
      received,
      fetch,
      wait,
      run,
    } = this.#fields
    return {
      function: name,
      by,
      result: uriOf(resultKey),
      mediaType,
      bytes,
      inputs: inputs.map(({ key, mediaType, bytes }) => ({ name: uriOf(key), mediaType, bytes })),
      received,
      fetch,
      wait,
      run,
    }
  }
}

/**
 * A trace under its name. Never fresh: a Content Store must not take it for the newest version of the result, whose name is
 * its prefix.
 * @param index of a segment, of which a trace with many inputs has several; undefined for all of it in one packet
 * @returns undefined where there is no such segment
 * @throws RangeError, PacketError where a packet has no room for it
 */
export function encodeTrace(
  name: Name,
  trace: KeptTrace,
  index: number | undefined,
  signer: Signer,
): Uint8Array | undefined {
  const fields = { name, mediaType: 'application/json', content: Buffer.from(JSON.stringify(trace)) }
  if (index === undefined) return encodeData(fields, signer)
  return new SegmentedObject({ ...fields, version: 1, signer }).segment(index) as Uint8Array | undefined
}

/** NDN URI of a name's key. */
export function uriOf(key: string): string {
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
