import { type Forwarder, StrategyParameterError, type StrategyRegistry } from '../forwarder/index.ts'
import { STRATEGY_PREFIX, type StrategyControl, strategyName } from '../management/index.ts'
import type { Name } from '../packet/index.ts'

type Choice = Forwarder['strategies']

/** Sets the strategy of a prefix by its name. @returns what is wrong with the name as `detail` */
export function chooseStrategy(
  choice: Choice,
  registry: StrategyRegistry,
  prefix: Name,
  name: Name,
): 'ok' | 'full' | { readonly detail: string } {
  const found = registry.findStrategy(name)
  if (found instanceof StrategyParameterError) return { detail: found.message }
  if (found === 'unknown') return { detail: `there is no strategy ${name}` }
  return choice.set(prefix, found) ? 'ok' : 'full'
}

/** What `strategy-choice` commands do. */
export function strategyControl(choice: Choice, registry: StrategyRegistry): StrategyControl {
  const at = STRATEGY_PREFIX.length
  const partsOf = (name: Name) => ({
    name: name.at(at)?.text ?? '',
    version: name.at(at + 1)?.number ?? 0,
    parameters: name.components.slice(at + 2),
  })
  return {
    get available() {
      return new Map(registry.names.map(partsOf).map(({ name, version }) => [name, [version]]))
    },
    set: (prefix, asked) => chooseStrategy(choice, registry, prefix, strategyName(asked)),
    unset: (prefix) => {
      choice.unset(prefix)
    },
    *choices() {
      for (const { prefix, strategy } of choice.entries())
        yield { prefix, ...partsOf(registry.strategyName(strategy)) }
    },
  }
}
