import { mkdir, stat, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import t, { type Test } from 'tap'
import { Folder } from '../../src/cli/folder.ts'
import { openFile } from '../../src/cli/open-file.ts'
import { Component, Name, TT } from '../../src/packet/index.ts'
import { temporaryFolder } from './fixture.ts'

const PREFIX = Name.parse('/docs')

/** A folder with these files, and a neighbour that must stay out of reach. */
async function makeFolder(t: Test, ...files: string[]): Promise<{ path: string; folder: Folder }> {
  const root = await temporaryFolder(t)
  const path = join(root, 'served')
  await mkdir(path)
  for (const file of [...files.map((name) => join('served', name)), 'secret', 'served-too/secret']) {
    await mkdir(dirname(join(root, file)), { recursive: true })
    await writeFile(join(root, file), file)
  }
  return { path, folder: await Folder.open(PREFIX, path) }
}

function docs(...parts: string[]): Name {
  return PREFIX.append(...parts.map((part) => Component.generic(part)))
}

t.test('a name is a path in the folder', async (t) => {
  const { path, folder } = await makeFolder(t, 'a b.txt', 'deep/er/c')
  t.equal(await folder.locate(Name.parse('/docs/a%20b.txt')), join(path, 'a b.txt'))
  t.equal(await folder.locate(docs('deep', 'er', 'c')), join(path, 'deep/er/c'))
  t.equal(await folder.locate(docs('none')), undefined)
  t.equal(await folder.locate(docs('a b.txt', 'c')), undefined)
  t.equal(await folder.locate(PREFIX), undefined)
  t.equal(await folder.locate(Name.parse('/other/a')), undefined)
})

t.test('no name leads out of the folder', async (t) => {
  const { path, folder } = await makeFolder(t, 'a/b')
  await symlink('../secret', join(path, 'link'))
  await symlink('../served-too', join(path, 'sibling'))
  await symlink('/', join(path, 'a', 'root'))
  const refused = [
    ['..', 'secret'],
    ['a', '..', '..', 'secret'],
    ['../secret'],
    ['a/b'],
    ['/etc/passwd'],
    ['', 'etc', 'passwd'],
    ['.'],
    ['a', '.', 'b'],
    ['a\0'],
    ['link'],
    ['sibling', 'secret'],
    ['a', 'root', 'etc', 'passwd'],
    ['x'.repeat(5000)],
  ]
  for (const parts of refused)
    t.equal(await folder.locate(docs(...parts)), undefined, parts.join(' ').slice(0, 40))
  const typed = PREFIX.append(
    new Component(TT.KeywordNameComponent, Buffer.from('a')),
    Component.generic('b'),
  )
  t.equal(await folder.locate(typed), undefined, 'a component of another type')
  t.equal(await folder.locate(PREFIX.append(new Component(8, Buffer.from([0xff])))), undefined, 'not UTF-8')
})

t.test('whatever the octets of a name, what it leads to lies in the folder', async (t) => {
  const { path, folder } = await makeFolder(t, 'a/b')
  await symlink('..', join(path, 'up'))
  const part = fc.oneof(
    fc.constantFrom('a', 'b', 'up', '..', 'secret', 'served', '/'),
    fc.string({ unit: 'binary' }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(part, { minLength: 1, maxLength: 5 }), async (parts) => {
      const found = await folder.locate(docs(...parts))
      return found === undefined || found.startsWith(`${path}/`)
    }),
  )
})

t.test('links within the folder are followed', async (t) => {
  const { path, folder } = await makeFolder(t, 'a/b')
  await symlink('a', join(path, 'same'))
  t.equal(await folder.locate(docs('same', 'b')), join(path, 'a/b'))
})

t.test('hidden files are not served', async (t) => {
  const { folder } = await makeFolder(t, '.env', '.git/config', 'a')
  t.equal(await folder.locate(docs('.env')), undefined)
  t.equal(await folder.locate(docs('.git', 'config')), undefined)
  t.strictSame((await folder.list()).names.map(String), ['/docs/a'])
})

t.test('a list tells what is served, and which links are not', async (t) => {
  const { path, folder } = await makeFolder(t, 'a', 'b/c', 'b/d')
  await symlink('../secret', join(path, 'out'))
  await symlink('nowhere', join(path, 'broken'))
  await symlink('..', join(path, 'b', 'round'))
  await symlink('.', join(path, 'self'))
  const { names, bytes, refused, isComplete } = await folder.list()
  t.strictSame(names.map(String).sort(), ['/docs/a', '/docs/b/c', '/docs/b/d'])
  t.equal(bytes, 'served/a'.length + 2 * 'served/b/c'.length)
  t.strictSame(
    [...refused].sort(),
    ['b/round', 'broken', 'out', 'self'].map((name) => join(path, name)),
  )
  t.ok(isComplete)
})

t.test('no more than 64 files are open at a time; others wait', async (t) => {
  const { path } = await makeFolder(t, 'a')
  const open = () => openFile(join(path, 'a'))
  const files = await Promise.all(Array.from({ length: 64 }, open))
  let isOpen = false
  const late = open().then((file) => {
    isOpen = true
    return file
  })
  for (let i = 0; i < 5; i++) await stat(path)
  t.notOk(isOpen)
  await files.pop()?.close()
  const file = await late
  t.ok(file)
  await Promise.all([...files, file].map((file) => file?.close()))
})

t.test('a file that is no regular one is none', async (t) => {
  t.equal(await openFile('/dev/null'), undefined)
  t.equal(await openFile('/'), undefined)
})

t.test('a file tells when it was written to', async (t) => {
  const { path } = await makeFolder(t, 'a')
  const file = await openFile(join(path, 'a'))
  t.teardown(() => file?.close())
  t.ok(await file?.isUnchanged())
  await writeFile(join(path, 'a'), 'something longer than before')
  t.notOk(await file?.isUnchanged())
})
