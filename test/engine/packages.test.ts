import { rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { placePackages } from '../../src/engine/packages.ts'
import { temporaryFolder } from './fixture.ts'
import { writeFiles } from './function-folder.ts'

type Json = Record<string, unknown>

/** Installs packages, path to package.json, and places those that a function in `fn` names. */
async function place(
  t: Test,
  installed: Record<string, Json>,
  names: string[],
  link?: [from: string, to: string],
) {
  const folder = await temporaryFolder(t)
  const files = Object.entries(installed).map(([path, json]) => [
    `${path}/package.json`,
    JSON.stringify(json),
  ])
  await writeFiles(folder, { ...Object.fromEntries(files), 'fn/index.ts': '' })
  if (link) {
    await rm(join(folder, link[0]), { recursive: true, force: true })
    await symlink(join(folder, link[1]), join(folder, link[0]))
  }
  const placed = await placePackages(join(folder, 'fn'), names)
  return Object.fromEntries(placed.map(({ to, version }) => [to, version]))
}

t.test('a package brings what it depends on, and what that depends on', async (t) => {
  const placed = await place(
    t,
    {
      'node_modules/a': { version: '1', dependencies: { b: '*', '@s/c': '*' } },
      'node_modules/b': { version: '2', dependencies: { '@s/c': '*', a: '*' } },
      'node_modules/@s/c': { version: '3' },
      'node_modules/unused': { version: '4' },
    },
    ['a'],
  )
  t.same(placed, { 'node_modules/a': '1', 'node_modules/b': '2', 'node_modules/@s/c': '3' })
})

t.test('optional and peer dependencies come along if they are installed', async (t) => {
  const placed = await place(
    t,
    {
      'node_modules/a': {
        version: '1',
        optionalDependencies: { linux: '*', windows: '*' },
        peerDependencies: { peer: '*', other: '*' },
      },
      'node_modules/linux': { version: '1' },
      'node_modules/peer': { version: '1' },
    },
    ['a'],
  )
  t.same(Object.keys(placed), ['node_modules/a', 'node_modules/linux', 'node_modules/peer'])
})

t.test('two versions of a package are each found by those who need them', async (t) => {
  const placed = await place(
    t,
    {
      'node_modules/a': { version: '1', dependencies: { x: '1', b: '*' } },
      'node_modules/b': { version: '1', dependencies: { x: '2' } },
      'node_modules/b/node_modules/x': { version: '2', dependencies: { y: '2' } },
      'node_modules/b/node_modules/y': { version: '2' },
      'node_modules/x': { version: '1', dependencies: { y: '1' } },
      'node_modules/y': { version: '1' },
    },
    ['a'],
  )
  t.same(placed, {
    'node_modules/a': '1',
    'node_modules/b': '1',
    'node_modules/b/node_modules/x': '2',
    'node_modules/b/node_modules/x/node_modules/y': '2',
    'node_modules/x': '1',
    'node_modules/y': '1',
  })
})

t.test('a package is looked for from the function upward, the nearest first', async (t) => {
  const placed = await place(
    t,
    { 'node_modules/a': { version: '1' }, 'fn/node_modules/a': { version: '2' } },
    ['a'],
  )
  t.same(placed, { 'node_modules/a': '2' })
})

t.test('the dependencies of a linked package are looked for from where it really is', async (t) => {
  const placed = await place(
    t,
    {
      'store/a/node_modules/a': { version: '1', dependencies: { b: '*' } },
      'store/a/node_modules/b': { version: '2' },
      'node_modules/other': { version: '1' },
    },
    ['a'],
    ['node_modules/a', 'store/a/node_modules/a'],
  )
  t.same(placed, { 'node_modules/a': '1', 'node_modules/b': '2' })
})

t.test('a package that is needed but not installed is told of', async (t) => {
  await t.rejects(place(t, {}, ['a']), {
    code: 'build-failed',
    message: /fn needs the package a.*npm install a/,
  })
  const installed = { 'node_modules/a': { version: '1', dependencies: { b: '*' } } }
  await t.rejects(place(t, installed, ['a']), { message: /^a needs the package b, which is not installed/ })
})
