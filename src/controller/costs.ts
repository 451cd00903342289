import { z } from 'zod'
import { type Line, median, robustLine } from './robust-line.ts'

/** Pieces of work that are remembered of each function on each architecture: the newest. */
export const MAX_COST_SAMPLES = 64

/** Functions and architectures that are remembered; the one that did nothing for longest goes. */
export const MAX_COST_KEYS = 4096

/** What a piece of work is taken to need before any was seen, in million instructions (MI): 50 ms at 2000 MIPS. */
export const DEFAULT_WORK_MI = 100

/** What is taken to come in where nobody says, in octets. */
export const DEFAULT_INPUT_BYTES = 100_000

/** One piece of work, as it was seen. */
export interface CostSample {
  readonly function: string
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
const costsSchema = z.array(
  z.object({ function: z.string(), architecture: z.string(), pieces: z.array(pieceSchema).min(1) }),
)

type Piece = z.infer<typeof pieceSchema>

/** As it is stored: the longest unused first. */
export type CostsJson = z.infer<typeof costsSchema>

interface Known extends Pick<CostSample, 'function' | 'architecture'> {
  readonly pieces: readonly Piece[]
  /** Of all in; made when it is asked for. */
  lines?: { readonly work: Line; readonly output: Line; readonly input: number } | undefined
}

/**
 * What functions cost, learned from what they did: work and size of the result, each as a line over the size of the input. Kept per function
 * and architecture, not per version: a new version begins with what the one before cost, and has forgotten it after
 * {@link MAX_COST_SAMPLES} pieces of work.
 */
export class Costs {
  /** By function and architecture, in the order in which they were last added to. */
  readonly #known = new Map<string, Known>()

  /** Of what was stored before. What is no such thing is left out: costs are learned again. */
  static fromJSON(json: unknown): Costs {
    const costs = new Costs()
    for (const { pieces, ...whose } of costsSchema.safeParse(json).data ?? []) costs.#keep(whose, pieces)
    return costs
  }

  toJSON(): CostsJson {
    return [...this.#known.values()].map(({ lines: _, pieces, ...whose }) => ({
      ...whose,
      pieces: [...pieces],
    }))
  }

  /** What cannot be (no time, no speed) is left out. */
  add({ function: name, architecture, seconds, speed, inputBytes, outputBytes, at }: CostSample): void {
    const piece = pieceSchema.safeParse({ inputBytes, outputBytes, at, work: seconds * speed }).data
    if (piece === undefined || !(speed > 0)) return
    const whose = { function: name, architecture }
    this.#keep(whose, [...(this.#known.get(keyOf(whose))?.pieces ?? []), piece])
  }

  /**
   * What a piece of work costs. Where nothing was seen on an architecture, what was seen of the function on others counts; where
   * nothing was seen at all, {@link DEFAULT_WORK_MI}, and as much comes out as goes in.
   * @param inputBytes @defaultValue as much as came in lately
   */
  estimate(name: string, architecture: string, inputBytes?: number): Cost {
    const known = this.#find(name, architecture)
    if (known === undefined) return { work: DEFAULT_WORK_MI, outputBytes: inputBytes ?? DEFAULT_INPUT_BYTES }
    known.lines ??= linesOf(known.pieces)
    const { work, output, input } = known.lines
    const size = inputBytes ?? input
    return { work: at(work, size), outputBytes: Math.round(at(output, size)) }
  }

  /** The other architecture that most is known of. */
  #find(name: string, architecture: string): Known | undefined {
    const own = this.#known.get(keyOf({ function: name, architecture }))
    if (own !== undefined) return own
    return [...this.#known.values()]
      .filter((known) => known.function === name)
      .sort((a, b) => b.pieces.length - a.pieces.length)[0]
  }

  #keep(whose: Pick<CostSample, 'function' | 'architecture'>, pieces: readonly Piece[]): void {
    const key = keyOf(whose)
    this.#known.delete(key)
    this.#known.set(key, { ...whose, pieces: pieces.slice(-MAX_COST_SAMPLES) })
    const [oldest] = this.#known.keys()
    if (this.#known.size > MAX_COST_KEYS && oldest !== undefined) this.#known.delete(oldest)
  }
}

function linesOf(pieces: readonly Piece[]): NonNullable<Known['lines']> {
  return {
    work: robustLine(pieces.map(({ inputBytes, work }) => ({ x: inputBytes, y: work }))),
    output: robustLine(pieces.map(({ inputBytes, outputBytes }) => ({ x: inputBytes, y: outputBytes }))),
    input: median(pieces.map(({ inputBytes }) => inputBytes)) as number,
  }
}

function at({ base, slope }: Line, x: number): number {
  return base + slope * x
}

function keyOf({ function: name, architecture }: Pick<CostSample, 'function' | 'architecture'>): string {
  return `${name} ${architecture}`
}
