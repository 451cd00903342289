/** A workflow that the platform cannot run at all. */
export class InfeasibleError extends Error {
  override readonly name = 'InfeasibleError'
  readonly code = 'infeasible'
  /** Of each task that cannot run anywhere, why no host takes it. */
  readonly tasks: readonly Infeasibility[]

  constructor(tasks: readonly Infeasibility[]) {
    const shown = tasks.slice(0, SHOWN_TASKS).map(describe)
    const more = tasks.length - shown.length
    super([...shown, ...(more > 0 ? [`and ${more} more tasks that no host takes`] : [])].join('\n'))
    this.tasks = tasks
  }
}

/** Tasks that the message tells of. */
const SHOWN_TASKS = 5

export interface Infeasibility {
  readonly task: string
  readonly hosts: readonly { readonly host: string; readonly reason: string }[]
}

function describe({ task, hosts }: Infeasibility): string {
  if (hosts.length === 0) return `no host takes task ${task}: there is no host with a vCPU`
  return [`no host takes task ${task}:`, ...hosts.map(({ host, reason }) => `  ${host}: ${reason}`)].join(
    '\n',
  )
}

/** A platform or workflow that contradicts itself. */
export class ModelError extends Error {
  override readonly name = 'ModelError'
  readonly code = 'bad-model'
}
