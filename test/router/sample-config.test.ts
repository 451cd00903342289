import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { parse } from 'yaml'
import { z } from 'zod'
import { schema } from '../../src/router/config-schema.ts'
import { type Field, fieldsOf, itemForms } from '../../src/router/config-walk.ts'
import { FIXED_BOUNDS } from '../../src/router/fixed-bounds.ts'
import { loadConfig, type NodeConfig, sampleConfig } from '../../src/router/index.ts'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))

/** With what is not set by default. */
const full = sampleConfig().replaceAll(/^( *)#(?! \S)/gm, '$1')

async function load(t: Test, text: string): Promise<NodeConfig> {
  const folder = await mkdtemp(join(tmpdir(), 'sfc-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  const file = join(folder, 'node.yaml')
  await writeFile(file, text)
  return await loadConfig(file)
}

/** Paths of all fields, those in items of lists included, with what is known of them. */
function allFields(mapping: z.ZodObject, above = ''): [path: string, field: Field][] {
  return fieldsOf(mapping).flatMap((field) => {
    const path = above + field.key
    const { schema: held, meta } = field
    // Its keys are whatever its user calls them.
    const entries = held instanceof z.ZodRecord ? Object.keys(Object(meta.example)) : []
    const mappings = (held instanceof z.ZodArray ? itemForms(held) : [field]).flatMap((form) =>
      form.schema instanceof z.ZodObject ? [form.schema] : [],
    )
    const inner = [
      ...entries.map((key) => [`${path}.${key}`, field]),
      ...mappings.flatMap((each) => allFields(each, `${path}.`)),
    ]
    return [[path, field], ...inner] as [string, Field][]
  })
}

/** Paths of all that a document says, without the places in lists. */
function pathsIn(value: unknown, above = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => pathsIn(item, above))
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => [above + key, ...pathsIn(inner, `${above}${key}.`)])
}

t.test('the sample means exactly the defaults', async (t) => {
  t.same(await load(t, sampleConfig()), await loadConfig())
})

t.test('the sample shows every field that there is, and no other', async (t) => {
  const fields = allFields(schema).map(([path]) => path)
  t.ok(fields.length > 50)
  t.same([...new Set(pathsIn(parse(full)))].sort(), fields.sort())
})

t.test('what the sample does not set by default can stand there', async (t) => {
  const config = await load(t, full)
  t.equal(config.name, 'lobby-gateway')
  t.match(config.listen.slice(1), [
    { address: 'tcp://0.0.0.0' },
    { address: 'ws://0.0.0.0' },
    { address: 'udp://0.0.0.0', mtu: 1400, idleTimeout: 600_000, maxPeers: 100 },
  ])
  t.equal(config.routes[0]?.form, 'extended')
  t.equal(String(config.strategies[0]?.strategy), '/localhost/nfd/strategy/asf/v=5/max-timeouts~5')
})

t.test('each field has a description, and a number that is no count a unit', async (t) => {
  const lines = sampleConfig().split('\n')
  for (const [path, { meta, schema: held }] of allFields(schema)) {
    t.ok(meta.description.length > 0 && !meta.description.endsWith('.'), `${path} has a description`)
    t.ok(
      lines.some((line) => line.includes(`# ${meta.description}`)),
      `${path} is described in the sample`,
    )
    const isMeasure = /bytes|queue|threshold|interval|time|linger|mtu/i.test(path.split('.').at(-1) as string)
    if (held instanceof z.ZodNumber && isMeasure) t.ok(meta.unit, `${path} has a unit`)
  }
})

t.test('its lines can be read', async (t) => {
  t.same(
    sampleConfig()
      .split('\n')
      .filter((line) => line.length > 120),
    [],
  )
})

t.test('what a reload changes is marked', async (t) => {
  const live = allFields(schema).flatMap(([path, { key, meta }]) =>
    meta.live && path.endsWith(key) ? [path] : [],
  )
  t.same(live, [
    'labels',
    'facts',
    'logLevel',
    'listen',
    'multicast',
    'registry',
    'routes',
    'contentStore.packets',
    'contentStore.bytes',
    'contentStore.admit',
    'contentStore.serve',
    'unsolicited',
    'networkRegion',
    'strategies',
  ])
  t.equal(sampleConfig().match(/\(.*; live\)$|\(live\)$/gm)?.length, live.length)
})

t.test('every bound of forwarder, faces and management is in the sample', async (t) => {
  const settable = await Promise.all(
    ['config-fields.ts', 'config-links.ts', 'config-schema.ts'].map((file) =>
      readFile(join(ROOT, 'src/router', file), 'utf8'),
    ),
  )
  const known = settable.join('\n')
  for (const folder of ['forwarder', 'forwarder/strategies', 'face', 'management']) {
    for (const file of await readdir(join(ROOT, 'src', folder))) {
      if (!file.endsWith('.ts')) continue
      const text = await readFile(join(ROOT, 'src', folder, file), 'utf8')
      for (const [, name = ''] of text.matchAll(/^export const ((?:DEFAULT_)?MAX_\w+) =/gm)) {
        const isKnown = FIXED_BOUNDS.some((bound) => bound.name === name) || known.includes(name)
        t.ok(isKnown || name in NO_BOUNDS, `${folder}/${file}: ${name}`)
      }
    }
  }
  for (const { name, value, unit } of FIXED_BOUNDS)
    t.ok(sampleConfig().includes(`${name} = ${value} ${unit}: `), name)
})

/** What is named like a bound of a table and is none, with where it is told of. */
const NO_BOUNDS = {
  DEFAULT_MAX_PEERS: 'of a listener without a node; a node says limits.faces',
  DEFAULT_MAX_TIMEOUTS: 'parameter of the strategy asf',
  MAX_COMPARED: 'how many next hops sticky compares',
  MAX_SUPPRESSION_MS: 'parameter of each strategy',
}

t.test('docs/node.yaml is the sample', async (t) => {
  t.equal(
    await readFile(join(ROOT, 'docs/node.yaml'), 'utf8'),
    sampleConfig(),
    "to be written anew with 'npx ndn-sfc config --sample > docs/node.yaml'",
  )
})
