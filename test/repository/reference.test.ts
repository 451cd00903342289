import t from 'tap'
import { splitCommand } from '../../src/repository/command-line.ts'
import {
  compareVersions,
  formatReference,
  parseReference,
  tagOf,
  versionOf,
} from '../../src/repository/reference.ts'

const DIGEST = `sha256:${'0a'.repeat(32)}`

t.test('a function is named by itself, with a version, or with a digest', async (t) => {
  for (const text of ['resize', 'resize:1.0.0', 'a-1:2.0.0-rc.1+build.5', `resize@${DIGEST}`]) {
    t.equal(formatReference(parseReference(text)), text)
  }
  for (const text of ['', 'Resize', 'a/b', 'a:', 'a:1 0', 'a@sha256:0', `a:1.0.0@${DIGEST}`, 'a:../b']) {
    t.throws(() => parseReference(text), { code: 'bad-reference', message: /write NAME, NAME:VERSION/ }, text)
  }
})

t.test('versions are in the order of Semantic Versioning', async (t) => {
  const ordered = [
    'latest',
    '0.9.0',
    '1.0.0-alpha',
    '1.0.0-alpha.1',
    '1.0.0-alpha.beta',
    '1.0.0-beta.2',
    '1.0.0-beta.11',
    '1.0.0-rc.1',
    '1.0.0',
    '1.0.0+build.2',
    '1.9.0',
    '1.10.0',
  ]
  t.same([...ordered].reverse().sort(compareVersions), ordered)
})

t.test('a version is a tag and back', async (t) => {
  t.equal(tagOf('1.0.0+b.1'), '1.0.0_b.1')
  t.equal(versionOf('1.0.0_b.1'), '1.0.0+b.1')
})

t.test('a command is split as a shell does', async (t) => {
  t.same(splitCommand(`awk -f  words.awk`), ['awk', '-f', 'words.awk'])
  t.same(splitCommand(`sh -c 'a | b' "c \\"d\\" $x" e\\ f ''`), ['sh', '-c', 'a | b', 'c "d" $x', 'e f', ''])
  for (const line of ['a | b', 'a > b', 'a $HOME', 'a *.txt', 'a; b']) {
    t.throws(() => splitCommand(line), { code: 'bad-reference', message: /is for a shell.*sh -c/ }, line)
  }
  t.throws(() => splitCommand("a 'b"), { code: 'bad-reference', message: /without its end/ })
  t.throws(() => splitCommand('  '), { code: 'bad-reference', message: /is empty/ })
})
