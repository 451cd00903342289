import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { loadManifest, mediaTypeFits, readParameters } from '../../src/function/index.ts'
import { FUNCTIONS } from './bundle.ts'

const SHIPPED = [
  'age-gender',
  'denoise',
  'detect-faces',
  'edges',
  'extract-faces',
  'grayscale',
  'gzip',
  'mosaic',
  'normalize',
  'resize',
  'sha256',
  'sharpen',
  'statistics',
  'summary',
  'thumbnail',
  'tile',
  'word-count',
]

t.test('these functions ship, each under the name of its folder', async (t) => {
  const folders = (await readdir(FUNCTIONS)).filter((name) => name !== 'lib').sort()
  t.same(folders, SHIPPED)
  for (const folder of folders) {
    const { name, description } = await loadManifest(join(FUNCTIONS, folder))
    t.equal(name, folder)
    t.not(description, '', `${name} says what it does`)
  }
})

t.test('each README names the input and output types and every parameter with its default', async (t) => {
  for (const folder of SHIPPED) {
    const readme = (await readFile(join(FUNCTIONS, folder, 'README.md'), 'utf8')).replace(/\s+/g, ' ')
    const { input, output, parameters } = await loadManifest(join(FUNCTIONS, folder))
    for (const type of input) t.ok(readme.includes(type === '*/*' ? 'anything' : type), `${folder}: ${type}`)
    t.ok(readme.includes(`\`${output}\``), `${folder}: ${output}`)
    for (const [name, spec] of Object.entries(parameters)) {
      t.ok(readme.includes(`\`${name}\``), `${folder}: ${name}`)
      if (spec.default !== undefined) t.ok(readme.includes(`default ${spec.default}`), `${folder}: ${name}`)
    }
    t.match(readme, new RegExp(`\`\`\` .*\\b${folder}\\b.*/camera/lobby/\\d \`\`\``), `${folder}: a chain`)
  }
})

t.test('each function can be asked for without parameters', async (t) => {
  for (const folder of SHIPPED) t.ok(readParameters(await loadManifest(join(FUNCTIONS, folder)), []))
})

t.test('the types of the face chain fit one after another, and no step can be left out', async (t) => {
  const chain = await Promise.all(
    ['detect-faces', 'extract-faces', 'age-gender', 'statistics'].map((name) =>
      loadManifest(join(FUNCTIONS, name)),
    ),
  )
  for (const [first, { output }] of chain.entries()) {
    for (const [second, { input }] of chain.entries()) {
      t.equal(mediaTypeFits(output, input), second === first + 1, `${first} → ${second}`)
    }
  }
})

t.test(
  'the types of the photograph workflow fit along each edge, and only mosaic takes several inputs',
  async (t) => {
    const tasks = ['normalize', 'tile', 'denoise', 'sharpen', 'mosaic', 'summary']
    const manifests = await Promise.all(tasks.map((name) => loadManifest(join(FUNCTIONS, name))))
    for (const [i, { output }] of manifests.slice(0, -1).entries())
      t.ok(mediaTypeFits(output, manifests[i + 1]?.input ?? []), `${tasks[i]} → ${tasks[i + 1]}`)
    t.same(
      manifests.map(({ inputs }) => inputs),
      ['one', 'one', 'one', 'one', 'many', 'one'],
    )
  },
)
