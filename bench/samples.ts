import type { Figure } from './figures.ts'

/** Gathers what is measured, by case and implementation, in the order in which the cases first came up. */
export class Samples {
  readonly #figures = new Map<string, { case: string; impl: string; unit: string; samples: number[] }>()

  add(name: string, impl: string, unit: string, value: number): void {
    const key = `${name}\n${impl}`
    const figure = this.#figures.get(key) ?? { case: name, impl, unit, samples: [] }
    this.#figures.set(key, figure)
    figure.samples.push(value)
  }

  /** Those of one case together, its implementations by name. */
  figures(): Figure[] {
    const all = [...this.#figures.values()]
    const cases = [...new Set(all.map((figure) => figure.case))]
    return cases.flatMap((name) =>
      all.filter((figure) => figure.case === name).sort((a, b) => (a.impl < b.impl ? -1 : 1)),
    )
  }
}
