import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import type { WorkReport, WorksReport } from '../control/index.ts'
import { worksName } from '../function/index.ts'
import type { Data, Name } from '../packet/index.ts'

/** Most pieces of work that a node remembers of all its instances. */
export const MAX_WORKS_KEPT = 1024

/** Instances are asked again no sooner, and are not waited for any longer, in milliseconds. */
const MIN_INTERVAL_MS = 100
export const WORKS_TIMEOUT_MS = 300

/** An instance as far as it is asked what it has done. */
export interface Worker {
  readonly id: string
  /** Of its function. */
  readonly name: string
  /** What runs now: the next one counts anew. */
  readonly process: string
}

export interface WorksOptions {
  /** Those that run. */
  readonly workers: () => readonly Worker[]
  /** Asks; rejects when no answer comes in time (milliseconds). */
  readonly ask: (name: Name, timeout: number) => Promise<Pick<Data, 'content'>>
  /** Milliseconds that never go back; `performance.now` by default. */
  readonly now?: (() => number) | undefined
}

const answer = z.object({
  works: z.array(
    z.object({
      number: z.int().min(0),
      function: z.string(),
      result: z.string(),
      mediaType: z.string(),
      bytes: z.number(),
      inputs: z.array(z.object({ name: z.string(), mediaType: z.string(), bytes: z.number() })),
      received: z.number(),
      fetch: z.number(),
      wait: z.number(),
      run: z.number(),
    }),
  ),
  last: z.int().min(0),
})

/** What the instances of a node have done lately: they are asked when somebody wants to know. */
export class Works {
  readonly #options: WorksOptions
  readonly #kept: WorkReport[] = []
  /** Of each instance the process that was asked, and the last of its pieces of work that is known. */
  readonly #known = new Map<string, { process: string; last: number }>()
  /** Of this start of the node: a cursor of another one says nothing. */
  readonly #epoch = randomBytes(4).toString('hex')
  /** Pieces of work that it has heard of: those kept are the last of them. */
  #count = 0
  #askedAt = Number.NEGATIVE_INFINITY
  #asking: Promise<void> = Promise.resolve()

  constructor(options: WorksOptions) {
    this.#options = options
  }

  /** What it has not told whoever has this cursor, the newest last. */
  async since(cursor: string): Promise<WorksReport> {
    const { now = () => performance.now() } = this.#options
    if (now() - this.#askedAt >= MIN_INTERVAL_MS) {
      this.#askedAt = now()
      this.#asking = this.#asking.then(() => this.#askAll())
    }
    await this.#asking
    const [epoch, count] = cursor.split('-')
    const told = epoch === this.#epoch ? Number(count) : 0
    const untold = Math.min(this.#kept.length, Math.max(0, this.#count - told))
    return { cursor: `${this.#epoch}-${this.#count}`, works: this.#kept.slice(this.#kept.length - untold) }
  }

  async #askAll(): Promise<void> {
    const workers = this.#options.workers()
    const ids = new Set(workers.map(({ id }) => id))
    for (const id of this.#known.keys()) if (!ids.has(id)) this.#known.delete(id)
    const found = await Promise.all(workers.map((one) => this.#ask(one).catch(() => [])))
    const all = found.flat().sort((a, b) => finishedAt(a) - finishedAt(b))
    this.#count += all.length
    this.#kept.push(...all)
    this.#kept.splice(0, this.#kept.length - MAX_WORKS_KEPT)
  }

  /** What one has done since it was asked last; as much as it says in time. */
  async #ask({ id, name, process }: Worker): Promise<WorkReport[]> {
    let known = this.#known.get(id)
    if (known?.process !== process) {
      known = { process, last: 0 }
      this.#known.set(id, known)
    }
    const found: WorkReport[] = []
    while (found.length < MAX_WORKS_KEPT) {
      const data = await this.#options
        .ask(worksName(name, id, known.last), WORKS_TIMEOUT_MS)
        .catch(() => undefined)
      const said = data && answer.safeParse(parse(data.content)).data
      const newest = said?.works.at(-1)?.number ?? 0
      if (said === undefined || newest <= known.last) break
      for (const { number: _, ...work } of said.works) found.push({ instance: id, ...work })
      known.last = newest
      if (newest >= said.last) break
    }
    return found
  }
}

function finishedAt({ received, fetch, wait, run }: WorkReport): number {
  return received + fetch + wait + run
}

function parse(content: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(content).toString())
  } catch {
    return undefined
  }
}
