import {
  check,
  type Platform,
  planWithin,
  type Schedule,
  type Scheduler,
  type TimeLimit,
} from '../../scheduler/index.ts'
import type { PartDraft } from './part-drafts.ts'
import { replay } from './replay.ts'

/** A part with its place. */
export interface PlacedPart {
  readonly draft: PartDraft
  /** That `schedule` was made for. */
  readonly platform: Platform
  readonly schedule: Schedule
}

/** The vCPUs that a function is bound to; undefined: it is not. */
export type Bound = (name: string) => readonly string[] | undefined

/**
 * Plans parts one after the other. A piece of work that an earlier part has, too, is where it is there: it has one name, and one way leads to it.
 * @param timeLimit of all together, in milliseconds, where the scheduler searches
 * @throws ModelError, InfeasibleError, InvalidScheduleError
 */
export async function planParts(
  drafts: readonly PartDraft[],
  platform: Platform,
  scheduler: Scheduler,
  options: Pick<TimeLimit, 'timeLimit' | 'clock' | 'signal'>,
): Promise<PlacedPart[]> {
  const timeLimit = options.timeLimit === undefined ? undefined : options.timeLimit / drafts.length
  return await inTurn(drafts, platform, async ({ workflow }, own, _, vcpus) => {
    const schedule = await planWithin(scheduler, workflow, own, { ...options, timeLimit })
    const places = vcpus(schedule)
    const isSo = schedule.tasks.every(({ vcpu }, task) => places[task]?.includes(vcpu))
    return isSo ? schedule : replay(workflow, own, schedule, places)
  })
}

/** The same parts with functions bound to some vCPUs: what is elsewhere goes to one of them. @throws as `planParts` */
export async function rebind(
  parts: readonly PlacedPart[],
  platform: Platform,
  bound: Bound,
): Promise<PlacedPart[]> {
  const drafts = parts.map(({ draft }) => draft)
  return await inTurn(
    drafts,
    platform,
    async ({ workflow }, own, number, vcpus) => {
      const { schedule } = parts[number] as PlacedPart
      return replay(workflow, own, schedule, vcpus(schedule))
    },
    bound,
  )
}

/** The same placement with every image there already. @throws as `planParts` */
export function warmOf({ draft: { workflow }, platform, schedule }: PlacedPart): Schedule {
  const own = warmPlatform(platform, workflow.types)
  const vcpus = schedule.tasks.map(({ vcpu }) => [vcpu])
  const warm = replay(workflow, own, schedule, vcpus)
  check(workflow, own, warm)
  return warm
}

/** A platform whose hosts hold all images. */
function warmPlatform(platform: Platform, types: PartDraft['workflow']['types']): Platform {
  const images = types.map(({ name }) => name)
  return { ...platform, hosts: platform.hosts.map((host) => ({ ...host, images })) }
}

type PlacesOf = (schedule: Schedule) => string[][]

async function inTurn(
  drafts: readonly PartDraft[],
  platform: Platform,
  plan: (draft: PartDraft, platform: Platform, number: number, placesOf: PlacesOf) => Promise<Schedule>,
  bound: Bound = () => undefined,
): Promise<PlacedPart[]> {
  const known = new Map<string, string>()
  const placed: PlacedPart[] = []
  let held = platform
  for (const [number, draft] of drafts.entries()) {
    const own = { ...held, fileServer: draft.fileServer }
    const schedule = await plan(draft, own, number, ({ tasks }) =>
      tasks.map(({ vcpu, type }, task) => {
        const before = known.get(draft.prefixes[task] as string)
        if (before !== undefined) return [before]
        const allowed = bound(type)
        return allowed === undefined || allowed.includes(vcpu) ? [vcpu] : [...allowed]
      }),
    )
    check(draft.workflow, own, schedule)
    for (const [task, { vcpu }] of schedule.tasks.entries()) known.set(draft.prefixes[task] as string, vcpu)
    held = withLayers(held, schedule)
    placed.push({ draft, platform: own, schedule })
  }
  return placed
}

/** With what a schedule downloads held by then. */
function withLayers(platform: Platform, { downloads }: Schedule): Platform {
  const hosts = platform.hosts.map((host) => {
    const brought = downloads.filter(({ node }) => node === host.name).map(({ layer }) => layer)
    return brought.length === 0 ? host : { ...host, layers: [...new Set([...host.layers, ...brought])] }
  })
  return { ...platform, hosts }
}
