import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { ApiClient } from '../../src/api/index.ts'
import { defaultAddress } from '../../src/control/index.ts'
import type { InstanceView } from '../../src/controller/index.ts'
import { Cli, datasetFrom, type Running } from '../cli/fixture.ts'
import { skipWithoutRegistry } from '../repository/registry-host.ts'
import { saysWho } from '../router/assignment-fixture.ts'
import { askText, connectTo, makeHome, uniqueName } from '../router/fixture.ts'
import { areServing, FACTS, RealSite, type SiteNode, until } from './fixtures/real-site.ts'

t.setTimeout(300_000)

const PATIENT = { timeout: 60_000 }

/** A node in a process of its own, which can be killed and started again. */
class NodeProcess implements SiteNode {
  readonly name = uniqueName()
  readonly home: string
  readonly address: string
  readonly #cli: Cli
  #running: Running | undefined

  private constructor(t: Test, home: string) {
    this.home = home
    this.address = defaultAddress(home)
    this.#cli = new Cli(t, home)
  }

  static async start(t: Test): Promise<NodeProcess> {
    const node = new NodeProcess(t, await makeHome(t))
    const { name, home } = node
    const config = { name, home, engine: 'process', functions: [], facts: FACTS }
    await writeFile(join(home, 'node.json'), JSON.stringify(config))
    await node.start()
    return node
  }

  async start(): Promise<void> {
    this.#running = this.#cli.start('up', '--config', join(this.home, 'node.json'))
    await this.#running.until(/"msg":"ready: /)
  }

  async kill(): Promise<void> {
    await this.#running?.kill()
  }
}

function pidsOf(site: RealSite, instances: readonly InstanceView[]): Promise<number[]> {
  return Promise.all(instances.map((instance) => site.pidOf(instance)))
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

t.test('an instance that is killed is started again', { skip: skipWithoutRegistry }, async (t) => {
  const site = await RealSite.open(t, { nodes: [{}] })
  await site.registry.push(t, 'who', '1.0.0', saysWho('v1', 100))
  await site.deploy('name: who\nfunctions:\n  who: { instances: 1 }')
  const [before] = await site.instancesOf('who')
  const pid = await site.pidOf(before as InstanceView)
  // What it has in hand is done by the next.
  const asked = askText(site.endpoint, 'who/text/in-hand', PATIENT)
  process.kill(pid, 'SIGKILL')
  t.match(await asked, /^v1 \d+ smile/)
  const answer = await askText(site.endpoint, 'who/text/next', PATIENT)
  t.match(answer, /^v1 \d+ smile/)
  t.not(Number(answer.split(' ')[1]), pid)
  await site.until('who', ([one]) => one?.restarts === 1 && one.state === 'ready')
})

t.test('a node that is killed', { skip: skipWithoutRegistry }, async (t) => {
  const other = await NodeProcess.start(t)
  const site = await RealSite.open(t, { nodes: [{}], others: [other], nodeLostAfter: 1000 })
  const { first, controller } = site
  await site.registry.push(t, 'who', '1.0.0', saysWho('v1'))
  // What is new goes to the other one, and does not come back by itself.
  await controller.setAvailability(first.name, 'pause')
  await site.deploy('name: who\nfunctions:\n  who: { instances: 1 }')
  await controller.setAvailability(first.name, 'active')
  const [before] = await site.instancesOf('who')
  t.match(before, { node: other.name, role: 'serving' })
  t.match(await askText(site.endpoint, 'who/text/before', PATIENT), /^v1 /)

  const pid = await site.pidOf(before as InstanceView)
  await other.kill()
  const [after] = await site.until('who', (all) => areServing(1)(all) && all[0]?.node === first.name)
  t.not(after?.id, before?.id)
  const leadsTo = (node: string, cost: number) =>
    until(
      () => controller.routes(),
      (all) => {
        const own = all.find((route) => route.node === node && route.prefix === 'who')
        return own?.hops.every((hop) => hop.cost === cost) === true
      },
    )
  await leadsTo(first.name, 0)
  t.match(await askText(site.endpoint, 'who/text/after', PATIENT), /^v1 /)
  t.match(
    (await controller.nodes()).find(({ name }) => name === other.name),
    { isReachable: false, cause: String },
  )

  await other.start()
  await until(
    () => controller.nodes(),
    (nodes) => nodes.every((node) => node.isReachable && node.revision === node.appliedRevision),
  )
  await until(
    () => datasetFrom(other.home, 'assigned'),
    ({ instances, isApplied }) => isApplied && instances.length === 0,
  )
  t.notOk(isAlive(pid))
  await leadsTo(other.name, 10)
  t.match(await site.instancesOf('who'), [{ id: after?.id, process: after?.process }])
  const endpoint = await connectTo(t, other.address)
  t.match(
    await askText(endpoint, 'who/text/from-there', PATIENT),
    new RegExp(`^v1 ${await site.pidOf(after as InstanceView)} `),
  )
})

t.test(
  'a controller that is killed in the middle of a deployment',
  { skip: skipWithoutRegistry },
  async (t) => {
    const site = await RealSite.open(t, { nodes: [{}, {}] })
    await site.controller.close()
    await site.registry.push(t, 'calm', '1.0.0', saysWho('v1'))
    await site.registry.push(t, 'who', '1.0.0', saysWho('v1'))
    const { controllerHome: home } = site
    const { name, registry, nodes } = site.network
    const network = join(home, 'network.json')
    const described = nodes.map(({ name, ...doors }) => [name, doors])
    await writeFile(network, JSON.stringify({ name, registry, nodes: Object.fromEntries(described) }))
    const cli = new Cli(t, home)
    const running = cli.start('controller', network, '--home', home, '--listen', ':0')
    const [, url = ''] = await running.until(/"url":"([^"]+)"/)
    const token = (await readFile(join(home, 'controller-token'), 'utf8')).trim()
    const api = new ApiClient({ url, token })
    await api.deploy(site.source('name: calm\nfunctions:\n  calm: { instances: 2 }'))
    const calm = await api.instances()
    const pids = await pidsOf(site, calm)

    const deploying = api.deploy(
      site.source('name: who\nfunctions:\n  who: { instances: 2 }'),
      {},
      (event) => {
        if (event.type === 'planned') running.signal('SIGKILL')
      },
    )
    await t.rejects(deploying)
    await running.ended

    site.openController()
    t.match(await site.controller.deployment('who'), { revision: 1, state: 'deploying' })
    await until(
      () => site.controller.deployment('who'),
      ({ state }) => state === 'ready',
    )
    t.ok(areServing(2)(await site.instancesOf('who')))
    t.match(await askText(site.endpoint, 'who/text/1', PATIENT), /^v1 /)
    const now = await site.instancesOf('calm')
    t.same(
      now.map(({ id, process, since }) => [id, process, since]),
      calm.map(({ id, process, since }) => [id, process, since]),
    )
    t.same(await pidsOf(site, now), pids)
    for (const pid of pids) t.ok(isAlive(pid))
  },
)
