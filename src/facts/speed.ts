import { readFile } from 'node:fs/promises'
import { Worker } from 'node:worker_threads'
import { z } from 'zod'
import { WORK_VERSION } from './work.ts'
import { writeWhole } from './write-whole.ts'

/** A speed, and what it holds for. */
export interface Calibration {
  /** Of one vCPU, in million instructions per second (MIPS). */
  readonly speed: number
  /** Milliseconds since the epoch. */
  readonly at: number
  /** Model of the CPU. */
  readonly model: string
  /** Version of Node.js, whose compiler has its part in the speed. */
  readonly node: string
  /** Which work it was. */
  readonly work: number
}

const calibration = z.object({
  speed: z.number().positive(),
  at: z.number(),
  model: z.string(),
  node: z.string(),
  work: z.number(),
})

export interface SpeedOptions {
  /** Where it is kept. */
  readonly file: string
  readonly model: string
  /** @defaultValue `process.version` */
  readonly node?: string | undefined
  /** Measures, in MIPS. @defaultValue in a thread of its own */
  readonly measure?: (() => Promise<number>) | undefined
  /** Milliseconds since the epoch. @defaultValue `Date.now` */
  readonly now?: (() => number) | undefined
  /** Told that it could not be kept: it will be measured again. */
  readonly onProblem: (message: string) => void
}

/** The speed of this machine: measured when it is first asked for, kept, and measured again when CPU or Node.js are others. */
export class Speed {
  readonly #options: SpeedOptions
  #known: Calibration | undefined
  #measuring: Promise<Calibration> | undefined

  constructor(options: SpeedOptions) {
    this.#options = options
  }

  async get(): Promise<Calibration> {
    if (this.#known !== undefined) return this.#known
    const kept = await this.#read()
    // Somebody may have had it measured meanwhile.
    this.#known ??= kept
    return this.#known ?? (await this.measure())
  }

  /** Measures anew; who asks meanwhile gets the same result. */
  async measure(): Promise<Calibration> {
    this.#measuring ??= this.#measure().finally(() => {
      this.#measuring = undefined
    })
    return await this.#measuring
  }

  async #measure(): Promise<Calibration> {
    const { file, measure = measureInThread, now = Date.now, onProblem } = this.#options
    const speed = await measure()
    this.#known = { speed: Math.round(speed), at: now(), ...this.#key }
    await writeWhole(file, `${JSON.stringify(this.#known)}\n`).catch(({ message }: Error) =>
      onProblem(`the measured speed cannot be kept: ${message}`),
    )
    return this.#known
  }

  get #key(): Pick<Calibration, 'model' | 'node' | 'work'> {
    const { model, node = process.version } = this.#options
    return { model, node, work: WORK_VERSION }
  }

  async #read(): Promise<Calibration | undefined> {
    const text = await readFile(this.#options.file, 'utf8').catch(() => '')
    const found = calibration.safeParse(parseJson(text)).data
    const { model, node, work } = this.#key
    return found?.model === model && found.node === node && found.work === work ? found : undefined
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** In a thread of its own, so that packets are forwarded meanwhile. */
async function measureInThread(): Promise<number> {
  const worker = new Worker(new URL('./speed-worker.js', import.meta.url))
  // A program that is done with all else does not wait for it.
  worker.unref()
  return await new Promise((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
    worker.once('exit', (code) => reject(new Error(`the calibration ended with code ${code}`)))
  })
}
