import type { Component } from '../../packet/index.ts'

/** A strategy's parameters are not what it takes. The message says why. */
export class StrategyParameterError extends Error {
  override readonly name = 'StrategyParameterError'
}

/** Parameters in the name of a strategy, one in each component: `probing-interval~30000` (NFD, StrategyParameters). */
export class StrategyParameters {
  readonly #values = new Map<string, string>()
  readonly #known = new Set<string>()

  /** @throws StrategyParameterError on a component that is no parameter, or one that comes twice */
  constructor(components: readonly Component[]) {
    for (const { text } of components) {
      const at = text.indexOf('~')
      if (at <= 0 || at === text.length - 1)
        throw new StrategyParameterError(`'${text}' is not of the form <parameter>~<value>`)
      const parameter = text.slice(0, at)
      if (this.#values.has(parameter)) throw new StrategyParameterError(`${parameter} is given twice`)
      this.#values.set(parameter, text.slice(at + 1))
    }
  }

  /** A whole number; undefined where it is not given. @throws StrategyParameterError */
  integer(parameter: string, least: number, most = Number.MAX_SAFE_INTEGER): number | undefined {
    return this.#number(parameter, /^[0-9]{1,16}$/, 'a whole number', least, most)
  }

  /** A number; undefined where it is not given. @throws StrategyParameterError */
  number(parameter: string, least: number, most = Number.MAX_SAFE_INTEGER): number | undefined {
    return this.#number(parameter, /^[0-9]{1,16}(\.[0-9]{1,16})?$/, 'a number', least, most)
  }

  #number(parameter: string, form: RegExp, what: string, least: number, most: number): number | undefined {
    this.#known.add(parameter)
    const text = this.#values.get(parameter)
    if (text === undefined) return undefined
    const value = form.test(text) ? Number(text) : Number.NaN
    if (value >= least && value <= most) return value
    const range = most === Number.MAX_SAFE_INTEGER ? `${least} or more` : `from ${least} to ${most}`
    throw new StrategyParameterError(`${parameter} is to be ${what}, ${range}, and not '${text}'`)
  }

  /** To be called when all that a strategy takes was asked for. @throws StrategyParameterError on any that was not */
  done(): void {
    for (const parameter of this.#values.keys()) {
      if (this.#known.has(parameter)) continue
      const known = [...this.#known].join(', ') || 'none'
      throw new StrategyParameterError(`there is no parameter ${parameter} (there are: ${known})`)
    }
  }
}
