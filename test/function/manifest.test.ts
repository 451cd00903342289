import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import t, { type Test } from 'tap'
import { LIMIT_BOUNDS } from '../../src/function/limits.ts'
import {
  loadManifest,
  MANIFEST_MAX_BYTES,
  ManifestError,
  type ManifestErrorCode,
  parseManifest,
} from '../../src/function/manifest.ts'

const LEAST = 'name: f\ninput: image/*\noutput: image/png\nmodule: index.ts\n'

function folderWith(t: Test, yaml: string): string {
  return t.testdir({ 'function.yaml': yaml, 'index.ts': '' })
}

async function refusalOf(folder: string): Promise<ManifestError> {
  const error = await loadManifest(folder).then(
    () => undefined,
    (error: unknown) => error,
  )
  if (error instanceof ManifestError) return error
  throw new Error('the manifest was not refused', { cause: error })
}

/** Expects the manifest to be refused with exactly these lines, after the file's path and a colon. */
async function expectProblems(
  t: Test,
  code: ManifestErrorCode,
  yaml: string,
  lines: string[],
): Promise<void> {
  const folder = folderWith(t, yaml)
  const error = await refusalOf(folder)
  t.equal(error.code, code)
  const prefix = `${join(folder, 'function.yaml')}:`
  t.same(
    error.message.split('\n').map((line) => (line.startsWith(prefix) ? line.slice(prefix.length) : line)),
    lines,
  )
}

t.test('the least manifest gets every default', async (t) => {
  t.same(await loadManifest(folderWith(t, LEAST)), {
    name: 'f',
    version: '0.0.0',
    description: '',
    input: ['image/*'],
    inputs: 'one',
    output: 'image/png',
    parameters: {},
    module: 'index.ts',
    programs: [],
    packages: [],
    limits: { cpus: 1, memory: 268_435_456, pids: 64, timeout: 10_000, concurrency: 4, queue: 64 },
    freshness: 60_000,
  })
})

t.test('durations and sizes are given with units', async (t) => {
  const yaml = `${LEAST}limits: { memory: 1GB, timeout: 1.5s }\nfreshness: 2h\n`
  const { limits, freshness } = await loadManifest(folderWith(t, yaml))
  t.match(limits, { memory: 1e9, timeout: 1500 })
  t.equal(freshness, 7_200_000)
})

t.test('a manifest that was checked before stays the same, also through JSON', async (t) => {
  const manifest = await loadManifest(
    folderWith(
      t,
      `${LEAST}parameters:\n  size: { type: integer, default: 3, minimum: 1 }\nlimits: { memory: 64MiB, timeout: 1m }\n`,
    ),
  )
  t.same(parseManifest(manifest), manifest)
  t.same(parseManifest(JSON.parse(JSON.stringify(manifest))), manifest)
})

t.test('every limit is held between its bounds', async () => {
  const limit = fc.constantFrom(...(Object.keys(LIMIT_BOUNDS) as (keyof typeof LIMIT_BOUNDS)[]))
  const least = { name: 'f', input: '*/*', output: 'a/b', module: 'index.ts' }
  fc.assert(
    fc.property(limit, fc.double({ min: -1, max: 2, noNaN: true }), (key, position) => {
      const { minimum, maximum } = LIMIT_BOUNDS[key]
      const value = Math.round(minimum + position * (maximum - minimum))
      try {
        return parseManifest({ ...least, limits: { [key]: value } }).limits[key] === value
      } catch (error) {
        const isOutside = value < minimum || value > maximum
        return isOutside && (error as ManifestError).problems[0]?.field === `limits.${key}`
      }
    }),
  )
})

t.test('each problem is told with file, line, field and reason', async (t) => {
  const yaml = [
    'name: Not A Name',
    'version: 1.0',
    'description: fine',
    'input: [image/*, image/]',
    'output: image/*',
    'colour: red',
    'limits:',
    '  memory: 1MB',
    '  cpus: many',
    '  ram: 3',
    'module: ../index.ts',
    'freshness: soon',
  ].join('\n')
  await expectProblems(t, 'manifest-invalid', yaml, [
    '1: name: must be 1 to 64 of a-z, 0-9 and -',
    '2: version: must be a version such as 1.0.0',
    "4: input.1: must be a media type, a type/* or '*/*', or a list of these",
    '5: output: must be one media type, such as image/jpeg, without * or parameters',
    '6: colour: there is no such field',
    '8: limits.memory: must be a size such as 256MiB, from 32MiB to 1TiB',
    '9: limits.cpus: must be a number from 0.01 to 256',
    '10: limits.ram: there is no such field',
    '11: module: must be a .ts or .js file inside the folder, such as index.ts',
    '12: freshness: must be a duration such as 10s or 500ms, from 0ms to 365d',
  ])
})

t.test('what is missing is named', async (t) => {
  await expectProblems(t, 'manifest-invalid', 'module: index.ts', [
    '1: name: is missing',
    '1: input: is missing',
    '1: output: is missing',
  ])
})

t.test('parameters must make sense', async (t) => {
  const yaml = [
    LEAST.trimEnd(),
    'parameters:',
    '  a: { type: integer, default: 1.5 }',
    '  b: { type: number, minimum: 2, maximum: 1 }',
    '  c: { type: string, pattern: "(" }',
    '  d: { type: boolean, minimum: 1 }',
    '  e: { type: integer, enum: [1, two] }',
    '  f: { type: string, default: abc, maxLength: 2 }',
    '  g: { type: integer, required: true, default: 1 }',
    '  h: { type: number, pattern: x }',
    '  i: { type: string, unit: px }',
  ].join('\n')
  await expectProblems(t, 'manifest-invalid', yaml, [
    '6: parameters.a.default: is not an integer',
    '7: parameters.b.minimum: is above maximum',
    '8: parameters.c.pattern: is no regular expression',
    '9: parameters.d.minimum: has no meaning for type boolean',
    '10: parameters.e.enum: two is not an integer',
    '11: parameters.f.default: is not a string of at most 2 characters',
    '12: parameters.g.required: has no meaning beside a default',
    '13: parameters.h.pattern: has no meaning for type number',
    '14: parameters.i.unit: there is no such field',
  ])
})

t.test('a function has a module or a command, and not both', async (t) => {
  const head = 'name: f\ninput: text/plain\noutput: text/plain\n'
  const reason = 'needs either module or command, and not both'
  await expectProblems(t, 'manifest-invalid', head, [`1: ${reason}`])
  await expectProblems(t, 'manifest-invalid', `${head}module: index.ts\ncommand: [node, x.js]\n`, [
    `1: ${reason}`,
  ])
})

t.test('the program of a command must be said to be needed, or be in the folder, or be Node', async (t) => {
  const manifest = { name: 'f', input: 'a/b', output: 'a/b' }
  t.throws(() => parseManifest({ ...manifest, command: ['awk', '-f', 'x.awk'] }), {
    message:
      'manifest: command: awk is not among programs; add "programs: [awk]", so that containers have it',
  })
  for (const fine of [
    { command: ['awk'], programs: ['awk'] },
    { command: ['./count'] },
    { command: ['node', 'count.js'] },
  ]) {
    t.same(parseManifest({ ...manifest, ...fine }).command, fine.command)
  }
})

t.test('a function takes many inputs where it says so, unless it is a command', async (t) => {
  t.equal((await loadManifest(folderWith(t, `${LEAST}inputs: many\n`))).inputs, 'many')
  await expectProblems(t, 'manifest-invalid', `${LEAST}inputs: two\n`, ['5: inputs: must be one or many'])
  const command = 'name: f\ninput: a/b\noutput: a/b\ncommand: [node, x.js]\ninputs: many\n'
  await expectProblems(t, 'manifest-invalid', command, [
    '5: inputs: a command reads one input from stdin: only a module can take many',
  ])
})

t.test('a module must be there, and inside the folder', async (t) => {
  await expectProblems(t, 'manifest-invalid', LEAST.replace('index.ts', 'main.ts'), [
    `4: module: no file main.ts in ${t.testdirName}`,
  ])
  for (const module of ['/etc/x.js', '../x.ts', 'a/../../x.ts', 'index.html', '']) {
    const manifest = { name: 'f', input: 'a/b', output: 'a/b', module }
    t.throws(() => parseManifest(manifest), { code: 'manifest-invalid', message: /module: must be/ }, module)
  }
})

t.test('a folder without a manifest is told apart from a manifest that cannot be read', async (t) => {
  const folder = t.testdir({ other: { 'function.yaml': {} } })
  const missing = await refusalOf(folder)
  t.equal(missing.code, 'manifest-missing')
  t.equal(missing.message, `${join(folder, 'function.yaml')}: no such file; a function folder needs one`)
  t.equal((await refusalOf(join(folder, 'other'))).code, 'manifest-unreadable')
})

t.test('a manifest that is too large is not read', async (t) => {
  const folder = folderWith(t, LEAST)
  await writeFile(join(folder, 'function.yaml'), `${LEAST}#${'x'.repeat(MANIFEST_MAX_BYTES)}`)
  const { code, message } = await refusalOf(folder)
  t.equal(code, 'manifest-unreadable')
  t.match(message, /more than 65536 bytes/)
})

t.test('broken YAML is told with its line', async (t) => {
  await expectProblems(t, 'manifest-syntax', `${LEAST}limits: [1\n`, [
    '6: Flow sequence in block collection must be sufficiently indented and end with a ]',
  ])
  await expectProblems(t, 'manifest-syntax', `${LEAST}name: g\n`, ['5: Map keys must be unique'])
  await expectProblems(t, 'manifest-syntax', `${LEAST}---\nname: g\n`, [
    '5: the file must hold one YAML document',
  ])
  await expectProblems(t, 'manifest-syntax', `${LEAST}description: !run rm\n`, ['5: Unresolved tag: !run'])
})

t.test('*/* without quotes is an alias to YAML: the message says to quote it', async (t) => {
  await expectProblems(t, 'manifest-syntax', LEAST.replace('image/*', '*/*'), [
    "2: a value that begins with * needs quotes, such as '*/*'; there are no aliases",
  ])
  const { input } = await loadManifest(folderWith(t, LEAST.replace('image/*', "'*/*'")))
  t.same(input, ['*/*'])
})

t.test('aliases are refused: they can unfold without bound', async (t) => {
  await expectProblems(t, 'manifest-syntax', 'name: &a [x, x]\ninput: &b [*a, *a]\noutput: [*b, *b]\n', [
    ...['2', '2', '3', '3'].map(
      (line) => `${line}: a value that begins with * needs quotes, such as '*/*'; there are no aliases`,
    ),
  ])
})

t.test('what is no map of fields is refused', async (t) => {
  for (const yaml of ['', '- a', 'text']) {
    t.match(await refusalOf(folderWith(t, yaml)), { code: 'manifest-invalid' }, JSON.stringify(yaml))
  }
})
