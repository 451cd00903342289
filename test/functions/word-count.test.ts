import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import t from 'tap'
import { loadManifest } from '../../src/function/index.ts'
import { FUNCTIONS } from './bundle.ts'

const FOLDER = join(FUNCTIONS, 'word-count')
const { command = [] } = await loadManifest(FOLDER)
/** The awk of this machine, and what others it has. */
const AWKS = ['awk', 'mawk', 'gawk', 'original-awk'].filter(
  (awk) => spawnSync(awk, ['BEGIN { exit 0 }']).status === 0,
)
const LOCALES = ['C', 'C.UTF-8']

function count(text: string, awk = 'awk', locale = 'C'): unknown {
  const { stdout, stderr, status } = spawnSync(awk, command.slice(1), {
    cwd: FOLDER,
    input: text,
    env: { ...process.env, LC_ALL: locale },
  })
  if (status !== 0 || stderr.length > 0) throw new Error(`${awk} ended with ${status}: ${stderr}`)
  return JSON.parse(stdout.toString())
}

function expected(text: string): unknown {
  const lines = text.split('\n')
  if (lines.at(-1) === '') lines.pop()
  return {
    lines: lines.length,
    words: lines.flatMap((line) => line.split(/[ \t]+/).filter((word) => word !== '')).length,
    characters: lines.reduce((sum, line) => sum + [...line].length, 0),
  }
}

t.test('the manifest asks for awk', async (t) => {
  t.equal(command[0], 'awk')
  t.ok(AWKS.includes('awk'), 'this machine has one')
})

t.test('lines, words and characters of examples', async (t) => {
  t.same(count('one two\nthree\n'), { lines: 2, words: 3, characters: 12 })
  t.same(count('no line end'), { lines: 1, words: 3, characters: 11 })
  t.same(count(''), { lines: 0, words: 0, characters: 0 })
  t.same(count('\n\n  \t\n'), { lines: 3, words: 0, characters: 3 })
})

const word = fc.stringMatching(/^[!-~]{1,8}$/)
const separator = fc.constantFrom(' ', '  ', '\t', '\n', '\n\n')

for (const awk of AWKS) {
  for (const locale of LOCALES) {
    t.test(`${awk} in locale ${locale} counts as JavaScript does`, async () => {
      const text = fc.array(fc.oneof(word, separator)).map((parts) => parts.join(''))
      fc.assert(
        fc.property(text, (text) => isDeepStrictEqual(count(text, awk, locale), expected(text))),
        { numRuns: 40 },
      )
    })

    t.test(`${awk} in locale ${locale} counts characters of UTF-8, not bytes`, async (t) => {
      t.same(count('Grüße, 世界 🙂\n', awk, locale), { lines: 1, words: 3, characters: 11 })
    })
  }
}

t.test('a text of ten million characters is counted', async (t) => {
  const text = 'lorem ipsum dolor sit amet\n'.repeat(400_000)
  t.same(count(text), { lines: 400_000, words: 2_000_000, characters: 10_400_000 })
})
