const MIB = 2 ** 20

/** What a file may hold at most. */
export interface FileLimits {
  /** Size of a file of WfFormat or STG, in octets. @defaultValue 64 MiB */
  readonly bytes: number
  /**
   * Size of a file in YAML or in the language of GraphViz, in octets: to read one takes some 150 times as much memory.
   * @defaultValue 8 MiB
   */
  readonly markupBytes: number
  /** Tasks of a workflow. @defaultValue 1,000,000 */
  readonly tasks: number
  /** Edges of a workflow. @defaultValue 10,000,000 */
  readonly edges: number
  /** Hosts of a platform; between each two there is a bandwidth. @defaultValue 4096 */
  readonly hosts: number
  /** vCPUs of a platform. @defaultValue 1,000,000 */
  readonly vcpus: number
}

export const DEFAULT_FILE_LIMITS: FileLimits = {
  bytes: 64 * MIB,
  markupBytes: 8 * MIB,
  tasks: 1_000_000,
  edges: 10_000_000,
  hosts: 4096,
  vcpus: 1_000_000,
}

export interface LimitOptions {
  /** @defaultValue `DEFAULT_FILE_LIMITS` */
  readonly limits?: Partial<FileLimits> | undefined
}

export function limitsOf({ limits }: LimitOptions): FileLimits {
  return { ...DEFAULT_FILE_LIMITS, ...limits }
}
