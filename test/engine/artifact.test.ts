import { spawnSync } from 'node:child_process'
import { chmod, readdir, readFile, rename, rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { buildArtifact } from '../../src/engine/index.ts'
import { FUNCTION_MODULE, FUNCTION_YAML, makeWorkplace, runArtifact, writeFiles } from './function-folder.ts'

t.test('a folder with function.yaml and a TypeScript module becomes an artifact', async (t) => {
  const { folder, options, steps } = await makeWorkplace(t, {
    'shout/function.yaml': FUNCTION_YAML,
    'shout/index.ts': `
      import { defineFunction, type FunctionContext } from 'ndn-sfc'
      import { shout } from './shout.ts'
      export default defineFunction({ apply: (input: Uint8Array, _context: FunctionContext): string => shout(input) })
    `,
    'shout/shout.ts': 'export const shout = (what: unknown): string => String(what).toUpperCase()',
  })
  const artifact = await buildArtifact(join(folder, 'shout'), options)
  t.same((await readdir(artifact.directory)).sort(), ['main.mjs', 'manifest.json'])
  t.match(artifact.digest, /^[0-9a-f]{64}$/)
  t.match(artifact.manifest, { name: 'shout', module: 'index.ts', limits: { memory: 64 * 2 ** 20 } })
  t.same(JSON.parse(await readFile(join(artifact.directory, 'manifest.json'), 'utf8')), artifact.manifest)
  t.match(await runArtifact(artifact.directory), { manifest: { name: 'shout' }, output: 'INPUT' })
  t.same(steps, ['building shout'])
})

t.test('a single file declares its manifest itself', async (t) => {
  const { folder, options } = await makeWorkplace(t, {
    'shout.ts': `
      import { defineFunction } from 'ndn-sfc'
      console.log('noise while loading')
      export default defineFunction({
        name: 'shout', input: 'text/plain', output: 'text/plain', limits: { timeout: '2s' },
        prepare() {},
        apply: (input) => String(input).toUpperCase(),
      })
      setInterval(() => {}, 1000).unref()
    `,
    // Of another function.
    'function.yaml': 'name: other',
  })
  const artifact = await buildArtifact(join(folder, 'shout.ts'), options)
  t.match(artifact.manifest, {
    name: 'shout',
    input: ['text/plain'],
    module: 'shout.ts',
    limits: { timeout: 2000 },
  })
})

t.test('a folder without function.yaml is like a single file', async (t) => {
  const { folder, options } = await makeWorkplace(t, {
    'shout/index.ts': `export default { name: 'shout', input: 'a/b', output: 'a/b', apply: () => 'A' }`,
  })
  t.equal((await buildArtifact(join(folder, 'shout'), options)).manifest.name, 'shout')
})

t.test('a command takes the files of its folder along', async (t) => {
  const { folder, options } = await makeWorkplace(t, {
    'words/function.yaml':
      'name: words\ninput: text/plain\noutput: text/plain\ncommand: [awk, -f, words.awk]\nprograms: [awk]\n',
    'words/words.awk': 'END { print NR }',
    'words/lib/tool.sh': '#!/bin/sh',
    'words/node_modules/left-out/index.js': '',
  })
  await chmod(join(folder, 'words/lib/tool.sh'), 0o755)
  const artifact = await buildArtifact(join(folder, 'words'), options)
  t.same((await readdir(artifact.directory)).sort(), ['lib', 'main.mjs', 'manifest.json', 'words.awk'])
  t.same(artifact.manifest.command, ['awk', '-f', 'words.awk'])
  t.match(await runArtifact(artifact.directory), { manifest: { name: 'words' } })
  t.equal(spawnSync(join(artifact.directory, 'lib/tool.sh')).status, 0)

  await writeFiles(folder, { 'words/main.mjs': '' })
  await t.rejects(buildArtifact(join(folder, 'words'), options), {
    message: /main\.mjs: give this file another name/,
  })
})

t.test('.bin and .wasm files are emitted beside main.mjs', async (t) => {
  const { folder, options } = await makeWorkplace(t, {
    'shout/function.yaml': FUNCTION_YAML,
    'shout/index.ts': `
      import { readFileSync } from 'node:fs'
      import model from './model.bin'
      const text = readFileSync(new URL(model, import.meta.url), 'utf8')
      export default { apply: () => text }
    `,
    'shout/model.bin': 'weights',
  })
  const artifact = await buildArtifact(join(folder, 'shout'), options)
  t.match(await runArtifact(artifact.directory), { output: 'weights' })
})

t.test(
  'CommonJS packages find require and __dirname, and modules may have a require of their own',
  async (t) => {
    const { folder, options } = await makeWorkplace(t, {
      'shout/function.yaml': FUNCTION_YAML,
      'shout/index.ts': `
      import { createRequire } from 'node:module'
      import { sum } from 'old'
      const require = createRequire(import.meta.url)
      export default { apply: () => [sum(1, 2), typeof require('node:os').cpus] }
    `,
      'shout/node_modules/old/package.json': '{ "version": "1.0.0" }',
      'shout/node_modules/old/index.js': `
      const path = require('path')
      if (typeof path.join(__dirname, __filename) !== 'string') throw new Error()
      for (const name of ['sum']) exports[name] = (a, b) => a + b
    `,
    })
    const artifact = await buildArtifact(join(folder, 'shout'), options)
    t.same((await runArtifact(artifact.directory)).output, [3, 'function'])
  },
)

t.test('packages are copied whole, not bundled', async (t) => {
  const { folder, options, steps } = await makeWorkplace(t, {
    'fn/shout.ts': `
      import native from 'native'
      import { defineFunction } from 'ndn-sfc'
      export default defineFunction({
        name: 'shout', input: 'text/plain', output: 'text/plain', packages: ['native'],
        apply: () => native.load(),
      })
    `,
    'node_modules/native/package.json': '{ "version": "1.2.3", "dependencies": { "addon": "1" } }',
    'node_modules/native/index.js': `
      const data = require.resolve('addon/lib/data.txt')
      exports.load = () => require('fs').readFileSync(data, 'utf8')
    `,
    'node_modules/addon/package.json': '{ "version": "1.0.0" }',
    'node_modules/addon/addon.node': 'which esbuild cannot bundle',
    'node_modules/addon/lib/data.txt': 'data',
  })
  const artifact = await buildArtifact(join(folder, 'fn/shout.ts'), options)
  t.match(await runArtifact(artifact.directory), { output: 'data' })
  t.same((await readdir(join(artifact.directory, 'node_modules'))).sort(), ['addon', 'native'])
  t.ok(steps.includes('copying 2 npm packages for shout'))
})

t.test('the author’s tsconfig.json has no say', async (t) => {
  const { folder, options } = await makeWorkplace(t, {
    'shout/function.yaml': FUNCTION_YAML,
    'shout/index.ts': FUNCTION_MODULE,
  })
  const before = await buildArtifact(join(folder, 'shout'), options)
  await writeFiles(folder, {
    'shout/tsconfig.json': '{ "compilerOptions": { "paths": { "ndn-sfc": ["./nothing.ts"] } } }',
  })
  await rm(options.cacheDirectory, { recursive: true })
  t.equal((await buildArtifact(join(folder, 'shout'), options)).digest, before.digest)
})

t.test('the same code in another place gives the same digest', async (t) => {
  const { folder, options } = await makeWorkplace(t, {
    'a/shout/function.yaml': FUNCTION_YAML,
    'a/shout/index.ts': FUNCTION_MODULE,
  })
  const before = await buildArtifact(join(folder, 'a/shout'), options)
  await rename(join(folder, 'a'), join(folder, 'b'))
  const after = await buildArtifact(join(folder, 'b/shout'), options)
  t.same(after, before)
})

t.test('a folder behind a symbolic link is built as the folder itself', async (t) => {
  const { folder, options, steps } = await makeWorkplace(t, {
    'shout/function.yaml': FUNCTION_YAML,
    'shout/index.ts': FUNCTION_MODULE,
  })
  await symlink(join(folder, 'shout'), join(folder, 'link'))
  const artifact = await buildArtifact(join(folder, 'link'), options)
  t.same(await buildArtifact(join(folder, 'shout'), options), artifact)
  t.equal(steps.length, 1)
})

t.test('with the real runtime an artifact is valid code', async (t) => {
  const { folder, options } = await makeWorkplace(t, {
    'shout/function.yaml': FUNCTION_YAML,
    'shout/index.ts': FUNCTION_MODULE,
  })
  const { cacheDirectory } = options
  const artifact = await buildArtifact(join(folder, 'shout'), { cacheDirectory })
  t.equal(spawnSync(process.execPath, ['--check', join(artifact.directory, 'main.mjs')]).status, 0)
})
