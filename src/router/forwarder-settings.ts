import { isDeepStrictEqual } from 'node:util'
import { type Forwarder, StrategyParameterError, type StrategyRegistry } from '../forwarder/index.ts'
import { Name } from '../packet/index.ts'
import type { NodeConfig } from './config.ts'

type Settings = Pick<NodeConfig, 'contentStore' | 'unsolicited' | 'networkRegion' | 'strategies'>
type Choice = NodeConfig['strategies'][number]

/** What serves all names where nothing is said. */
const ROOT_STRATEGY = Name.parse('/localhost/nfd/strategy/best-route')

/**
 * Sets what of the forwarder can be set while it runs. FIB and PIT stay as they are.
 * @param before what was set last: what is the same now is left alone, for somebody may have commanded otherwise meanwhile
 * @returns what could not be done, a sentence each
 */
export function applySettings(
  forwarder: Pick<Forwarder, 'contentStore' | 'region' | 'strategies' | 'unsolicited'>,
  registry: StrategyRegistry,
  after: Settings,
  before?: Settings,
): string[] {
  const { contentStore: store } = forwarder
  const { packets, bytes, admit, serve } = after.contentStore
  if (packets !== before?.contentStore.packets && packets !== store.maxPackets) store.maxPackets = packets
  if (bytes !== before?.contentStore.bytes && bytes !== store.maxBytes) store.maxBytes = bytes
  if (admit !== before?.contentStore.admit) store.isAdmitting = admit
  if (serve !== before?.contentStore.serve) store.isServing = serve
  if (after.unsolicited !== before?.unsolicited) forwarder.unsolicited = after.unsolicited
  if (!isDeepStrictEqual(after.networkRegion, before?.networkRegion))
    forwarder.region.set(after.networkRegion)
  return chooseStrategies(forwarder.strategies, registry, after.strategies, before?.strategies ?? [])
}

function chooseStrategies(
  table: Forwarder['strategies'],
  registry: StrategyRegistry,
  after: readonly Choice[],
  before: readonly Choice[],
): string[] {
  const chosen = after.filter((choice) => !before.some((known) => isDeepStrictEqual(known, choice)))
  for (const { prefix } of before) {
    if (after.some((choice) => choice.prefix.equals(prefix))) continue
    if (prefix.length === 0) chosen.push({ prefix, strategy: ROOT_STRATEGY })
    else table.unset(prefix)
  }
  return chosen.flatMap(({ prefix, strategy: name }) => {
    const strategy = registry.findStrategy(name)
    // That there is such a strategy was looked at when the configuration was read.
    if (strategy === 'unknown' || strategy instanceof StrategyParameterError)
      return [`${prefix}: there is no strategy ${name}`]
    return table.set(prefix, strategy)
      ? []
      : [`${prefix} gets no strategy: there are as many choices as may be`]
  })
}
