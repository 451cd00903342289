import t from 'tap'
import { ModelError, Problem } from '../../../scheduler/index.ts'
import { PLATFORM, WORKFLOW } from '../small.ts'

function withLayers(...sizes: readonly (readonly [name: string, size: number])[]) {
  const layers = sizes.map(([name, size]) => ({ name, size }))
  return { ...WORKFLOW, types: [...WORKFLOW.types, { name: 'I', layers, architectures: undefined }] }
}

t.test('a layer that a type has twice is refused', async (t) => {
  t.throws(() => new Problem(withLayers(['i', 1], ['i', 1]), PLATFORM), ModelError)
})

t.test('a layer that has another size in another type is refused', async (t) => {
  t.throws(() => new Problem(withLayers(['base', 11]), PLATFORM), ModelError)
  t.doesNotThrow(() => new Problem(withLayers(['base', 10]), PLATFORM))
})
