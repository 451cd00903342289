import { INSTANCE_PHASES } from '../control/index.ts'
import type { DeployEvent, InstanceView } from '../controller/index.ts'
import { paintFor } from './paint.ts'
import { formatBytes, formatCount, formatTime, printable } from './text.ts'

const CLEAR_LINE = '\r\x1b[2K'

/** States between that get no line of their own: the one of `ready` has how long each took. */
const PASSING: ReadonlySet<InstanceView['state']> = new Set(['preparing', 'starting'])

export interface DeployProgress {
  onEvent(event: DeployEvent): void
  stop(): void
}

/** How a deployment is carried out: a line for each instance and phase and, on a terminal, what is going on now. */
export function deployProgress(stream: NodeJS.WriteStream): DeployProgress {
  const paint = paintFor(stream)
  const instances = new Map<string, InstanceView>()
  let expected = 0
  const say = (line: string): void => {
    stream.write(`${stream.isTTY ? CLEAR_LINE : ''}  ${line}\n`)
    draw()
  }
  const draw = (): void => {
    if (!stream.isTTY) return
    const line = `  ${describeAll([...instances.values()], expected)}`
    stream.write(`${CLEAR_LINE}${line.slice(0, (stream.columns ?? 80) - 1)}`)
  }
  return {
    onEvent: (event) => {
      switch (event.type) {
        case 'planned': {
          expected = event.plan.instances.length
          const { scheduler, ms } = event.plan
          say(
            `revision ${event.revision}: ${formatCount(expected, 'instance')}, planned by ${printable(scheduler)} in ${formatTime(ms)}`,
          )
          break
        }
        case 'instance': {
          const { instance } = event
          const before = instances.get(instance.id)?.state
          instances.set(instance.id, instance)
          const isPassing = PASSING.has(instance.state) && instance.cause === undefined
          if (before === instance.state || isPassing) draw()
          else say(describeInstance(instance, paint))
          break
        }
        case 'phase':
          say(`${event.phase}: ${describePhase(event)}`)
          break
        case 'done':
          break
      }
    },
    stop: () => {
      if (stream.isTTY) stream.write(CLEAR_LINE)
    },
  }
}

/** `resize-1 on a: ready: pull 1.20 s and 12.1 MB, create 400 ms` */
function describeInstance(
  { id, node, state, cause, phases, progress }: InstanceView,
  paint: ReturnType<typeof paintFor>,
): string {
  const mark = { ready: paint('green', '✓ '), failed: paint('red', '✗ ') }[state as string] ?? ''
  const done = INSTANCE_PHASES.flatMap((phase) => {
    const took = phases[phase]
    return took === undefined ? [] : [`${phase} ${describePhase(took)}`]
  })
  const told =
    state === 'ready' ? done : progress === undefined ? [] : [`${formatBytes(progress.total)} to move`]
  const why = cause === undefined ? told : [cause]
  return `${mark}${printable(`${id} on ${node}: ${state}${why.length === 0 ? '' : `: ${why.join(', ')}`}`)}`
}

/** `1.20 s and 12.1 MB` */
export function describePhase({ ms, bytes }: { ms: number; bytes?: number | undefined }): string {
  return bytes === undefined ? formatTime(ms) : `${formatTime(ms)} and ${formatBytes(bytes)}`
}

/** `2 of 5 ready; pulling 12.1 MB of 44.0 MB` */
function describeAll(instances: readonly InstanceView[], expected: number): string {
  const ready = instances.filter(({ state }) => state === 'ready' || state === 'idle').length
  let bytes = 0
  let total = 0
  for (const { progress } of instances) {
    bytes += progress?.bytes ?? 0
    total += progress?.total ?? 0
  }
  const moving = total === 0 ? '' : `; pulling ${formatBytes(bytes)} of ${formatBytes(total)}`
  return `${ready} of ${Math.max(expected, instances.length)} ready${moving}`
}
