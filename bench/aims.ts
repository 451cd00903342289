import { type Figure, format, median } from './figures.ts'

/** What a figure should come to. */
export interface Aim {
  readonly case: string
  readonly impl: string
  /** In words, with whether it is reached. */
  judge(figures: readonly Figure[]): string
}

/** @param bound in the figure's unit */
export function below(name: string, impl: string, bound: number): Aim {
  return aim(name, impl, (value) => [value < bound, `< ${bound}`])
}

/** @param bound in the figure's unit */
export function atLeast(name: string, impl: string, bound: number): Aim {
  return aim(name, impl, (value) => [value >= bound, `≥ ${bound}`])
}

/** No more than another implementation in the same run. */
export function noMoreThan(name: string, impl: string, other: string): Aim {
  return aim(name, impl, (value, figures) => {
    const bound = medianOf(figures, name, other)
    return bound === undefined ? undefined : [value <= bound, `≤ ${other} (${format(bound)})`]
  })
}

/** No less than another implementation in the same run. */
export function noLessThan(name: string, impl: string, other: string): Aim {
  return aim(name, impl, (value, figures) => {
    const bound = medianOf(figures, name, other)
    return bound === undefined ? undefined : [value >= bound, `≥ ${other} (${format(bound)})`]
  })
}

/** At least so many times another implementation in the same run. */
export function atLeastTimes(name: string, impl: string, times: number, other: string): Aim {
  return aim(name, impl, (value, figures) => {
    const bound = medianOf(figures, name, other)
    return bound === undefined
      ? undefined
      : [value >= times * bound, `≥ ${times} × ${other} (${format(times * bound)})`]
  })
}

/** At most so many times another implementation in the same run. */
export function atMostTimes(name: string, impl: string, times: number, other: string): Aim {
  return aim(name, impl, (value, figures) => {
    const bound = medianOf(figures, name, other)
    return bound === undefined
      ? undefined
      : [value <= times * bound, `≤ ${times} × ${other} (${format(times * bound)})`]
  })
}

/** Less than so many times the same implementation's figure in another case of the run. */
export function belowTimesCase(name: string, impl: string, times: number, otherCase: string): Aim {
  return aim(name, impl, (value, figures) => {
    const bound = medianOf(figures, otherCase, impl)
    return bound === undefined
      ? undefined
      : [value < times * bound, `< ${times} × ${otherCase} (${format(times * bound)})`]
  })
}

type Verdict = readonly [isReached: boolean, words: string]

function aim(
  name: string,
  impl: string,
  test: (value: number, figures: readonly Figure[]) => Verdict | undefined,
): Aim {
  return {
    case: name,
    impl,
    judge(figures) {
      const value = medianOf(figures, name, impl)
      const verdict = value === undefined ? undefined : test(value, figures)
      return verdict === undefined ? '' : `${verdict[1]}: ${verdict[0] ? 'yes' : 'no'}`
    },
  }
}

function medianOf(figures: readonly Figure[], name: string, impl: string): number | undefined {
  const figure = figures.find((candidate) => candidate.case === name && candidate.impl === impl)
  return figure && median(figure.samples)
}
