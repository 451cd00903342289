import type { Limits } from './limits.ts'
import type { ParameterSpec } from './parameters.ts'

/** What a function's author writes: `function.yaml`, or the fields of `defineFunction`. */
export interface ManifestSource {
  /** `[a-z0-9-]{1,64}` */
  name: string
  /** Semantic version. Default `0.0.0`. */
  version?: string
  /** One line. Default: empty. */
  description?: string
  /** A media type, a `type/*`, the pattern for anything, or a list of these. */
  input: string | readonly string[]
  /** `many`: takes any number of inputs at once, each of these types, as a task of a workflow has. Default `one`. */
  inputs?: 'one' | 'many'
  /** One concrete media type. */
  output: string
  parameters?: Readonly<Record<string, ParameterSpec>>
  /** TypeScript or JavaScript file in the folder, whose default export is a `FunctionDefinition`. Or else `command`. */
  module?: string
  /** Program and arguments, run in the function's folder: input on stdin, output on stdout. */
  command?: readonly string[]
  /** Programs of this host that are copied into the function's image. */
  programs?: readonly string[]
  /** npm packages with native code, copied whole instead of bundled. */
  packages?: readonly string[]
  /** Durations as `10s` or milliseconds, sizes as `256MiB` or bytes; see `LIMIT_BOUNDS`. */
  limits?: { readonly [key in keyof Limits]?: number | string }
  /** How long a result stays fresh, e.g. `60s`. Default 60 s. */
  freshness?: string | number
}

/** A manifest that was checked, with every default filled in. */
export interface Manifest {
  readonly name: string
  readonly version: string
  readonly description: string
  /** Media type patterns, lower case; at least one. */
  readonly input: readonly string[]
  /** Whether it takes several inputs at once. */
  readonly inputs: 'one' | 'many'
  readonly output: string
  readonly parameters: Readonly<Record<string, ParameterSpec>>
  /** Exactly one of `module` and `command` is there. */
  readonly module?: string | undefined
  readonly command?: readonly string[] | undefined
  readonly programs: readonly string[]
  readonly packages: readonly string[]
  readonly limits: Limits
  /** Milliseconds. */
  readonly freshness: number
}
