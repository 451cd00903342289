import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { AVAILABILITIES, type Availability, type LabelChanges, writeWhole } from '../facts/index.ts'
import { ConfigError } from './config.ts'

/** What commands have said, and is so when the node starts again. */
export interface KeptState {
  readonly availability: Availability
  /** Beside the labels of the configuration. */
  readonly labels: LabelChanges
  /** Sources of the functions that it has taken: a node that is paused starts these, and no other. */
  readonly functions: readonly string[]
}

const schema = z.object({
  availability: z.enum(AVAILABILITIES as [Availability, ...Availability[]]),
  labels: z.object({ set: z.record(z.string(), z.string()), removed: z.array(z.string()) }),
  functions: z.array(z.string()),
})

const INITIAL: KeptState = { availability: 'active', labels: { set: {}, removed: [] }, functions: [] }

/** A file in the node's home. */
export class NodeState {
  readonly #file: string
  #value: KeptState
  #writing: Promise<void> = Promise.resolve()

  private constructor(file: string, value: KeptState) {
    this.#file = file
    this.#value = value
  }

  /** @throws ConfigError where the file is there and cannot be read: what it says is not to be forgotten silently */
  static async open(home: string): Promise<NodeState> {
    const file = join(home, 'state.json')
    const text = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
      if (cause.code === 'ENOENT') return undefined
      throw new ConfigError('config-unreadable', `cannot read ${file}: ${cause.message}`, cause)
    })
    if (text === undefined) return new NodeState(file, INITIAL)
    try {
      return new NodeState(file, schema.parse(JSON.parse(text)))
    } catch (cause) {
      const what = 'labels and availability that commands have said cannot be read'
      throw new ConfigError('config-invalid', `${file}: ${what}: remove the file to start without`, cause)
    }
  }

  get value(): KeptState {
    return this.#value
  }

  /** Resolves when it is on the disk; until then, and where that fails, all is as it was. */
  async change(change: (value: KeptState) => Partial<KeptState>): Promise<void> {
    const writing = this.#writing.then(async () => {
      const value = { ...this.#value, ...change(this.#value) }
      await writeWhole(this.#file, `${JSON.stringify(value)}\n`)
      this.#value = value
    })
    this.#writing = writing.catch(() => {})
    await writing
  }
}
