import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { FileDigests, parseLdd, programFiles } from '../../src/engine/host-files.ts'
import { temporaryFolder } from './fixture.ts'
import { skipWithoutDocker } from './require-docker.ts'

t.test('what ldd says on Debian, with the loader and without what the kernel gives', async (t) => {
  const output = `
	linux-vdso.so.1 (0x00007f493d313000)
	libc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f493cdf9000)
	/lib64/ld-linux-x86-64.so.2 (0x00007f493d315000)
`
  t.same(parseLdd(output, 'p'), ['/lib/x86_64-linux-gnu/libc.so.6', '/lib64/ld-linux-x86-64.so.2'])
})

t.test('what ldd says on Alpine, where the loader is the C library', async (t) => {
  const output = `
	/lib/ld-musl-x86_64.so.1 (0x7f5d3c9f6000)
	libstdc++.so.6 => /usr/lib/libstdc++.so.6 (0x7f5d3c7a1000)
	libc.musl-x86_64.so.1 => /lib/ld-musl-x86_64.so.1 (0x7f5d3c9f6000)
`
  t.same(parseLdd(output, 'p'), ['/lib/ld-musl-x86_64.so.1', '/usr/lib/libstdc++.so.6'])
})

t.test('a program linked statically needs no library', async (t) => {
  t.same(parseLdd('\tstatically linked\n', 'p'), [])
})

t.test('a library that is missing is told of', async (t) => {
  const refused = () => parseLdd('\tlibx.so.1 => not found\n', '/usr/bin/p')
  t.throws(refused, {
    code: 'build-failed',
    message: '/usr/bin/p needs the library libx.so.1, which is not on this machine',
  })
})

t.test('programs of this machine', { skip: skipWithoutDocker }, async (t) => {
  const files = await programFiles('awk')
  t.match(files[0], { target: /\/awk$/, mode: 0o755 })
  t.ok(files.some(({ target }) => /libc/.test(target)))
  const folder = await temporaryFolder(t)
  await writeFile(join(folder, 'script'), '#!/bin/sh\n', { mode: 0o755 })
  await t.rejects(programFiles(join(folder, 'script')), { code: 'build-failed', message: /is a script/ })
})

t.test(
  'a digest is of bytes, path in the image and mode, and known again until the file changes',
  async (t) => {
    const folder = await temporaryFolder(t)
    const source = join(folder, 'file')
    await writeFile(source, 'one')
    const file = { source, target: '/file', mode: 0o755 }
    const digest = await new FileDigests(folder).of([file])
    t.equal(await new FileDigests(folder).of([file]), digest)
    t.not(await new FileDigests(folder).of([{ ...file, target: '/other' }]), digest)
    t.not(await new FileDigests(folder).of([{ ...file, mode: 0o644 }]), digest)
    await writeFile(source, 'three')
    t.not(await new FileDigests(folder).of([file]), digest)
    await writeFile(source, 'one')
    t.equal(await new FileDigests(folder).of([file]), digest)
  },
)
