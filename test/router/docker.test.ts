import t, { type Test } from 'tap'
import type { FetchError } from '../../src/endpoint/index.ts'
import { engineNodeName } from '../../src/router/function-host.ts'
import type { Node } from '../../src/router/index.ts'
import { docker } from '../engine/docker-host.ts'
import { makeDockerRelay } from '../engine/docker-relay.ts'
import { skipWithoutDocker } from '../engine/require-docker.ts'
import { ask, askText, connectTo, functionFile, Log, publish, startNode } from './fixture.ts'

const QUICK = { silence: 200, hangGrace: 200, firstBackOff: 50, maxBackOff: 100 }

async function containersOf(node: Node): Promise<string[]> {
  const label = [`ndn-sfc.node=${engineNodeName(node.config)}`]
  return (await docker.listContainers({ all: true, filters: { label } })).map(({ Id }) => Id)
}

async function removeImage(): Promise<void> {
  for (const { RepoTags } of await docker.listImages({ filters: { reference: ['ndn-sfc/trouble'] } })) {
    for (const tag of RepoTags ?? []) await docker.getImage(tag).remove({ force: true })
  }
}

async function setUp(t: Test) {
  const log = new Log()
  const functions = [functionFile('trouble')]
  const node = await startNode(t, { engine: 'docker', functions, supervision: QUICK, log })
  await publish(t, node, '/camera', { text: 'smile' })
  const status = async () => (await node.functions())[0]
  return { node, log, consumer: await connectTo(t, node), status }
}

t.test('functions in containers', { skip: skipWithoutDocker }, async (t) => {
  t.teardown(removeImage)

  await t.test('at one node', async (t) => {
    const { node, log, consumer, status } = await setUp(t)
    t.match(node.engineWhy, /containers of the Docker Engine/)
    t.match(await status(), { state: 'ready', restarts: 0 })
    t.ok(((await status())?.memory ?? 0) > 2 ** 20)
    t.match(await askText(consumer, 'trouble/camera/1'), /^smile by \d+$/)

    await t.test(
      'a container that is killed in the middle of a request is started again, and it is done',
      async (t) => {
        const [container = ''] = await containersOf(node)
        const before = log.lines.length
        const asked = askText(consumer, 'trouble(mode=slow)/camera/1')
        await log.saw(/working on slow/, before)
        await docker.getContainer(container).kill()
        t.match(await asked, /^smile by \d+$/)
        t.match(await status(), { state: 'ready', restarts: 1, instance: 'trouble-2' })
        t.ok(log.lines.some((line) => /instance ended: ended by SIGKILL/.test(line)))
        const containers = await containersOf(node)
        t.equal(containers.length, 1, 'the old one is gone')
        t.not(containers[0], container)
      },
    )

    await t.test('an image that was removed meanwhile is made again', async (t) => {
      await removeImage()
      const before = log.lines.length
      const [container = ''] = await containersOf(node)
      await docker.getContainer(container).kill()
      await log.saw(/^trouble: ready/, before)
      t.match(await askText(consumer, 'trouble/camera/image'), /^smile by/)
      t.ok(log.lines.slice(before).some((line) => /No such image.*making it again/i.test(line)))
    })

    await t.test('a function that exits says why', async (t) => {
      const error = await ask(consumer, 'trouble(mode=exit)/camera/2').catch((e: FetchError) => e)
      t.match(error, { failure: { code: 'instance-lost', reason: /exited with code 3: .*no more film/s } })
    })

    await t.test('a function that blocks is ended', async (t) => {
      await log.saw(
        /^trouble: ready/,
        log.lines.findLastIndex((line) => /instance ended/.test(line)),
      )
      const error = await ask(consumer, 'trouble(mode=spin)/camera/3').catch((e: FetchError) => e)
      t.match(error, { failure: { code: 'function-failed', reason: /^hung: it said nothing for 500 ms/ } })
    })

    await t.test('a node that stops leaves no container', async (t) => {
      await node.stop()
      t.same(await containersOf(node), [])
    })
  })

  await t.test('when the Docker Engine stops, and comes back', async (t) => {
    const relay = await makeDockerRelay(t)
    t.intercept(process, 'env', { value: { ...process.env, DOCKER_HOST: `unix://${relay.socketPath}` } })
    const { node, log, consumer, status } = await setUp(t)
    t.match(await askText(consumer, 'trouble/camera/1'), /^smile by/)

    await relay.cut()
    await log.saw(/^the docker engine is gone: no Docker Engine answers at unix:/)
    await log.saw(/^trouble: failed/)
    const error = await ask(consumer, 'trouble/camera/2').catch((e: FetchError) => e)
    t.match(
      error,
      { failure: { code: 'instance-lost', reason: /^no instance runs: no Docker Engine answers at unix:/ } },
      'those who ask learn of it at once',
    )
    t.match(await status(), { state: 'failed', cause: /no Docker Engine answers/, memory: undefined })
    t.match(await askText(consumer, 'trouble/camera/1'), /^smile by/, 'what is cached is served on')

    const before = log.lines.length
    await relay.restore()
    await log.saw(/^the docker engine answers again/, before)
    await log.saw(/^trouble: ready/, before)
    t.match(await askText(consumer, 'trouble/camera/2'), /^smile by/)
    t.equal((await containersOf(node)).length, 1, 'what the engine had kept running is gone')

    await relay.cut()
    await node.stop()
    await relay.restore()
    for (const id of await containersOf(node))
      await docker
        .getContainer(id)
        .remove({ force: true })
        .catch(() => {})
  })
})
