import type { Figure } from '../figures.ts'

/** Unit of a share of instances. */
const SHARE = '% of instances'

/** Collects the values of many instances, by case and implementation. */
export class Samples {
  readonly #figures = new Map<
    string,
    { readonly figure: Omit<Figure, 'samples'>; readonly samples: number[] }
  >()

  add(name: string, impl: string, unit: string, value: number): void {
    const key = JSON.stringify([name, impl])
    const known = this.#figures.get(key)
    if (known !== undefined) known.samples.push(value)
    else this.#figures.set(key, { figure: { case: name, impl, unit }, samples: [value] })
  }

  /** Counts whether something holds of an instance; what comes out is the share of instances of which it does. */
  count(name: string, impl: string, holds: boolean): void {
    this.add(name, impl, SHARE, holds ? 100 : 0)
  }

  /** In the order in which they were added first. */
  figures(): Figure[] {
    return [...this.#figures.values()].map(({ figure, samples }) => ({
      ...figure,
      samples: figure.unit === SHARE ? [mean(samples)] : samples,
    }))
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
