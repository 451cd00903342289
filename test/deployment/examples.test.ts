import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import {
  deploymentSchema,
  type KnownFunctions,
  networkSchema,
  readDeployment,
  readNetwork,
} from '../../src/deployment/index.ts'
import { parseNetwork } from '../../src/deployment/network-file.ts'
import { loadManifest, type Manifest } from '../../src/function/index.ts'
import { formatCall } from '../../src/packet/index.ts'
import { loadConfig } from '../../src/router/index.ts'
import { problemsOf } from '../files/problems.ts'

const ROOT = new URL('../../../', import.meta.url)
const FOLDER = new URL('deployments/', ROOT)
const pathOf = (file: string): string => fileURLToPath(new URL(file, FOLDER))
const read = (file: string): string => readFileSync(pathOf(file), 'utf8')
const DEPLOYMENTS = ['photo-ages.yaml', 'photo-summary.yaml']
const SCHEMAS = { 'deployment.schema.json': deploymentSchema(), 'network.schema.json': networkSchema() }

if (process.env.UPDATE_DEPLOYMENTS === '1') {
  for (const [file, schema] of Object.entries(SCHEMAS))
    writeFileSync(pathOf(file), `${JSON.stringify(schema, null, 2)}\n`)
}

/** The functions that ship, as a repository with them would tell. */
async function shippedFunctions(): Promise<KnownFunctions> {
  const folder = fileURLToPath(new URL('functions/', ROOT))
  const names = readdirSync(folder).filter((name) => name !== 'lib')
  const manifests = new Map<string, Manifest>()
  for (const name of names) manifests.set(name, await loadManifest(`${folder}${name}`))
  return {
    names,
    facts: (name) => {
      const manifest = manifests.get(name)
      return manifest && { name, version: manifest.version, digest: '', manifest, architectures: [] }
    },
    versions: () => [],
  }
}

for (const [file, schema] of Object.entries(SCHEMAS)) {
  t.test(`deployments/${file} is that of what is read`, async (t) => {
    const how = 'UPDATE_DEPLOYMENTS=1 npm test -- test/deployment && npx biome format --write deployments'
    t.strictSame(JSON.parse(read(file)), schema, `${how} writes it again`)
  })
}

t.test('each example says first by which schema an editor is to check it', async (t) => {
  for (const file of DEPLOYMENTS)
    t.match(read(file), /^# yaml-language-server: \$schema=deployment\.schema\.json\n/)
  t.match(read('network.yaml'), /^# yaml-language-server: \$schema=network\.schema\.json\n/)
})

t.test('the nodes of the network are as their configurations say, and unequal', async (t) => {
  const { nodes } = await readNetwork(pathOf('network.yaml'))
  const configs = await Promise.all(nodes.map(({ config }) => loadConfig(config)))
  for (const [index, { name, control, address }] of nodes.entries()) {
    const config = configs[index]
    t.equal(config?.name, name)
    t.strictSame(
      config?.listen.map((one) => one.address),
      [control, address],
    )
    t.strictSame(config?.functions, [])
  }
  t.equal(new Set(configs.map(({ facts }) => JSON.stringify(facts))).size, nodes.length)
})

for (const file of DEPLOYMENTS) {
  t.test(`deployments/${file} can be deployed`, async (t) => {
    const { nodes } = await readNetwork(pathOf('network.yaml'))
    const names = nodes.map(({ name }) => name)
    const functions = await shippedFunctions()
    t.strictSame(
      problemsOf(() => readDeployment(read(file), file).check(functions, names)),
      [],
    )
  })
}

t.test('the workflow splits a photograph into four tiles with three functions each', async (t) => {
  const [workflow] = readDeployment(read('photo-summary.yaml'), 'photo-summary.yaml').deployment.workflows
  t.strictSame(
    workflow?.tasks.map(({ call }) => formatCall(call)),
    [
      'normalize',
      ...[1, 2, 3, 4].map((index) => `tile(index=${index},of=4)`),
      ...Array(4).fill('denoise'),
      ...Array(4).fill('sharpen'),
      'mosaic(columns=2)',
      'summary',
    ],
  )
})

t.test('what the README shows can be read', async (t) => {
  const blocks = [...read('README.md').matchAll(/^```yaml (\w+)\n([\s\S]*?)^```$/gm)]
  t.strictSame(
    blocks.map(([, kind]) => kind),
    ['deployment', 'network'],
  )
  const { workflows, functions } = readDeployment(blocks[0]?.[2] ?? '', 'README.md').deployment
  t.equal(workflows[0]?.tasks.length, 15)
  t.match(functions[1], { name: 'edges', instances: { min: 0, max: 4 }, idle: 30_000, queue: 4 })
  t.equal(parseNetwork(blocks[1]?.[2] ?? '', 'README.md').nodes.length, 2)
})
