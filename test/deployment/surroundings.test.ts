import t from 'tap'
import { type KnownFunctions, lookUpFunctions, readDeployment } from '../../src/deployment/index.ts'
import { problemsOf } from '../files/problems.ts'
import { Home, makeFunction, openRepository } from '../repository/fixture.ts'
import { RegistryHost, skipWithoutRegistry } from '../repository/registry-host.ts'
import { knownFunctions } from './known.ts'

const check = (text: string, functions: KnownFunctions, nodes: readonly string[] = []): string[] => {
  const file = readDeployment(text, 'd.yaml')
  return problemsOf(() => file.check(functions, nodes))
}

const photos = {
  resize: {
    input: 'image/*',
    output: 'image/jpeg',
    parameters: { width: { type: 'integer', minimum: 1, maximum: 100 } },
  },
  text: { input: 'text/*', output: 'text/plain' },
  gzip: { output: 'application/gzip' },
} as const

const WORKFLOW = `name: d
workflows:
  w:
    content: /camera/lobby
    tasks:
      text: { each: 2, from: content }
      small:
        each: 2
        function: resize(width={i})
        from: text
      rotate: { from: small }
      zip: { function: gzip, from: [small, content, rotate] }
content:
  /camera: { type: image/jpeg }
  /camera/lobby/1: { type: text/plain }
`

t.test('what fits is let through', async (t) => {
  const text = `name: d
functions: { gzip: { demands: [node.name == edge-1] } }
chains: [gzip:resize(width=3)/camera/lobby, text/notes, text/camera-notes]
content: { /camera: { node: edge-1, type: image/png }, /camera/lobby: { type: image/webp }, /camera-notes: { type: text/html } }
`
  t.strictSame(check(text, knownFunctions(photos), ['edge-1']), [])
})

t.test('along a chain', async (t) => {
  const text = `name: d
chains:
  - resize:gzip/camera
  - gzip:text/camera/lobby
  - resize(width=0):resize(height=3)/camera
content: { /camera: { type: image/png } }
`
  t.strictSame(check(text, knownFunctions(photos)), [
    '3: chains.0: resize takes image/*, and gzip gives application/gzip',
    '4: chains.1: text takes text/*, and /camera/lobby is image/png',
    '5: chains.2: resize: width=0 is not allowed; width is an integer from 1 to 100',
    '5: chains.2: resize: unknown parameter height; it has width',
  ])
})

t.test('along the edges of a workflow; what is wrong with several of a kind is told once', async (t) => {
  t.strictSame(check(WORKFLOW, knownFunctions(photos)), [
    '6: workflows.w.tasks.text.from: text takes text/*, and /camera/lobby is image/jpeg',
    '9: workflows.w.tasks.small.function: resize: width=0 is not allowed; width is an integer from 1 to 100',
    '10: workflows.w.tasks.small.from: resize takes image/*, and text gives text/plain',
    '11: workflows.w.tasks.rotate.function: there is no function rotate in the repository; it has resize, text, gzip',
    '12: workflows.w.tasks.zip.function: gzip takes one input, and gets 4',
  ])
})

t.test('functions and versions that the repository does not have', async (t) => {
  const text = 'name: d\nfunctions:\n  resize:\n    version: 2.0.0\n  rezise: {}\nchains: [gzap/c]\n'
  const known = {
    names: ['resize', 'gzip'],
    facts: () => undefined,
    versions: (name: string) => (name === 'resize' ? ['1.1.0', '1.0.0'] : []),
  }
  t.strictSame(check(text, known), [
    '4: functions.resize.version: resize has no version 2.0.0, but 1.1.0, 1.0.0',
    '5: functions.rezise: there is no function rezise in the repository; did you mean resize?',
    '6: chains.0: there is no function gzap in the repository; did you mean gzip?',
  ])
  t.strictSame(check('name: d\nchains: [a/c]', { ...known, names: [] }), [
    '2: chains.0: there is no function a in the repository; it is empty',
  ])
  t.strictSame(
    check('name: d\nchains: [abc/c]', { ...known, names: Array.from({ length: 11 }, (_, i) => `${i}`) }),
    ['2: chains.0: there is no function abc in the repository; it has 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, …'],
  )
})

t.test('nodes that the network does not have', async (t) => {
  const text = `name: d
functions:
  gzip:
    demands:
      - arch == arm64
      - node.name != edge-3
content:
  /c:
    node: clod
`
  t.strictSame(check(text, knownFunctions(photos), ['edge-1', 'cloud']), [
    '6: functions.gzip.demands.1: there is no node edge-3; did you mean edge-1?',
    '9: content./c.node: there is no node clod; did you mean cloud?',
  ])
})

t.test('a file can be checked again when something was pushed', async (t) => {
  const file = readDeployment('name: d\nchains: [gzip/c]', 'd.yaml')
  const empty = knownFunctions({})
  t.throws(() => file.check(empty, []), {
    code: 'bad-file',
    lines: ['d.yaml:2: chains.0: there is no function gzip in the repository; it is empty'],
  })
  t.equal(problemsOf(() => file.check(empty, [])).length, 1)
  file.check(knownFunctions(photos), [])
})

t.test('functions are looked up in a registry', { skip: skipWithoutRegistry }, async (t) => {
  const registry = await RegistryHost.start(t)
  const repository = openRepository(t, registry.url)
  const home = await Home.make(t)
  for (const version of ['1.0.0', '1.1.0']) await home.push(repository, await makeFunction(t, { version }))
  await home.push(repository, await makeFunction(t, { name: 'other' }))
  const text = 'name: d\nfunctions: { other: { version: 3.0.0 } }\nchains: [hello/c, none/c]'
  const { deployment } = readDeployment(text, 'd.yaml')
  const known = await lookUpFunctions(repository, deployment)
  t.strictSame(known.names, ['hello', 'other'])
  t.equal(known.facts('hello')?.version, '1.1.0')
  t.equal(known.facts('other'), undefined)
  t.strictSame(known.versions('other'), ['1.0.0'])
  t.equal(known.facts('none'), undefined)
  t.strictSame(known.versions('none'), [])

  await registry.stop()
  await t.rejects(lookUpFunctions(repository, deployment), { name: 'RepositoryError' })
})
