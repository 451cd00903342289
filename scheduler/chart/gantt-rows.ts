import type { Transfer } from '../measures/index.ts'
import {
  Machine,
  type Platform,
  type Schedule,
  type ScheduledDownload,
  type ScheduledTask,
} from '../model/index.ts'
import type { ActualLoss } from './actual.ts'
import { lanesOf, UNSEEN_S } from './lanes.ts'

/** What a row of the chart shows. Heights in pixels; times in seconds. */
export interface Row {
  readonly label: string
  readonly host: string
  readonly height: number
  readonly bars: readonly RowBar[]
}

export type Event =
  | { readonly kind: 'execution'; readonly of: ScheduledTask }
  | { readonly kind: 'lost'; readonly of: ActualLoss }
  | { readonly kind: 'download'; readonly of: ScheduledDownload }
  | { readonly kind: 'transfer'; readonly of: Transfer }

/** What is on a vCPU. */
type Run = Extract<Event, { kind: 'execution' | 'lost' }>

/** A bar's place is measured from the top of its row. */
export type RowBar = Event & { readonly top: number; readonly height: number }

/** Of a bar beside others in one row, and of such a row at most: more bars than have room in it get thinner. */
const LANE = 5
const MAX_LANES_HEIGHT = 120

/** Share of a vCPU's height that each of several tasks has that ran there at the same time. */
const SIDE_BY_SIDE = 0.7

/** Height of a vCPU's row where there are so many of them. */
function rowHeight(vcpus: number): number {
  if (vcpus <= 12) return 30
  if (vcpus <= 40) return 22
  if (vcpus <= 80) return 17
  return vcpus <= 250 ? 14 : 9
}

/**
 * The rows by host in the order of the platform: what comes from other hosts; what each node downloads, and its vCPUs. Those
 * to which nothing happens are left out.
 */
export function rowsOf(
  platform: Platform,
  { tasks, downloads }: Schedule,
  transfers: readonly Transfer[],
  lost: readonly ActualLoss[] = [],
): Row[] {
  const machine = new Machine(platform)
  const runs: Run[] = [
    ...tasks.map((of) => ({ kind: 'execution' as const, of })),
    ...lost.map((of) => ({ kind: 'lost' as const, of })),
  ]
  const byVcpu = grouped(runs, ({ of }) => machine.vcpuNumber(of.vcpu))
  const byNode = grouped(downloads, ({ node }) => machine.nodeNumber(node))
  const byHost = grouped(transfers, ({ toHost }) => machine.hostNumber(toHost))
  const height = rowHeight(byVcpu.size)
  const rows: Row[] = []
  const add = (host: number, label: string, events: readonly Event[] | undefined, lanes: boolean): void => {
    if (events === undefined) return
    const name = machine.hosts[host]?.name as string
    rows.push({ label, host: name, ...(lanes ? inLanes(events, height) : inLine(events, height)) })
  }
  const nodesOf = grouped([...machine.nodes.keys()], (node) => machine.nodeHost[node] as number)
  const vcpusOf = grouped([...machine.vcpus.keys()], (vcpu) => machine.vcpuNode[vcpu] as number)
  for (const [host, { name }] of machine.hosts.entries()) {
    add(
      host,
      'transfers in',
      byHost.get(host)?.map((of) => ({ kind: 'transfer', of })),
      true,
    )
    for (const node of nodesOf.get(host) ?? []) {
      const own = (machine.nodes[node] as string).slice(name.length + 1)
      const images = byNode.get(node)?.map((of): Event => ({ kind: 'download', of }))
      add(host, own === '' ? 'downloads' : `downloads ${own}`, images, true)
      for (const vcpu of vcpusOf.get(node) ?? []) {
        const label = `vCPU ${(machine.vcpus[vcpu] as string).slice(name.length + 1)}`
        add(host, label, byVcpu.get(vcpu), false)
      }
    }
  }
  return rows
}

/** One after the other; what ran at the same time, as in a real run, stands side by side. */
function inLine(events: readonly Event[], vcpuHeight: number): Pick<Row, 'height' | 'bars'> {
  const { lane, count } = lanesOf(
    events.map(({ of }) => of),
    UNSEEN_S,
  )
  const share = count === 1 ? vcpuHeight : Math.max(vcpuHeight * SIDE_BY_SIDE, LANE + 1)
  const gap = share > 20 ? 3 : 1
  const bars = events.map((event, index) => ({
    ...event,
    top: (lane[index] as number) * share + gap,
    height: share - 2 * gap,
  }))
  return { height: count * share, bars }
}

function inLanes(events: readonly Event[], vcpuHeight: number): Pick<Row, 'height' | 'bars'> {
  const { lane, count } = lanesOf(events.map(({ of }) => of))
  const least = Math.max(Math.round(vcpuHeight * 0.6), 13)
  const height = Math.min(Math.max(count * (LANE + 1) + 2, least), MAX_LANES_HEIGHT)
  const share = (height - 2) / count
  const bars = events.map((event, index) => ({
    ...event,
    top: 1 + (lane[index] as number) * share,
    height: Math.max(share - 1, share * 0.75),
  }))
  return { height, bars }
}

function grouped<Item>(items: readonly Item[], keyOf: (item: Item) => number): Map<number, Item[]> {
  const groups = new Map<number, Item[]>()
  for (const item of items) {
    const key = keyOf(item)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [item])
    else group.push(item)
  }
  return groups
}
