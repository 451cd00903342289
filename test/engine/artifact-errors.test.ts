import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { buildArtifact, EngineError } from '../../src/engine/index.ts'
import { FUNCTION_MODULE, FUNCTION_YAML, makeWorkplace } from './function-folder.ts'

/** Builds a function whose module is `module`; gives the message of the error. */
async function buildBroken(
  t: Parameters<typeof makeWorkplace>[0],
  module: string,
  more: { files?: Record<string, string>; loadTimeout?: number; maxBytes?: number } = {},
): Promise<string> {
  const { files, ...rest } = more
  const { folder, options } = await makeWorkplace(t, {
    'shout/function.yaml': FUNCTION_YAML,
    'shout/index.ts': module,
    ...files,
  })
  try {
    await buildArtifact(join(folder, 'shout'), { ...options, ...rest })
  } catch (error) {
    if (!(error instanceof EngineError)) throw error
    t.equal(error.code, 'build-failed')
    t.same(await readdir(join(options.cacheDirectory, 'artifacts')), [], 'nothing is left behind')
    return error.message
  }
  throw new Error('it was built')
}

t.test('broken TypeScript is told of with file, line and reason', async (t) => {
  const message = await buildBroken(t, 'import "ndn-sfc"\nconst x: = 1\n')
  t.match(message, /shout\/index\.ts:2:10: Unexpected "="\n {4}const x: = 1/)
})

t.test('many errors are told of in few words', async (t) => {
  const imports = Array.from({ length: 9 }, (_, i) => `import './missing-${i}.ts'`)
  const message = await buildBroken(t, imports.join('\n'))
  t.equal(message.match(/Could not resolve/g)?.length, 5)
  t.match(message, /and 4 more$/)
})

t.test('a package that is not there is told of with file and line', async (t) => {
  const message = await buildBroken(t, '\nimport "no-such-package"')
  t.match(message, /shout\/index\.ts:2:8: Could not resolve "no-such-package"/)
})

t.test('a module without default export is told what to write', async (t) => {
  const message = await buildBroken(t, 'export const apply = () => 1')
  t.match(message, /shout\/index\.ts: no default export; write "export default defineFunction/)
})

t.test('a default export that is no function is told what to write', async (t) => {
  const message = await buildBroken(t, 'export default { name: "shout" }')
  t.match(
    message,
    /shout\/index\.ts: its default export is no function; write "export default defineFunction/,
  )
})

t.test('a module that throws while it loads is told of with what it wrote', async (t) => {
  const message = await buildBroken(t, 'throw new Error("no model here")')
  t.match(message, /shout\/index\.ts: cannot be loaded:[\s\S]*no model here/)
})

t.test('a module that ends the process while it loads is told of', async (t) => {
  const message = await buildBroken(t, 'process.exit(0)')
  t.match(message, /cannot be loaded/)
})

t.test('a module that hangs while it loads is told of', async (t) => {
  const module = 'await new Promise((resolve) => setTimeout(resolve, 1e6))\nexport default { apply: () => 1 }'
  t.match(
    await buildBroken(t, module, { loadTimeout: 300 }),
    /did not load within 300 ms; load models in prepare\(\)/,
  )
})

t.test('fields without bound are refused', async (t) => {
  const message = await buildBroken(t, 'export default { description: "x".repeat(1e6), apply: () => 1 }')
  t.match(message, /its fields are more than 65536 bytes/)
})

t.test('a field that function.yaml states differently is told of with both', async (t) => {
  const message = await buildBroken(t, 'export default { name: "whisper", apply: () => 1 }')
  t.match(
    message,
    /name is "shout" in \S+\/function\.yaml, but "whisper" in \S+\/index\.ts: say it in function\.yaml alone/,
  )
})

t.test('a field that function.yaml states in other words is no contradiction', async (t) => {
  const { folder, options } = await makeWorkplace(t, {
    'shout/function.yaml': FUNCTION_YAML,
    'shout/index.ts': `export default { input: ['TEXT/plain'], limits: { memory: 64 * 2 ** 20 }, apply: () => 1 }`,
  })
  t.equal((await buildArtifact(join(folder, 'shout'), options)).manifest.name, 'shout')
})

t.test('a manifest that is not in order keeps its own error', async (t) => {
  const { folder, options } = await makeWorkplace(t, {
    'shout/function.yaml': 'name: shout\ninput: text/plain\nmodule: index.ts\n',
    'shout/index.ts': FUNCTION_MODULE,
    'fn.ts': 'export default { name: "no output", input: "a/b", apply: () => 1 }',
  })
  await t.rejects(buildArtifact(join(folder, 'shout'), options), {
    name: 'ManifestError',
    message: /output: is missing/,
  })
  await t.rejects(buildArtifact(join(folder, 'fn.ts'), options), {
    name: 'ManifestError',
    message: /defineFunction in \S+\/fn\.ts: name: /,
  })
})

t.test('files, packages and code together are bounded', async (t) => {
  const assets = { 'shout/model.bin': 'x'.repeat(50_000) }
  const module = 'import model from "./model.bin"\nexport default { apply: () => model }'
  t.match(await buildBroken(t, module, { files: assets, maxBytes: 40_000 }), /shout: .* more than the 40000/)
  const packages = {
    'shout/function.yaml': `${FUNCTION_YAML}packages: [large]\n`,
    'shout/node_modules/large/package.json': '{}',
    'shout/node_modules/large/file': 'x'.repeat(50_000),
  }
  t.match(await buildBroken(t, FUNCTION_MODULE, { files: packages, maxBytes: 40_000 }), /more than the 40000/)
})

t.test('what is no function is told of as such', async (t) => {
  const { folder, options } = await makeWorkplace(t, { 'empty/README.md': '', 'notes.txt': '' })
  const build = (path: string) => buildArtifact(join(folder, path), options)
  await t.rejects(build('missing'), {
    code: 'build-failed',
    message: /missing: no such function folder or file/,
  })
  await t.rejects(build('notes.txt'), {
    code: 'build-failed',
    message: /neither a function folder nor a \.ts or \.js file/,
  })
  await t.rejects(build('empty'), { code: 'build-failed', message: /neither function\.yaml nor index\.ts/ })
})
