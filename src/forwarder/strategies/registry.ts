import { Component, Name, TT } from '../../packet/index.ts'
import { Asf, MIN_PROBING_INTERVAL_MS } from './asf.ts'
import { BestRoute } from './best-route.ts'
import { Multicast } from './multicast.ts'
import { StrategyParameterError, StrategyParameters } from './parameters.ts'
import { Random } from './random.ts'
import { INITIAL_SUPPRESSION_MS, MAX_SUPPRESSION_MS, type RetransmissionOptions } from './retransmission.ts'
import { Sticky } from './sticky.ts'
import type { Strategy } from './strategy.ts'

/** What the names of strategies begin with (NFD). */
const STRATEGY_PREFIX = Name.parse('/localhost/nfd/strategy')

/** Makes a strategy. What it asks of `parameters` are those that it takes; others are refused. */
export type StrategyMaker = (parameters: StrategyParameters) => Strategy

export interface StrategyRegistryOptions {
  /** A number from 0 up to, but without, 1, for the strategies that choose at random. @defaultValue Math.random */
  readonly random?: (() => number) | undefined
}

interface KnownStrategy {
  readonly version: number
  readonly make: StrategyMaker
}

/** The strategies that there are, by name. */
export class StrategyRegistry {
  readonly #known = new Map<string, KnownStrategy>()
  /** Names of the strategies that were made here with parameters. */
  readonly #names = new WeakMap<Strategy, Name>()

  constructor({ random }: StrategyRegistryOptions = {}) {
    this.registerStrategy('asf', 5, (parameters) => {
      const probingIntervalMs = parameters.integer('probing-interval', MIN_PROBING_INTERVAL_MS)
      const maxTimeouts = parameters.integer('max-timeouts', 1)
      return new Asf({ ...retransmissionOptions(parameters), probingIntervalMs, maxTimeouts, random })
    })
    this.registerStrategy('best-route', 5, (parameters) => new BestRoute(retransmissionOptions(parameters)))
    this.registerStrategy('multicast', 4, (parameters) => new Multicast(retransmissionOptions(parameters)))
    this.registerStrategy('random', 1, () => new Random({ random }))
    this.registerStrategy('sticky', 1, (parameters) => {
      const maxTimeouts = parameters.integer('max-timeouts', 1, 255)
      return new Sticky({ ...retransmissionOptions(parameters), maxTimeouts, random })
    })
  }

  /**
   * Adds a strategy, or puts it in the place of the one with this name. Each `make` gives a new object: it is asked once for each
   * prefix that the strategy is set for.
   */
  registerStrategy(name: string, version: number, make: StrategyMaker): void {
    this.#known.set(name, { version, make })
  }

  /** Names of all strategies, with version. */
  get names(): readonly Name[] {
    return [...this.#known].map(([name, { version }]) => plainName(name, version))
  }

  /**
   * Makes the strategy that a name asks for: `/localhost/nfd/strategy/<strategy>[/v=<version>[/<parameter>~<value>…]]`. As with NFD a
   * version that is older than the one that there is gives that one.
   * @returns why not, where its parameters are wrong
   */
  findStrategy(name: Name): Strategy | 'unknown' | StrategyParameterError {
    const at = STRATEGY_PREFIX.length
    const own = name.at(at)
    const known = own?.type === TT.GenericNameComponent ? this.#known.get(own.text) : undefined
    if (own === undefined || known === undefined || !STRATEGY_PREFIX.isPrefixOf(name)) return 'unknown'
    if (name.length > at + 1 && !isVersionUpTo(known.version, name.at(at + 1))) return 'unknown'
    const components = name.components.slice(at + 2)
    try {
      const parameters = new StrategyParameters(components)
      const strategy = known.make(parameters)
      parameters.done()
      if (components.length > 0)
        this.#names.set(strategy, plainName(own.text, known.version).append(...components))
      return strategy
    } catch (error) {
      if (error instanceof StrategyParameterError) return error
      throw error
    }
  }

  /** A strategy's name with its version, and with the parameters with which it was made here. */
  strategyName(strategy: Strategy): Name {
    return this.#names.get(strategy) ?? plainName(strategy.name, strategy.version)
  }
}

function plainName(name: string, version: number): Name {
  return STRATEGY_PREFIX.append(Component.generic(name), Component.version(version))
}

function isVersionUpTo(version: number, component: Component | undefined): boolean {
  const asked = component?.type === TT.VersionNameComponent ? component.number : undefined
  return asked !== undefined && asked <= version
}

/** The parameters that every strategy with retransmission suppression takes (NFD). */
function retransmissionOptions(parameters: StrategyParameters): RetransmissionOptions {
  const initialSuppressionMs = parameters.integer('retx-suppression-initial', 1)
  const least = initialSuppressionMs ?? INITIAL_SUPPRESSION_MS
  const maxSuppressionMs = parameters.integer('retx-suppression-max', least)
  if (maxSuppressionMs === undefined && least > MAX_SUPPRESSION_MS)
    throw new StrategyParameterError(
      `retx-suppression-initial may not be more than retx-suppression-max, which is ${MAX_SUPPRESSION_MS} by default`,
    )
  const suppressionMultiplier = parameters.number('retx-suppression-multiplier', 1)
  return { initialSuppressionMs, maxSuppressionMs, suppressionMultiplier }
}
