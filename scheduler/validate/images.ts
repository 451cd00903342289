import type { ScheduledDownload, SfType } from '../model/index.ts'
import { addTo, type Facts, type Node, transferTime } from './facts.ts'
import type { Context, Row } from './rows.ts'

/** A download of a layer, for a type of which it is one, to a node that is there. */
interface Download {
  readonly node: Node
  readonly type: SfType
  readonly layer: string
  readonly start: number
  readonly finish: number
}

/** Every task after its image, and every download by its rules. */
export function checkImages(context: Context): void {
  const downloads = context.schedule.downloads.flatMap((download) => read(context, download) ?? [])
  const arrivals = arrivalsOf(context)
  const requests = requestsOf(context)
  for (const download of downloads) {
    checkDuration(context, download)
    checkRequest(context, download, requests)
  }
  checkDoubles(context, downloads, arrivals)
  checkOrder(context, downloads)
  for (const { node, layer, finish } of downloads) arrive(arrivals, node.name, layer, finish)
  checkPresence(context, arrivals)
}

/** Of each node, when each layer that it does not hold at the start is there first. Seconds. */
type Arrivals = Map<string, Map<string, number>>

function arrive(arrivals: Arrivals, node: string, layer: string, time: number): void {
  const own = arrivals.get(node) ?? new Map<string, number>()
  arrivals.set(node, own)
  own.set(layer, Math.min(time, own.get(layer) ?? Number.POSITIVE_INFINITY))
}

function arrivalsOf({ options }: Context): Arrivals {
  const arrivals: Arrivals = new Map()
  for (const { node, layer, finish } of options.occupation?.layers ?? []) {
    arrive(arrivals, node, layer, finish)
  }
  return arrivals
}

function read({ facts, report }: Context, download: ScheduledDownload): Download | undefined {
  const { node: place, type: name, layer, start, finish } = download
  const what = { node: place, layer }
  const unknown = (why: string): undefined => {
    const message = `a download of layer ${layer} for ${name} to ${place}: ${why}`
    report({ kind: 'unknown-download', ...what, message })
  }
  const node = facts.nodes.get(place)
  const type = facts.types.get(name)
  if (node === undefined) return unknown(`there is no node ${place}`)
  if (type === undefined) return unknown(`there is no type ${name}`)
  if (!type.layers.some((own) => own.name === layer)) return unknown(`${name} has no such layer`)
  if (!Number.isFinite(start) || !Number.isFinite(finish)) {
    const message = `layer ${layer} comes to ${place} from ${start} to ${finish}`
    report({ kind: 'not-finite', ...what, message })
    return undefined
  }
  return { node, type, layer, start, finish }
}

function checkDuration({ facts, slack, report }: Context, { node, layer, start, finish }: Download): void {
  const what = { node: node.name, layer }
  const size = facts.layers.get(layer) as number
  const repository = facts.hosts.get(facts.platform.repository ?? '')
  if (repository === undefined && size > 0) {
    const message = `layer ${layer} is fetched to ${node.name}, and there is no SF repository`
    report({ kind: 'no-repository', ...what, message })
    return
  }
  const duration = repository === undefined ? 0 : transferTime(facts, size, repository, node.host)
  const by = duration - (finish - start)
  if (by <= slack) return
  const message = `layer ${layer} takes ${duration} s to ${node.name}, and comes from ${start} to ${finish}`
  report({ kind: 'short-download', ...what, by, message })
}

/** Of each node, when a task of each type first asks for its image there. Seconds. */
type Requests = Map<string, Map<string, number>>

function requestsOf(context: Context): Requests {
  const requests: Requests = new Map()
  for (const row of context.rows.values()) {
    const { task, vcpu } = row
    arrive(requests, vcpu.node.name, task.type, requestOf(context, row))
  }
  return requests
}

function requestOf({ facts, rows, schedule }: Context, { task }: Row): number {
  let time = schedule.release
  if (schedule.policy === 'ahead') return time
  for (const { from } of facts.incoming.get(task.name) ?? []) {
    time = Math.max(time, rows.get(from)?.finish ?? time)
  }
  return time
}

function checkRequest(
  { schedule, slack, report }: Context,
  { node, type, layer, start }: Download,
  requests: Requests,
): void {
  const request = requests.get(node.name)?.get(type.name)
  if (request === undefined) {
    const message = `layer ${layer} is fetched to ${node.name} for ${type.name}, and no task of that type runs there`
    report({ kind: 'needless-download', node: node.name, layer, message })
    return
  }
  if (start >= request - slack) return
  const message = `layer ${layer} is fetched to ${node.name} from ${start}, and ${schedule.policy} it may be from ${request}`
  report({ kind: 'early-download', node: node.name, layer, by: request - start, message })
}

function checkDoubles(
  { slack, report }: Context,
  downloads: readonly Download[],
  arrivals: ReadonlyMap<string, ReadonlyMap<string, number>>,
): void {
  const before = new Map<Node, Set<string>>()
  for (const { node, layer, finish } of downloads) {
    const own = before.get(node) ?? new Set()
    before.set(node, own)
    const twice = (why: string, by?: number): void => {
      const message = `layer ${layer} is fetched to ${node.name}, and ${why}`
      report({
        kind: 'doubled-download',
        node: node.name,
        layer,
        message,
        ...(by === undefined ? {} : { by }),
      })
    }
    // What is to come for another workflow may be fetched before it would.
    const known = arrivals.get(node.name)?.get(layer) ?? Number.POSITIVE_INFINITY
    if (node.held.has(layer)) twice('it is there at the start')
    else if (own.has(layer)) twice('it is fetched to it twice')
    else if (known < finish - slack) twice(`it is there at ${known} for another workflow`, finish - known)
    own.add(layer)
  }
}

function checkOrder({ slack, report }: Context, downloads: readonly Download[]): void {
  const byNode = new Map<Node, Map<SfType, Download[]>>()
  for (const download of downloads) {
    const ofNode = byNode.get(download.node) ?? new Map<SfType, Download[]>()
    byNode.set(download.node, ofNode)
    addTo(ofNode, download.type, download)
  }
  for (const [node, byType] of byNode) {
    for (const [type, list] of byType) {
      list.sort((a, b) => a.start - b.start || a.finish - b.finish)
      let free = Number.NEGATIVE_INFINITY
      for (const { layer, start, finish } of list) {
        const by = Math.min(free, finish) - start
        if (by > slack) {
          const message = `layer ${layer} of ${type.name} is fetched to ${node.name} from ${start}, and another one until ${free}`
          report({ kind: 'overlapping-downloads', node: node.name, layer, by, message })
        }
        free = Math.max(free, finish)
      }
    }
  }
}

function checkPresence({ facts, rows, slack, report }: Context, arrivals: Arrivals): void {
  for (const { task, vcpu, start, fixed } of rows.values()) {
    if (fixed) continue
    const { node } = vcpu
    const own = arrivals.get(node.name)
    for (const layer of missingLayers(facts, task.type, node)) {
      const there = own?.get(layer)
      if (there !== undefined && start >= there - slack) continue
      const when = there === undefined ? 'never' : `at ${there}`
      const message = `task ${task.name} starts at ${start}, and layer ${layer} of ${task.type} is on ${node.name} ${when}`
      const where = { task: task.name, vcpu: vcpu.name, node: node.name, layer }
      report({ kind: 'image', ...where, message, ...(there === undefined ? {} : { by: there - start }) })
    }
  }
}

function missingLayers({ types }: Facts, type: string, { held }: Node): string[] {
  return (types.get(type)?.layers ?? []).map(({ name }) => name).filter((name) => !held.has(name))
}
