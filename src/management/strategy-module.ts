import { Component, Name, TT } from '../packet/index.ts'
import type { StrategyControl, StrategyInstance } from './control-interfaces.ts'
import type { ControlParameters, ControlResponse } from './control-parameters.ts'
import type { Dispatcher } from './dispatcher.ts'
import { checkPrefix } from './prefix-rules.ts'
import { CommandError, ControlStatus, ok } from './status-codes.ts'
import { strategyChoice } from './table-datasets.ts'

/** What the names of strategies begin with. */
export const STRATEGY_PREFIX = Name.parse('/localhost/nfd/strategy')

/** Module `strategy-choice` (NFD wiki, StrategyChoice). */
export class StrategyModule {
  readonly #strategies: StrategyControl

  constructor(dispatcher: Dispatcher, strategies: StrategyControl) {
    this.#strategies = strategies
    dispatcher.addCommand('strategy-choice', 'set', { required: ['name', 'strategy'] }, (parameters) =>
      this.#set(parameters),
    )
    dispatcher.addCommand('strategy-choice', 'unset', { required: ['name'] }, (parameters) =>
      this.#unset(parameters),
    )
    dispatcher.addDataset('strategy-choice', 'list', () => this.#list())
  }

  #set({ name = Name.of(), strategy = Name.of() }: ControlParameters): ControlResponse {
    checkPrefix(name)
    const instance = resolveStrategy(strategy, this.#strategies.available)
    if (instance === undefined)
      throw new CommandError(ControlStatus.NotFound, `there is no strategy ${strategy}`)
    const result = this.#strategies.set(name, instance)
    if (result === 'full') throw new CommandError(ControlStatus.Full, 'the strategy choice table is full')
    if (result !== 'ok') throw new CommandError(ControlStatus.Conflict, result.detail)
    return ok({ name, strategy: strategyName(instance) })
  }

  #unset({ name = Name.of() }: ControlParameters): ControlResponse {
    if (name.length === 0)
      throw new CommandError(
        ControlStatus.BadParameters,
        'the strategy of / cannot be unset, only set to another',
      )
    this.#strategies.unset(name)
    return ok({ name })
  }

  *#list(): Generator<Uint8Array> {
    for (const choice of this.#strategies.choices())
      yield strategyChoice.encode({ name: choice.prefix, strategy: strategyName(choice) })
  }
}

export function strategyName({ name, version, parameters }: StrategyInstance): Name {
  return STRATEGY_PREFIX.append(Component.generic(name), Component.version(version), ...parameters)
}

/**
 * What a strategy's name asks for: without a version the latest; with one that, or else the next that there is. Parameters
 * follow a version only.
 * @returns undefined where there is no such strategy
 */
export function resolveStrategy(
  name: Name,
  available: StrategyControl['available'],
): StrategyInstance | undefined {
  const at = STRATEGY_PREFIX.length
  const own = name.at(at)
  if (!STRATEGY_PREFIX.isPrefixOf(name) || own?.type !== TT.GenericNameComponent) return undefined
  const versions = (available.get(own.text) ?? []).toSorted((a, b) => a - b)
  const latest = versions.at(-1)
  if (latest === undefined) return undefined
  if (name.length === at + 1) return { name: own.text, version: latest, parameters: [] }
  const asked = name.typeAt(at + 1) === TT.VersionNameComponent ? name.at(at + 1)?.number : undefined
  const version = asked === undefined ? undefined : versions.find((one) => one >= asked)
  if (version === undefined) return undefined
  return { name: own.text, version, parameters: name.components.slice(at + 2) }
}
