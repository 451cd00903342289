import { createHash } from 'node:crypto'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import {
  type Assignment,
  assignmentSchema,
  assignNode,
  commandNode,
  MAX_ASSIGNMENT_BYTES,
} from '../../src/control/index.ts'
import { type Endpoint, SegmentedObject, splitSegment } from '../../src/endpoint/index.ts'
import { Name } from '../../src/packet/index.ts'
import type { Node } from '../../src/router/index.ts'
import { digestSigner, Keychain } from '../../src/trust/index.ts'
import { connectTo, makeHome, startNode } from './fixture.ts'

t.setTimeout(120_000)

const ASSIGNMENT: Assignment = {
  controller: 'test',
  revision: 1,
  registry: 'http://127.0.0.1:1',
  instances: [],
  peers: {},
  routes: [],
  tasks: [],
}

const listen = ['tcp://127.0.0.1:0']

let versions = 0

/** Publishes bytes, and tells a node that they are its assignment. */
async function tell(endpoint: Endpoint, content: Uint8Array, sha256?: string): Promise<void> {
  const name = Name.parse('/localhop/test')
  const object = new SegmentedObject({ name, version: ++versions, content, signer: digestSigner })
  endpoint.serve(name, async (interest, pitToken) => {
    const segment = await object.segment(splitSegment(interest.name)?.segment ?? 0)
    if (segment !== undefined) endpoint.answer(segment, pitToken)
  })
  const digest = sha256 ?? createHash('sha256').update(content).digest('hex')
  const parameters = { name: object.name.toString(), sha256: digest, force: false }
  await commandNode(endpoint, 'assign', parameters, digestSigner, 60_000)
}

const asJson = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value))

async function setUp(t: Test): Promise<{ node: Node; endpoint: Endpoint }> {
  const node = await startNode(t)
  return { node, endpoint: await connectTo(t, node) }
}

t.test('what was fetched is looked at before anything is done', async (t) => {
  const { node, endpoint } = await setUp(t)
  const route = { prefix: '/a', to: { node: 'b' }, cost: -1, plan: '' }
  const cases: [content: Uint8Array, message: RegExp, sha256?: string][] = [
    [asJson(ASSIGNMENT), /has another digest than the command says/, '0'.repeat(64)],
    [Buffer.from('nonsense'), /it is not JSON/],
    [asJson({ ...ASSIGNMENT, routes: [route] }), /cannot be used: routes\.0\.cost: /],
    [asJson({ ...ASSIGNMENT, more: 1 }), /cannot be used: /],
    [asJson({ ...ASSIGNMENT, tasks: [{ name: '/a', inputs: [] }] }), /tasks\.0\.inputs/],
  ]
  for (const [content, message, sha256] of cases)
    await t.rejects(tell(await connectTo(t, node), content, sha256), { message })
  await t.rejects(tell(endpoint, asJson(ASSIGNMENT), 'nonsense'), { message: /sha256 has 64 lower-case/ })
  t.equal(node.assigned().revision, undefined)
  t.notOk((await readdir(node.config.home)).includes('assignment.json'))
})

t.test('an assignment can have so many octets, and none more', async (t) => {
  const { node, endpoint } = await setUp(t)
  const plan = 'p'.repeat(MAX_ASSIGNMENT_BYTES / 16)
  const route = { prefix: '/a', to: { node: 'b' }, cost: 0, plan }
  const large = { ...ASSIGNMENT, routes: Array.from({ length: 15 }, () => route) }
  await assignNode(endpoint, large, digestSigner)
  t.equal(node.assigned().revision, 1)
  const tooLarge = { ...large, revision: 2, routes: [...large.routes, route] }
  await t.rejects(assignNode(endpoint, tooLarge, digestSigner), {
    constructor: RangeError,
    message: /16777216/,
  })
  await t.rejects(tell(endpoint, asJson(tooLarge)), { message: /cannot be fetched: .*16777216/ })
  t.equal(node.assigned().revision, 1)
})

t.test('each list of an assignment has its bound', async (t) => {
  const task = (inputs: number) => ({ name: '/a', inputs: Array(inputs).fill('/b') })
  t.ok(assignmentSchema.safeParse({ ...ASSIGNMENT, tasks: [task(1024)] }).success)
  t.notOk(assignmentSchema.safeParse({ ...ASSIGNMENT, tasks: [task(1025)] }).success)
  const instance = {
    id: 'a',
    function: { name: 'a', version: '1', digest: `sha256:${'0'.repeat(64)}` },
    cpus: [],
  }
  t.notOk(assignmentSchema.safeParse({ ...ASSIGNMENT, instances: Array(1025).fill(instance) }).success)
  const route = { prefix: '/a', to: { node: 'b' }, cost: 0, plan: '' }
  t.notOk(assignmentSchema.safeParse({ ...ASSIGNMENT, routes: Array(65_537).fill(route) }).success)
  t.notOk(assignmentSchema.safeParse({ ...ASSIGNMENT, tasks: Array(65_537).fill(task(1)) }).success)
})

t.test('elsewhere than through the Unix socket it takes an operator', async (t) => {
  const node = await startNode(t, { listen })
  const endpoint = await connectTo(t, node.addresses[1] as string)
  await t.rejects(assignNode(endpoint, ASSIGNMENT, digestSigner), { message: /refused the command/ })
  const { signer } = await (await Keychain.open(node.config.home)).operatorIdentity()
  await assignNode(endpoint, ASSIGNMENT, signer)
  t.match(node.assigned(), { controller: 'test', revision: 1 })
  t.equal(node.routes().filter(({ prefix }) => prefix.startsWith('/localhop')).length, 0)
})

t.test('a file that cannot be read is not taken for none', async (t) => {
  const home = await makeHome(t)
  const node = await startNode(t, { home })
  await assignNode(await connectTo(t, node), ASSIGNMENT, digestSigner)
  await node.stop()
  const file = join(home, 'assignment.json')
  t.match(JSON.parse(await readFile(file, 'utf8')), { assignment: ASSIGNMENT, taken: [] })
  await writeFile(file, '{"assignment":')
  await t.rejects(startNode(t, { home }), {
    code: 'config-invalid',
    message: /assignment\.json: .*remove the file/,
  })
})

t.test('an instance that is not there cannot be started again', async (t) => {
  const { endpoint } = await setUp(t)
  await t.rejects(commandNode(endpoint, 'restart', { instance: 'nobody', kill: false }, digestSigner), {
    statusCode: 404,
    message: /there is no instance nobody on this node/,
  })
})
