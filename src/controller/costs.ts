import { z } from 'zod'
import { type FunctionCall, formatCall, Name } from '../packet/index.ts'
import { type Line, median, robustLine } from './robust-line.ts'

/** Pieces of work that are remembered of each function on each architecture: the newest. */
export const MAX_COST_SAMPLES = 64

/** Calls and architectures that are remembered; the one that did nothing for longest goes. */
export const MAX_COST_KEYS = 4096

/** Pieces of content whose size is remembered: the newest. */
export const MAX_CONTENT_SIZES = 1024

/** What a piece of work is taken to need before any was seen, in million instructions (MI): 50 ms at 2000 MIPS. */
export const DEFAULT_WORK_MI = 100

/** What is taken to come in where nobody says, in octets. */
export const DEFAULT_INPUT_BYTES = 100_000

/** One piece of work, as it was seen. */
export interface CostSample {
  /** With its parameters. */
  readonly call: FunctionCall
  readonly architecture: string
  /** Of all inputs. */
  readonly inputBytes: number
  /** Of execution: neither waiting nor fetching. */
  readonly seconds: number
  /** What the vCPU gives it, in MIPS: speed × share. */
  readonly speed: number
  readonly outputBytes: number
  /** Milliseconds since the epoch. */
  readonly at: number
}

export interface Cost {
  /** Million instructions. */
  readonly work: number
  readonly outputBytes: number
}

const amount = z.number().min(0)
const pieceSchema = z.object({ inputBytes: amount, work: amount, outputBytes: amount, at: z.number() })
const costsSchema = z.object({
  calls: z.array(
    z.object({
      function: z.string(),
      call: z.string(),
      architecture: z.string(),
      pieces: z.array(pieceSchema).min(1),
    }),
  ),
  contents: z.array(z.object({ name: z.string(), bytes: amount })),
})

type Piece = z.infer<typeof pieceSchema>

/** As it is stored: the longest unused first. */
export type CostsJson = z.infer<typeof costsSchema>

interface Whose {
  readonly function: string
  /** As it is written in a chain: `tile(index=1,of=4)`. */
  readonly call: string
  readonly architecture: string
}

interface Known extends Whose {
  readonly pieces: readonly Piece[]
  /** Of all in; made when it is asked for. */
  lines?: Lines | undefined
}

interface Lines {
  readonly work: Line
  readonly output: Line
  readonly input: number
}

/**
 * What functions cost, learned from what they did: work and size of the result, each as a line over the size of the input. Kept per call, for
 * parameters may decide (a tile of four is larger than one of eight), and architecture; not per version: a new version begins with what
 * the one before cost, and has forgotten it after {@link MAX_COST_SAMPLES} pieces of work. Beside them the sizes of content that came in.
 */
export class Costs {
  /** By call and architecture, in the order in which they were last added to. */
  readonly #known = new Map<string, Known>()
  /** Octets of content by the key of its name, in the order in which they were last seen. */
  readonly #contents = new Map<string, { readonly name: Name; readonly bytes: number }>()

  /** Of what was stored before. What is no such thing is left out: costs are learned again. */
  static fromJSON(json: unknown): Costs {
    const costs = new Costs()
    const { calls = [], contents = [] } = costsSchema.safeParse(json).data ?? {}
    for (const { pieces, ...whose } of calls) costs.#keep(whose, pieces)
    for (const { name, bytes } of contents) costs.addContent(Name.parse(name), bytes)
    return costs
  }

  toJSON(): CostsJson {
    return {
      calls: [...this.#known.values()].map(({ lines: _, pieces, ...whose }) => ({
        ...whose,
        pieces: [...pieces],
      })),
      contents: [...this.#contents.values()].map(({ name, bytes }) => ({ name: name.toString(), bytes })),
    }
  }

  /** What cannot be (no time, no speed) is left out. */
  add({ call, architecture, seconds, speed, inputBytes, outputBytes, at }: CostSample): void {
    const piece = pieceSchema.safeParse({ inputBytes, outputBytes, at, work: seconds * speed }).data
    if (piece === undefined || !(speed > 0)) return
    const whose = { function: call.name, call: formatCall(call), architecture }
    this.#keep(whose, [...(this.#known.get(keyOf(whose))?.pieces ?? []), piece])
  }

  /** Content that a function was applied to. @param name without version */
  addContent(name: Name, bytes: number): void {
    this.#contents.delete(name.key)
    this.#contents.set(name.key, { name, bytes })
    const [oldest] = this.#contents.keys()
    if (this.#contents.size > MAX_CONTENT_SIZES && oldest !== undefined) this.#contents.delete(oldest)
  }

  /** Octets of a piece of content below a prefix: the median of those that were seen; undefined of none. */
  contentBytes(prefix: Name): number | undefined {
    const seen = [...this.#contents.values()].filter(({ name }) => prefix.isPrefixOf(name))
    return median(seen.map(({ bytes }) => bytes))
  }

  /**
   * What a piece of work costs. Where a call was not seen on an architecture, what was seen of its function with other parameters
   * counts, then of the function on others; where nothing was seen at all, {@link DEFAULT_WORK_MI}, and as much comes out as goes in.
   * @param inputBytes @defaultValue as much as came in lately
   */
  estimate(call: FunctionCall, architecture: string, inputBytes?: number): Cost {
    const lines = this.#find(call, architecture)
    if (lines === undefined) return { work: DEFAULT_WORK_MI, outputBytes: inputBytes ?? DEFAULT_INPUT_BYTES }
    const { work, output, input } = lines
    const size = inputBytes ?? input
    return { work: at(work, size), outputBytes: Math.round(at(output, size)) }
  }

  #find(call: FunctionCall, architecture: string): Lines | undefined {
    const own = this.#known.get(keyOf({ call: formatCall(call), architecture }))
    if (own !== undefined) {
      own.lines ??= linesOf(own.pieces)
      return own.lines
    }
    const same = [...this.#known.values()].filter((known) => known.function === call.name)
    const pieces = (here: string) =>
      same.filter((known) => known.architecture === here).flatMap((known) => known.pieces)
    // Else the other architecture that most is known of.
    const candidates = [architecture, ...new Set(same.map((known) => known.architecture))].map(pieces)
    const [here = [], ...elsewhere] = candidates
    const found = here.length > 0 ? here : elsewhere.sort((a, b) => b.length - a.length)[0]
    return found === undefined ? undefined : linesOf(newest(found))
  }

  #keep(whose: Whose, pieces: readonly Piece[]): void {
    const key = keyOf(whose)
    this.#known.delete(key)
    this.#known.set(key, { ...whose, pieces: pieces.slice(-MAX_COST_SAMPLES) })
    const [oldest] = this.#known.keys()
    if (this.#known.size > MAX_COST_KEYS && oldest !== undefined) this.#known.delete(oldest)
  }
}

function newest(pieces: readonly Piece[]): readonly Piece[] {
  return [...pieces].sort((a, b) => a.at - b.at).slice(-MAX_COST_SAMPLES)
}

function linesOf(pieces: readonly Piece[]): Lines {
  return {
    work: robustLine(pieces.map(({ inputBytes, work }) => ({ x: inputBytes, y: work }))),
    output: robustLine(pieces.map(({ inputBytes, outputBytes }) => ({ x: inputBytes, y: outputBytes }))),
    input: median(pieces.map(({ inputBytes }) => inputBytes)) as number,
  }
}

function at({ base, slope }: Line, x: number): number {
  return base + slope * x
}

function keyOf({ call, architecture }: Pick<Whose, 'call' | 'architecture'>): string {
  return `${call} ${architecture}`
}
