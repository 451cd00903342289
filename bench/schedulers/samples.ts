import type { Figure } from '../figures.ts'

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

  /** In the order in which they were added first. */
  figures(): Figure[] {
    return [...this.#figures.values()].map(({ figure, samples }) => ({ ...figure, samples }))
  }
}
