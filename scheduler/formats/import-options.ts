import type { LimitOptions } from './limits.ts'

/** What files of others do not say. */
export interface ImportOptions extends LimitOptions {
  /** Speed of the machine that a file's execution times are of, in MIPS: work is time x speed. @defaultValue 1000 */
  readonly speed?: number | undefined
  /** Bandwidth that a file's communication times are of, in MB/s: data is time x bandwidth. @defaultValue 125 */
  readonly bandwidth?: number | undefined
  /** Size of the image of each type that the file has none of, in MB; it shares no layer. @defaultValue 100 */
  readonly image?: number | undefined
  /** Whether files that no task makes are input from the file server; a platform without one needs `false`. @defaultValue true */
  readonly input?: boolean | undefined
}

export const DEFAULT_IMPORT_SPEED = 1000
export const DEFAULT_IMPORT_BANDWIDTH = 125
export const DEFAULT_IMPORT_IMAGE = 100

/** The type of tasks in a file that knows no types; it has no image. */
export const ANY_TYPE = 'task'
