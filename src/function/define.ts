import type { ManifestSource } from './manifest-fields.ts'
import type { ParameterValue } from './parameters.ts'

export type FunctionParameters = Readonly<Record<string, ParameterValue | undefined>>

/** What `apply` may give back; text is encoded as UTF-8. */
export type ApplyResult = Uint8Array | string | AsyncIterable<Uint8Array>

/** One of the inputs of a piece of work. */
export interface FunctionInput {
  /** Name of its Data, as an NDN URI. */
  readonly name: string
  readonly mediaType: string
  readonly content: Uint8Array
}

/** What a function knows of the piece of work in hand. */
export interface FunctionContext<P extends FunctionParameters = FunctionParameters> {
  /** Read and checked against the manifest, defaults filled in. */
  readonly parameters: P
  /** The first of the inputs. */
  readonly input: FunctionInput
  /** All of them, in order: one, unless the manifest says `inputs: many`. */
  readonly inputs: readonly FunctionInput[]
  /** Aborted at the deadline. A result that nobody waits for any more is made all the same, for whoever asks again. */
  readonly signal: AbortSignal
  /** When the work must be done, in milliseconds since the epoch. */
  readonly deadline: number
  /** Writes a line to the instance's log. */
  log(message: string): void
}

/**
 * A function in TypeScript. What its manifest says (name, input, output, …) stands in `function.yaml` if its folder
 * has one, otherwise here.
 */
export interface FunctionDefinition<P extends FunctionParameters = FunctionParameters>
  extends Partial<Omit<ManifestSource, 'module' | 'command'>> {
  /** Loads what every piece of work needs, e.g. a model. The instance takes no work before it is done. */
  prepare?(): Promise<void> | void
  /** One piece of work; `input` is the content of the first input. What it throws reaches the consumer as an error result. */
  apply(input: Uint8Array, context: FunctionContext<P>): ApplyResult | Promise<ApplyResult>
}

/**
 * Declares a function; the default export of its module.
 * @throws TypeError if `apply` or `prepare` is not a function.
 */
export function defineFunction<P extends FunctionParameters = FunctionParameters>(
  definition: FunctionDefinition<P>,
): FunctionDefinition<P> {
  if (!isFunctionDefinition(definition)) {
    throw new TypeError(
      'defineFunction needs an object with apply(input, context), and prepare() if anything',
    )
  }
  return definition
}

/** Whether a module's default export is what {@link defineFunction} gives. */
export function isFunctionDefinition(value: unknown): value is FunctionDefinition {
  if (typeof value !== 'object' || value === null) return false
  const { apply, prepare } = value as { apply?: unknown; prepare?: unknown }
  return typeof apply === 'function' && (prepare === undefined || typeof prepare === 'function')
}
