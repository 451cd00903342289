import { isDeepStrictEqual } from 'node:util'
import { Name } from '../packet/index.ts'
import type { ListenerConfig, NodeConfig } from './config.ts'
import { canonicalAddress } from './config-fields.ts'
import { schema } from './config-schema.ts'
import { liveFields } from './config-walk.ts'

const LIVE = liveFields(schema)

/** What a new configuration means for a node that runs. */
export interface ReloadPlan {
  /** What the node is to work by from now on: the new configuration, where it can be had without a new start. */
  readonly config: NodeConfig
  /** Fields that change, with dots: `contentStore.packets`. */
  readonly changes: readonly string[]
  /** Fields of the new configuration that take effect only when the node starts again. */
  readonly deferred: readonly string[]
  readonly opened: readonly ListenerConfig[]
  readonly closed: readonly ListenerConfig[]
}

export function planReload(before: NodeConfig, after: NodeConfig): ReloadPlan {
  const different = differences(before, after)
  const isLive = (field: string): boolean =>
    LIVE.some((live) => field === live || field.startsWith(`${live}.`))
  const listen = planListeners(before.listen, listenersAt(before, after))
  const changes = different.filter(isLive)
  const deferred = different.filter((field) => !isLive(field))
  const isSameListen = listen.opened.length === 0 && listen.closed.length === 0
  const config = {
    ...before,
    labels: after.labels,
    facts: after.facts,
    logLevel: after.logLevel,
    listen: listen.kept,
    multicast: after.multicast,
    routes: after.routes,
    contentStore: {
      ...before.contentStore,
      packets: after.contentStore.packets,
      bytes: after.contentStore.bytes,
      admit: after.contentStore.admit,
      serve: after.contentStore.serve,
    },
    unsolicited: after.unsolicited,
    networkRegion: after.networkRegion,
    strategies: after.strategies,
  }
  return {
    config,
    changes: isSameListen ? changes.filter((field) => field !== 'listen') : changes,
    deferred: [...deferred, ...listen.deferred],
    opened: listen.opened,
    closed: listen.closed,
  }
}

/** The home stays, and with it the socket there, which is the first of the listeners. */
function listenersAt({ home, listen }: NodeConfig, after: NodeConfig): readonly ListenerConfig[] {
  return home === after.home ? after.listen : [...listen.slice(0, 1), ...after.listen.slice(1)]
}

/** A listener that is there already stays as it is: to open it anew would be to turn peers away meanwhile. */
function planListeners(before: readonly ListenerConfig[], after: readonly ListenerConfig[]) {
  const find = (list: readonly ListenerConfig[], { address }: ListenerConfig): ListenerConfig | undefined =>
    list.find((other) => canonicalAddress(other.address) === canonicalAddress(address))
  const opened = after.filter((one) => find(before, one) === undefined)
  const closed = before.filter((one) => find(after, one) === undefined)
  const stay = before.filter((one) => !closed.includes(one))
  const deferred = stay
    .filter((one) => {
      const { address: _, ...options } = one
      const { address: __, ...wanted } = find(after, one) ?? one
      return !isDeepStrictEqual(options, wanted)
    })
    .map(({ address }) => `listen (what is said of ${address})`)
  return { opened, closed, kept: [...stay, ...opened], deferred }
}

/** Paths of what is not the same. Lists are compared as a whole. */
function differences(before: object, after: object, above = ''): string[] {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)])
  return [...keys].flatMap((key) => {
    const old: unknown = Reflect.get(before, key)
    const now: unknown = Reflect.get(after, key)
    if (isDeepStrictEqual(old, now)) return []
    return isMapping(old) && isMapping(now) ? differences(old, now, `${above}${key}.`) : [above + key]
  })
}

function isMapping(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Name)
}
