import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { type Assignment, assignmentSchema } from '../control/index.ts'
import { writeWhole } from '../facts/index.ts'
import { ConfigError } from './config.ts'

export interface KeptAssignment {
  readonly assignment: Assignment
  /** Ids of the instances that the node has taken: one that is paused starts these, and no other. */
  readonly taken: readonly string[]
}

const schema = z.object({ assignment: assignmentSchema, taken: z.array(z.string()) })

/** What a controller has assigned to a node, in a file of the node's home: so it starts again with that, without its controller. */
export class AssignmentStore {
  readonly #file: string
  #value: KeptAssignment | undefined

  private constructor(file: string, value: KeptAssignment | undefined) {
    this.#file = file
    this.#value = value
  }

  /** @throws ConfigError where the file is there and cannot be read: what it says is not to be forgotten silently */
  static async open(home: string): Promise<AssignmentStore> {
    const file = join(home, 'assignment.json')
    const text = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
      if (cause.code === 'ENOENT') return undefined
      throw new ConfigError('config-unreadable', `cannot read ${file}: ${cause.message}`, cause)
    })
    if (text === undefined) return new AssignmentStore(file, undefined)
    try {
      return new AssignmentStore(file, schema.parse(JSON.parse(text)))
    } catch (cause) {
      const what = 'what a controller has assigned cannot be read'
      throw new ConfigError('config-invalid', `${file}: ${what}: remove the file to start without`, cause)
    }
  }

  get value(): KeptAssignment | undefined {
    return this.#value
  }

  /** Resolves when it is on the disk; until then, and where that fails, all is as it was. One at a time. */
  async write(value: KeptAssignment): Promise<void> {
    await writeWhole(this.#file, `${JSON.stringify(value)}\n`)
    this.#value = value
  }
}
