import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { Fib } from '../../src/forwarder/fib.ts'
import { Name } from '../../src/packet/index.ts'
import { isEqual, isPrefix, names } from './model.ts'

interface Route {
  readonly prefix: Name
  readonly face: number
  readonly cost: number
}

const MAX_ROUTES = 12
const faces = fc.integer({ min: 1, max: 4 })
const prefixes = fc.oneof(names, fc.constant(Name.of()))

const steps = fc.array(
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        kind: fc.constant('add' as const),
        prefix: prefixes,
        face: faces,
        cost: fc.integer({ min: 0, max: 3 }),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ kind: fc.constant('remove' as const), prefix: prefixes, face: faces }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('removeFace' as const), face: faces }) },
    { weight: 6, arbitrary: fc.record({ kind: fc.constant('lookup' as const), name: names }) },
  ),
  { minLength: 30, maxLength: 100 },
)

/** A FIB as a list that is searched from end to end. */
class ModelFib {
  routes: Route[] = []

  get prefixes(): Name[] {
    return this.routes
      .map(({ prefix }) => prefix)
      .filter((prefix, i, all) => all.findIndex((other) => isEqual(prefix, other)) === i)
  }

  add(prefix: Name, face: number, cost: number): boolean {
    const isNew = !this.prefixes.some((other) => isEqual(prefix, other))
    if (isNew && this.prefixes.length >= MAX_ROUTES) return false
    this.remove(prefix, face)
    this.routes.push({ prefix, face, cost })
    return true
  }

  remove(prefix: Name, face: number): boolean {
    const left = this.routes.filter((route) => !(isEqual(route.prefix, prefix) && route.face === face))
    const found = left.length < this.routes.length
    this.routes = left
    return found
  }

  lookup(name: Name): { face: number; cost: number }[] {
    const matching = this.routes.filter(({ prefix }) => isPrefix(prefix, name))
    const longest = Math.max(...matching.map(({ prefix }) => prefix.length))
    return matching
      .filter(({ prefix }) => prefix.length === longest)
      .map(({ face, cost }) => ({ face, cost }))
      .sort((a, b) => a.cost - b.cost || a.face - b.face)
  }
}

t.test('a FIB does what a list that is searched from end to end does', async (t) => {
  fc.assert(
    fc.property(steps, (todo) => {
      const fib = new Fib(MAX_ROUTES)
      const model = new ModelFib()
      for (const step of todo) {
        if (step.kind === 'add') {
          const { prefix, face, cost } = step
          assert.equal(fib.add(prefix, face, cost), model.add(prefix, face, cost))
        } else if (step.kind === 'remove') {
          assert.equal(fib.remove(step.prefix, step.face), model.remove(step.prefix, step.face))
        } else if (step.kind === 'removeFace') {
          fib.removeFace(step.face)
          model.routes = model.routes.filter(({ face }) => face !== step.face)
        } else {
          assert.deepEqual(fib.lookup(step.name), model.lookup(step.name))
        }
        assert.equal(fib.size, model.prefixes.length)
        assert.ok(fib.size <= MAX_ROUTES)
      }
    }),
    { numRuns: 100 },
  )
  t.pass()
})
