import type { AssignedTask } from '../control/index.ts'
import {
  encodeInputs,
  INPUTS_MEDIA_TYPE,
  newVersion,
  SegmentedObject,
  splitSegment,
} from '../endpoint/index.ts'
import { type Interest, Name, type Signer } from '../packet/index.ts'

/** For so long a list of inputs is fresh, in milliseconds. */
const FRESHNESS_MS = 1000

/**
 * Tells an instance what its input is where it does a workflow's task: under `<task>/<content>` the list of the inputs, each with the
 * content's name. Lists are made when they are asked for, and the same each time, so nothing is kept.
 */
export class TaskInputs {
  readonly #signer: () => Signer
  /** By the key of the task's name. */
  #inputs: ReadonlyMap<string, readonly Name[]> = new Map()
  #longest = 0
  #version = newVersion()

  /** @param signer of the node */
  constructor(signer: () => Signer) {
    this.#signer = signer
  }

  /** Puts these in the place of those that there are. */
  set(tasks: readonly AssignedTask[]): void {
    const named = tasks.map(({ name, inputs }) => ({ name: Name.parse(name), inputs }))
    this.#inputs = new Map(named.map(({ name, inputs }) => [name.key, inputs.map((uri) => Name.parse(uri))]))
    this.#longest = named.reduce((longest, { name }) => Math.max(longest, name.length), 0)
    this.#version = newVersion()
  }

  /** A segment of a list; undefined where the Interest is for none. */
  answer({ name, canBePrefix }: Interest): Uint8Array | undefined {
    const asked = splitSegment(name)
    if (asked !== undefined && asked.version !== this.#version) return undefined
    // A list has a version, and no Data with another name than the Interest's would be an answer.
    if (asked === undefined && !canBePrefix) return undefined
    const list = asked?.object ?? name
    const found = this.#find(list)
    if (found === undefined) return undefined
    const object = new SegmentedObject({
      name: list,
      version: this.#version,
      content: encodeInputs(found),
      mediaType: INPUTS_MEDIA_TYPE,
      freshnessPeriod: FRESHNESS_MS,
      signer: this.#signer(),
    })
    // It is in memory, so its segments are there at once.
    return object.segment(asked?.segment ?? 0) as Uint8Array | undefined
  }

  /** The inputs of the task with the longest name that is one above the content. */
  #find(name: Name): Name[] | undefined {
    for (let length = Math.min(this.#longest, name.length - 1); length > 0; length--) {
      const inputs = this.#inputs.get(name.prefixKey(length))
      if (inputs !== undefined) {
        const content = name.slice(length).components
        return inputs.map((prefix) => prefix.append(...content))
      }
    }
    return undefined
  }
}
