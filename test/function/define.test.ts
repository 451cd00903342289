import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import t from 'tap'
import { defineFunction, isFunctionDefinition } from '../../src/function/define.ts'

const SOURCE = fileURLToPath(new URL('../../../src/function/', import.meta.url))

t.test('a definition is what its author wrote', async (t) => {
  const written = { name: 'shout', input: 'text/plain', output: 'text/plain', apply: () => 'A' }
  t.equal(defineFunction(written), written)
  t.ok(isFunctionDefinition(written))
})

t.test('a definition without apply, or with a prepare that is no function, is refused', async (t) => {
  const wrong = [{}, { apply: 'text' }, { apply: () => '', prepare: 1 }, null, undefined, () => '']
  for (const definition of wrong) {
    t.notOk(isFunctionDefinition(definition))
    t.throws(() => defineFunction(definition as never), {
      name: 'TypeError',
      message: /apply\(input, context\)/,
    })
  }
})

t.test('what runs inside an instance holds neither the schema library nor YAML', async (t) => {
  const { metafile } = await build({
    stdin: {
      contents: `export * from './define.ts'; export * from './parameters.ts'; export * from './media-type.ts'`,
      resolveDir: SOURCE,
    },
    bundle: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'node',
  })
  t.same(
    Object.keys(metafile.inputs).filter((path) => /node_modules|manifest/.test(path)),
    [],
  )
})
