/**
 * When a node begins to fetch an image. `on-demand`: when a task that needs it has all its predecessors finished, as a
 * workflow engine does; start tasks at once. `ahead`: at the start, since the plan is known.
 */
export type DownloadPolicy = 'on-demand' | 'ahead'

export const DEFAULT_DOWNLOAD_POLICY: DownloadPolicy = 'on-demand'

/** Where and when a task runs. */
export interface ScheduledTask {
  readonly task: string
  readonly type: string
  /** `HOST/NUMBER` */
  readonly vcpu: string
  /** Seconds. */
  readonly start: number
  readonly finish: number
}

/** A layer's way from the SF repository to a node. */
export interface ScheduledDownload {
  /** `HOST`, or `HOST/MACHINE` */
  readonly node: string
  readonly layer: string
  /** For which it is fetched first. A node fetches the layers of one type one after another. */
  readonly type: string
  /** Seconds. */
  readonly start: number
  readonly finish: number
}

/** What a scheduler decides. */
export interface Schedule {
  /** Name of the scheduler. */
  readonly scheduler: string
  readonly policy: DownloadPolicy
  /** When the workflow came, in seconds; nothing happens earlier. */
  readonly release: number
  /** In the order of the workflow's tasks. */
  readonly tasks: readonly ScheduledTask[]
  readonly downloads: readonly ScheduledDownload[]
  /** Response time: from `release` until the last task has finished, in seconds. */
  readonly makespan: number
}

/** What a platform is already doing when a workflow comes. */
export interface Occupation {
  /** Of other workflows, not finished. */
  readonly tasks: readonly {
    readonly vcpu: string
    readonly start: number
    readonly finish: number
    readonly usage: number
  }[]
  /** Layers that nodes have fetched, or are fetching, beside those that the platform says they hold. Seconds. */
  readonly layers: readonly { readonly node: string; readonly layer: string; readonly finish: number }[]
}

/** What every scheduler takes beside workflow and platform. */
export interface ScheduleOptions {
  /** @defaultValue 'on-demand' */
  readonly policy?: DownloadPolicy | undefined
  /** When the workflow comes, in seconds. @defaultValue 0 */
  readonly release?: number | undefined
  /** @defaultValue nothing */
  readonly occupation?: Occupation | undefined
  /** Tasks of the workflow that are not to be decided any more. @defaultValue none */
  readonly fixed?: readonly Omit<ScheduledTask, 'type'>[] | undefined
}
