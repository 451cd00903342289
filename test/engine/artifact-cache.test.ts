import { chmod, cp, mkdir, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { ArtifactCache } from '../../src/engine/artifact-cache.ts'
import { buildArtifact } from '../../src/engine/index.ts'
import { FUNCTION_YAML, makeWorkplace, writeFiles } from './function-folder.ts'

async function setUp(t: Test) {
  const workplace = await makeWorkplace(t, {
    'shout/function.yaml': `${FUNCTION_YAML}packages: [native]\n`,
    'shout/index.ts': `
      import { defineFunction } from 'ndn-sfc'
      import { shout } from './shout.ts'
      export default defineFunction({ apply: shout })
    `,
    'shout/shout.ts': 'export const shout = (what) => String(what).toUpperCase()',
    'node_modules/native/package.json': '{ "version": "1.0.0" }',
    'node_modules/native/index.js': '',
  })
  const build = () => buildArtifact(join(workplace.folder, 'shout'), workplace.options)
  const first = await build()
  workplace.steps.length = 0
  return { ...workplace, build, first }
}

t.test('nothing is built when nothing changed', async (t) => {
  const { build, first, steps } = await setUp(t)
  t.same(await build(), first)
  t.same(steps, [])
})

t.test('what is there is listed by function, with its digest and size', async (t) => {
  const { first, options } = await setUp(t)
  const cache = new ArtifactCache(options.cacheDirectory)
  const [one, ...others] = await cache.list()
  t.same(others, [])
  t.match(one, { function: first.manifest.name, digest: first.digest })
  t.ok((one?.size ?? 0) > 1000, 'its runtime is in it')
  await rm(first.directory, { recursive: true })
  t.same(await cache.list(), [])
})

t.test('one that somebody else has made is listed, too', async (t) => {
  const { first, folder } = await setUp(t)
  const cache = new ArtifactCache(join(folder, 'other'))
  const adopt = () =>
    cache.adopt('shout', first.digest, (empty) => cp(first.directory, empty, { recursive: true }))
  const directory = await adopt()
  t.equal(await adopt(), directory)
  t.match(await cache.list(), [{ function: 'shout', digest: first.digest }])
})

t.test('times of files do not matter', async (t) => {
  const { build, first, folder, steps } = await setUp(t)
  await utimes(join(folder, 'shout/index.ts'), new Date(0), new Date(0))
  t.same(await build(), first)
  t.same(steps, [])
})

const changes: Record<string, Record<string, string>> = {
  'the module': { 'shout/index.ts': 'export default { apply: () => 1 }' },
  'a file that the module imports': { 'shout/shout.ts': 'export const shout = () => "SHOUT"' },
  'the manifest': { 'shout/function.yaml': `${FUNCTION_YAML}packages: [native]\nfreshness: 1s\n` },
  "a package's version": {
    'node_modules/native/package.json': '{ "version": "1.0.1" }',
    'node_modules/native/index.js': '// new',
  },
  "a package's dependencies": {
    'node_modules/native/package.json': '{ "version": "1.0.0", "dependencies": { "more": "1" } }',
    'node_modules/more/package.json': '{ "version": "1.0.0" }',
  },
  'our own runtime': {
    'ours/function/index.mjs': `
      export const defineFunction = (definition) => definition
      export const isFunctionDefinition = (value) => typeof value?.apply === 'function'
      export const serveInstance = () => console.log('another')
    `,
  },
}
for (const [what, files] of Object.entries(changes)) {
  t.test(`a change of ${what} makes another artifact`, async (t) => {
    const { build, first, folder, steps } = await setUp(t)
    await writeFiles(folder, files)
    const second = await build()
    t.not(second.digest, first.digest)
    t.not(second.directory, first.directory)
    t.not(steps.length, 0)
    steps.length = 0
    t.same(await build(), second)
    t.same(steps, [])
  })
}

t.test('a file more, or one that becomes executable, makes another artifact of a command', async (t) => {
  const { folder, options } = await makeWorkplace(t, {
    'words/function.yaml': 'name: words\ninput: a/b\noutput: a/b\ncommand: [./words]\n',
    'words/words': '#!/bin/sh',
  })
  const build = async () => (await buildArtifact(join(folder, 'words'), options)).digest
  const digests = [await build(), await build()]
  t.equal(new Set(digests).size, 1)
  await chmod(join(folder, 'words/words'), 0o755)
  digests.push(await build())
  await writeFiles(folder, { 'words/data': '' })
  digests.push(await build())
  t.equal(new Set(digests).size, 3)
})

t.test('an artifact or a cache that somebody damaged is made again', async (t) => {
  const { build, first, options } = await setUp(t)
  await rm(join(first.directory, 'main.mjs'))
  t.same(await build(), first)
  const [entry = ''] = await readdir(join(options.cacheDirectory, 'sources'))
  await writeFile(join(options.cacheDirectory, 'sources', entry), '{ "half": ')
  t.same(await build(), first)
  await rm(options.cacheDirectory, { recursive: true })
  t.same(await build(), first)
})

t.test('builds of one function at the same time give the same artifact', async (t) => {
  const { build, folder, options } = await setUp(t)
  await writeFiles(folder, { 'shout/shout.ts': 'export const shout = () => "SHOUT"' })
  const built = await Promise.all([build(), build(), build()])
  t.same(built[1], built[0])
  t.same(built[2], built[0])
  const left = await readdir(join(options.cacheDirectory, 'artifacts'))
  t.equal(left.length, 2)
})

t.test('what a crashed build left, and what nobody used for long, is removed by a later build', async (t) => {
  const { build, first, folder, options } = await setUp(t)
  const artifacts = join(options.cacheDirectory, 'artifacts')
  const old = new Date(Date.now() - 100 * 86_400_000)
  await mkdir(join(artifacts, '.unfinished-old'))
  await utimes(join(artifacts, '.unfinished-old'), old, old)
  await mkdir(join(artifacts, '.unfinished-new'))
  await utimes(first.directory, old, old)
  await writeFiles(folder, { 'shout/shout.ts': 'export const shout = () => "SHOUT"' })
  const second = await build()
  t.same((await readdir(artifacts)).map((name) => join(artifacts, name)).sort(), [
    join(artifacts, '.unfinished-new'),
    second.directory,
  ])
})
