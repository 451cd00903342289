import type { PlatformFile } from './platform-schema.ts'

/** A host as it is written: one, or several of a kind. */
export interface HostEntry {
  readonly name: string
  readonly fields: PlatformFile['hosts'][string]
  /** In the order of the file. */
  readonly machines: readonly string[]
}

/** The names of the hosts that an entry stands for. */
export function hostNamesOf({ name, fields: { count } }: HostEntry): string[] {
  return count === undefined ? [name] : Array.from({ length: count }, (_, index) => `${name}-${index + 1}`)
}
