import { INSTANCE_PHASES } from '../control/index.ts'
import type { DeploymentPhases, DeploymentView } from '../controller/index.ts'
import { type Paint, plain } from './paint.ts'
import { formatPairs, formatTable } from './table.ts'
import { formatBytes, formatTime, printable } from './text.ts'

const PHASES: readonly (keyof DeploymentPhases)[] = ['plan', ...INSTANCE_PHASES, 'route', 'total']

/** Phases that each instance has, some after others. */
const OF_INSTANCES: ReadonlySet<string> = new Set(INSTANCE_PHASES)
const SLOWEST = 'pull to ready: the time of the slowest instance; a node brings up two at a time.'

/** @param now milliseconds since the epoch */
export function formatDeployments(
  deployments: readonly DeploymentView[],
  now: number,
  paint: Paint = plain,
): string {
  if (deployments.length === 0) return 'Nothing is deployed.\n'
  return formatTable<DeploymentView>(
    [
      { head: 'deployment', cell: ({ name }) => printable(name) },
      { head: 'revision', align: 'right', cell: ({ revision }) => String(revision) },
      { head: 'state', cell: ({ state }) => paintState(state, paint) },
      { head: 'for', align: 'right', cell: ({ deployedAt }) => formatTime(Math.max(0, now - deployedAt)) },
      { head: 'scheduler', cell: ({ scheduler }) => printable(scheduler) },
      { head: 'instances', align: 'right', cell: ({ instances }) => String(instances.length) },
      {
        head: 'what runs',
        cell: ({ chains, workflows, functions }) =>
          printable([...workflows, ...chains].join(', ') || functions.map(({ name }) => name).join(', ')),
      },
    ],
    [...deployments].sort((a, b) => (a.name < b.name ? -1 : 1)),
  )
}

/** @param now milliseconds since the epoch */
export function formatDeployment(view: DeploymentView, now: number, paint: Paint = plain): string {
  const { name, revision, scheduler, state, cause, deployedAt, functions, chains, workflows } = view
  const pairs = formatPairs([
    ['state', `${paintState(state, paint)}, deployed ${formatTime(Math.max(0, now - deployedAt))} ago`],
    ...(cause === undefined ? [] : [['cause', printable(cause)] as const]),
    ['revision', `${revision}${view.earlier.length === 0 ? '' : `, before it ${view.earlier.join(', ')}`}`],
    ...(scheduler === '' ? [] : [['scheduler', printable(scheduler)] as const]),
    ...listed(
      'functions',
      functions.map((one) => `${one.name} ${one.version} ${one.digest.slice(0, 19)}`),
    ),
    ...listed('chains', chains),
    ...listed('workflows', workflows),
    ...listed('instances', view.instances),
  ])
  return `${paint('bold', printable(name))}\n${pairs}\n${formatPhases(view.phases)}`
}

/** What each phase took. */
export function formatPhases(phases: DeploymentPhases): string {
  const rows = PHASES.flatMap((phase) => {
    const took = phases[phase]
    return took === undefined ? [] : [{ phase, ...took }]
  })
  if (rows.length === 0) return ''
  const isOfInstances = rows.some(({ phase }) => OF_INSTANCES.has(phase))
  const note = isOfInstances ? `\n${SLOWEST}\n` : ''
  const table = formatTable<(typeof rows)[number]>(
    [
      { head: 'phase', cell: ({ phase }) => phase },
      { head: 'time', align: 'right', cell: ({ ms }) => formatTime(ms) },
      {
        head: 'moved',
        align: 'right',
        cell: ({ bytes }) => (bytes === undefined ? '' : formatBytes(bytes)),
      },
    ],
    rows,
  )
  return `${table}${note}`
}

function listed(label: string, values: readonly string[]): (readonly [string, string])[] {
  return values.map((value, index) => [index === 0 ? label : '', printable(value)] as const)
}

export function paintState(state: DeploymentView['state'], paint: Paint): string {
  return paint(state === 'ready' ? 'green' : state === 'failed' ? 'red' : 'yellow', state)
}
