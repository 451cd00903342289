import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { loadManifest } from '../../src/function/index.ts'
import { makeProgramFolder } from '../../src/repository/program.ts'
import { temporaryFolder } from './fixture.ts'

const TYPES = { input: ['text/*'], output: 'text/plain' }

async function setUp(t: Test, file: string, content: string) {
  const folder = await temporaryFolder(t)
  const source = join(folder, 'source')
  await mkdir(source)
  await writeFile(join(source, file), content)
  return { home: join(folder, 'home'), source, path: join(source, file) }
}

t.test('a script becomes a function with the interpreter that its first line names', async (t) => {
  const cases: [line: string, command: string[]][] = [
    ['#!/bin/sh', ['sh', 'Shout It.sh']],
    ['#!/usr/bin/awk -f', ['awk', '-f', 'Shout It.sh']],
    ['#!/usr/bin/env python3', ['python3', 'Shout It.sh']],
    ['#! /usr/bin/env -S perl -w', ['perl', '-w', 'Shout It.sh']],
  ]
  for (const [line, command] of cases) {
    const { home, path } = await setUp(t, 'Shout It.sh', `${line}\ntr a-z A-Z\n`)
    const manifest = await loadManifest(await makeProgramFolder(path, home, { ...TYPES, programs: ['tr'] }))
    t.match(manifest, { name: 'shout-it', version: '0.0.0', command, programs: [command[0], 'tr'], ...TYPES })
  }
})

t.test('what is said of a program is in its function.yaml', async (t) => {
  const { home, path } = await setUp(t, 'words.awk', 'END { print NR }')
  const folder = await makeProgramFolder(path, home, {
    ...TYPES,
    name: 'count',
    version: '1.2.0',
    command: 'awk -f words.awk',
    limits: { memory: '64MiB' },
  })
  t.match(await loadManifest(folder), { name: 'count', version: '1.2.0', limits: { memory: 64 * 2 ** 20 } })
  t.same((await readdir(folder)).sort(), ['function.yaml', 'words.awk'])
})

t.test('a binary is run by itself, and made so that it can be', async (t) => {
  const { home, path } = await setUp(t, 'tool', '\x7fELF')
  await chmod(path, 0o644)
  const folder = await makeProgramFolder(path, home, TYPES)
  t.match(await loadManifest(folder), { command: ['./tool'], programs: [] })
  t.equal((await stat(join(folder, 'tool'))).mode & 0o111, 0o111)
  t.equal((await stat(path)).mode & 0o111, 0, 'of the copy')
})

t.test('setup commands work on a copy', async (t) => {
  const { home, source } = await setUp(t, 'a.txt', 'one')
  const folder = await makeProgramFolder(source, home, {
    ...TYPES,
    name: 'made',
    command: './run',
    setup: ['cp a.txt run', 'echo two >> run'],
  })
  t.equal(await readFile(join(folder, 'run'), 'utf8'), 'onetwo\n')
  t.same(await readdir(source), ['a.txt'])
})

t.test('made again, the folder is as if it were the first time', async (t) => {
  const { home, source, path } = await setUp(t, 'a.sh', '#!/bin/sh\n')
  const options = { ...TYPES, name: 'a', command: 'sh a.sh' }
  await writeFile(join(source, 'old.txt'), '')
  await makeProgramFolder(source, home, options)
  t.same(await readdir(await makeProgramFolder(path, home, options)), ['a.sh', 'function.yaml'])
})

t.test('what cannot be made leaves nothing', async (t) => {
  const { home, source, path } = await setUp(t, 'a.sh', '#!/bin/sh\n')
  const options = { ...TYPES, name: 'a' }
  const cases: [source: string, options: object, error: { code: string; message: RegExp }][] = [
    [join(source, 'none'), options, { code: 'build-failed', message: /no such file/ }],
    [source, options, { code: 'build-failed', message: /say with --command/ }],
    [path, { ...options, name: 'A' }, { code: 'manifest-invalid', message: /name: must be/ }],
    [path, { ...options, output: 'image/*' }, { code: 'manifest-invalid', message: /output/ }],
    [path, { ...options, command: './none' }, { code: 'build-failed', message: /there is no \.\/none/ }],
    [path, { ...options, command: '../a.sh' }, { code: 'build-failed', message: /outside/ }],
    [
      path,
      { ...options, setup: ['echo no luck; exit 3'] },
      { code: 'build-failed', message: /exit code 3.*no luck/s },
    ],
    [path, { ...options, saveTo: source }, { code: 'build-failed', message: /is there already/ }],
  ]
  for (const [from, given, error] of cases) await t.rejects(makeProgramFolder(from, home, given), error)
  t.same(await readdir(join(home, 'programs')).catch(() => []), [])

  await writeFile(join(source, 'function.yaml'), '')
  await t.rejects(makeProgramFolder(source, home, options), { code: 'build-failed', message: /say it there/ })
})
