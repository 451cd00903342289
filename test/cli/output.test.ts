import { lstat, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import t, { type Test } from 'tap'
import { fileOutput, streamOutput } from '../../src/cli/output.ts'
import { temporaryFolder } from './fixture.ts'

const CONTENT = Buffer.from('new')

function stream(t: Test, isTTY: boolean): { stream: NodeJS.WriteStream; written: () => string } {
  const through = Object.assign(new PassThrough(), { isTTY })
  t.teardown(() => through.destroy())
  return { stream: through as unknown as NodeJS.WriteStream, written: () => String(through.read() ?? '') }
}

t.test('a file is replaced, and nothing else is left beside it', async (t) => {
  const folder = await temporaryFolder(t)
  const path = join(folder, 'result')
  await writeFile(path, 'old', { mode: 0o600 })
  await (await fileOutput(path)).write(CONTENT, 'text/plain')
  t.equal(await readFile(path, 'utf8'), 'new')
  t.equal((await stat(path)).mode & 0o777, 0o600, 'its permissions are kept')
  t.strictSame(await readdir(folder), ['result'])
})

t.test('a write that fails leaves the old file and no other', async (t) => {
  const folder = await temporaryFolder(t)
  const path = join(folder, 'result')
  const output = await fileOutput(path)
  await mkdir(path)
  await t.rejects(output.write(CONTENT, 'text/plain'), { exitCode: 1, message: /cannot write/ })
  t.strictSame(await readdir(folder), ['result'])
})

t.test('what a link points to is replaced, not the link', async (t) => {
  const folder = await temporaryFolder(t)
  await writeFile(join(folder, 'target'), 'old')
  await symlink('target', join(folder, 'link'))
  await (await fileOutput(join(folder, 'link'))).write(CONTENT, 'text/plain')
  t.ok((await lstat(join(folder, 'link'))).isSymbolicLink())
  t.equal(await readFile(join(folder, 'target'), 'utf8'), 'new')
})

t.test('a device is written to, not replaced', async (t) => {
  await (await fileOutput('/dev/null')).write(CONTENT, 'text/plain')
  t.ok((await stat('/dev/null')).isCharacterDevice())
})

t.test('a path that cannot be written to is refused before anything is fetched', async (t) => {
  const folder = await temporaryFolder(t)
  await t.rejects(fileOutput(folder), { exitCode: 2, message: /is a folder/ })
  await t.rejects(fileOutput(join(folder, 'none', 'x')), { exitCode: 2, message: /there is no folder/ })
})

t.test('a pipe gets the bytes as they are', async (t) => {
  const { stream: pipe, written } = stream(t, false)
  await streamOutput(pipe).write(Buffer.from('a\x1b[2J\x00'), 'image/png')
  t.equal(written(), 'a\x1b[2J\x00')
})

t.test('a terminal gets text, with a line end', async (t) => {
  const { stream: terminal, written } = stream(t, true)
  await streamOutput(terminal).write(Buffer.from('zwölf'), 'application/json')
  t.equal(written(), 'zwölf\n')
})

for (const [what, content] of [
  ['octets that are not UTF-8', Buffer.from([0xff, 0xd8, 0xff])],
  ['escape sequences', Buffer.from('a\x1b[2J')],
] as const) {
  t.test(`a terminal is not sent ${what}: the user is told what to do`, async (t) => {
    const { stream: terminal, written } = stream(t, true)
    await t.rejects(streamOutput(terminal).write(content, 'image/jpeg'), {
      exitCode: 2,
      message: /of image\/jpeg, which a terminal cannot show.*-o FILE/,
    })
    t.equal(written(), '')
  })
}
