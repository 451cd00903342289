import fc from 'fast-check'
import t from 'tap'

/** A test that a property holds for as many generated cases as are asked for. */
export function holds<Case>(
  behaviour: string,
  cases: fc.Arbitrary<Case>,
  property: (value: Case) => void | Promise<void>,
  numRuns = 1000,
): void {
  t.test(behaviour, async (t) => {
    await fc.assert(
      fc.asyncProperty(cases, async (value) => {
        await property(value)
      }),
      { numRuns },
    )
    t.pass(`${numRuns} cases`)
  })
}
