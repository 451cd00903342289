import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer } from 'node:net'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import {
  DockerEngine,
  type DockerEngineOptions,
  functionImage,
  isDockerAvailable,
} from '../../src/engine/docker/index.ts'
import { EngineError, type EngineEvent } from '../../src/engine/index.ts'
import { docker, removeImages } from './docker-host.ts'
import { makeDockerRelay } from './docker-relay.ts'
import { makeArtifact, makeDoor, nextEvent, startAgent, temporaryFolder, uniqueNode } from './fixture.ts'
import { skipWithoutDocker } from './require-docker.ts'

/** Something at the engine's address that gives the answers of the test. */
async function fakeEngine(
  t: Test,
  answer: (request: IncomingMessage, response: ServerResponse) => void,
  more: Pick<DockerEngineOptions, 'onWarning' | 'cgroupParent'> = {},
) {
  const socketPath = join(await temporaryFolder(t), 'docker.sock')
  const server = createHttpServer((request, response) => {
    const facts: Record<string, object> = {
      '/version': { Version: '1.2.3', Os: 'linux', Arch: process.arch === 'x64' ? 'amd64' : process.arch },
      '/info': { NCPU: 2, CPUSet: false },
    }
    const fact = facts[request.url ?? '']
    if (fact !== undefined) response.end(JSON.stringify(fact))
    else if (request.url?.startsWith('/events')) response.flushHeaders()
    else answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(socketPath, resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const options = {
    nodeName: uniqueNode(),
    stateDirectory: await temporaryFolder(t),
    docker: { socketPath },
    ...more,
  }
  const engine = await DockerEngine.connect(options)
  t.teardown(() => engine.close().catch(() => {}))
  return engine
}

t.test('an engine that is not there is told of with its address and what to do', async (t) => {
  const socketPath = '/nonexistent/docker.sock'
  const options = { nodeName: uniqueNode(), stateDirectory: await temporaryFolder(t), docker: { socketPath } }
  await t.rejects(DockerEngine.connect(options), {
    code: 'engine-unreachable',
    message: /unix:\/\/\/nonexistent\/docker\.sock.*systemctl start docker.*DOCKER_HOST/,
  })
})

t.test('something that never answers counts as no engine', async (t) => {
  const socketPath = join(await temporaryFolder(t), 'docker.sock')
  const server = createServer(() => {})
  await new Promise<void>((resolve) => server.listen(socketPath, resolve))
  t.teardown(() => server.close())
  const why = await isDockerAvailable({ socketPath }, 50)
  t.ok(why instanceof EngineError)
  t.match(why, { code: 'engine-unreachable', message: /no answer within 50 ms/ })
})

t.test('an engine that cannot keep containers on CPUs is told of, once', async (t) => {
  const warnings: string[] = []
  const refuse = (_request: IncomingMessage, response: ServerResponse) => {
    response.statusCode = 500
    response.end('{}')
  }
  const engine = await fakeEngine(t, refuse, { onWarning: (message) => warnings.push(message) })
  const artifact = await makeArtifact(t)
  for (const cpus of [[], [0], [1]])
    await t.rejects(engine.start({ id: 'a', artifact, doorDirectory: '/', cpus }))
  t.match(warnings, [/on any CPU: the Docker Engine at .* no control group cpuset/])
  t.equal(warnings.length, 1)
})

t.test('a control group that gives less than an instance is to have is named', async (t) => {
  const refuse = (_request: IncomingMessage, response: ServerResponse) => {
    response.statusCode = 500
    response.end(JSON.stringify({ message: 'error setting cgroup config for procHooks process' }))
  }
  const engine = await fakeEngine(t, refuse, { cgroupParent: '/nodes/lobby' })
  const artifact = await makeArtifact(t)
  await t.rejects(engine.start({ id: 'a', artifact, doorDirectory: '/' }), {
    code: 'start-failed',
    message:
      /^the control group \/nodes\/lobby \(cgroupParent in the node's configuration\).*error setting cgroup/,
  })
})

t.test('an engine without space left is told of as a full disk', async (t) => {
  const engine = await fakeEngine(t, (_request, response) => {
    response.statusCode = 500
    response.end(JSON.stringify({ message: 'write /var/lib/docker/x: no space left on device' }))
  })
  const artifact = await makeArtifact(t)
  const { directory } = await makeDoor(t)
  const starting = engine.start({ id: 'agent-1', artifact, doorDirectory: directory })
  await t.rejects(starting, { code: 'disk-full', message: /no space left.*docker system prune/ })
})

t.test('a build that runs out of space half-way is told of as a full disk', async (t) => {
  const engine = await fakeEngine(t, (request, response) => {
    request.resume()
    if (request.method === 'GET') {
      response.statusCode = 404
      response.end(JSON.stringify({ message: 'No such image' }))
    } else {
      response.write(`${JSON.stringify({ stream: 'Step 1' })}\r\n`)
      request.on('end', () =>
        response.end(`${JSON.stringify({ error: 'copy: no space left on device' })}\r\n`),
      )
    }
  })
  const artifact = await makeArtifact(t)
  await t.rejects(engine.prepare(artifact), { code: 'disk-full' })
})

t.test('an engine that ends in the middle of a build is told of', async (t) => {
  const engine = await fakeEngine(t, (request, response) => {
    if (request.method === 'GET') {
      response.statusCode = 404
      response.end(JSON.stringify({ message: 'No such image' }))
    } else {
      response.write(`${JSON.stringify({ stream: 'Step 1' })}\r\n`)
      request.once('data', () => response.destroy())
    }
  })
  const artifact = await makeArtifact(t)
  await t.rejects(engine.prepare(artifact), { code: 'engine-unreachable' })
})

t.test('with an engine', { skip: skipWithoutDocker }, async (t) => {
  const artifact = await makeArtifact(t)
  t.teardown(() => removeImages(artifact))
  const stateDirectory = await temporaryFolder(t)

  await t.test('an engine that is lost is told of, and found again', async (t) => {
    const relay = await makeDockerRelay(t)
    const waits: number[] = []
    let retry = () => {}
    const wait = (ms: number) => {
      waits.push(ms)
      return new Promise<void>((resolve) => {
        retry = resolve
      })
    }
    const nodeName = uniqueNode()
    const options = { nodeName, stateDirectory, docker: { socketPath: relay.socketPath } }
    const engine = await DockerEngine.connect({ ...options, reconnect: { first: 10, max: 20, wait } })
    t.teardown(() => engine.close())
    await engine.prepare(artifact)
    const agent = await startAgent(t, engine, 'agent-1', artifact)

    const events: EngineEvent[] = []
    engine.watch((event) => events.push(event))
    const lost = nextEvent(engine, 'lost')
    await relay.cut()
    const { cause } = await lost
    t.match(cause, { code: 'engine-unreachable' })

    await t.test('meanwhile what needs the engine is refused, and stop has nothing to do', async (t) => {
      await t.rejects(startAgent(t, engine, 'agent-2', artifact), {
        code: 'engine-unreachable',
        message: new RegExp(relay.socketPath),
      })
      await t.rejects(engine.list(), { code: 'engine-unreachable' })
      await engine.stop('agent-1')
    })

    // Twice in vain.
    for (const count of [2, 3]) {
      retry()
      while (waits.length < count) await new Promise(setImmediate)
    }
    t.same(waits, [10, 20, 20])
    const found = nextEvent(engine, 'found')
    await relay.restore()
    retry()
    await found
    t.same(
      events.map(({ type }) => type),
      ['lost', 'found'],
      'an instance counts as gone with its engine and is not told of again',
    )
    t.same(await engine.list(), [], 'what the engine had kept running is removed')
    await t.rejects(agent.run('return 1'))

    const again = await startAgent(t, engine, 'agent-1', artifact)
    const exit = nextEvent(engine, 'exit', 'agent-1')
    again.send('process.exit(5)')
    t.match(await exit, { exitCode: 5 })
  })

  await t.test('close does not wait for an engine that is gone', async (t) => {
    const relay = await makeDockerRelay(t)
    const options = { nodeName: uniqueNode(), stateDirectory, docker: { socketPath: relay.socketPath } }
    const engine = await DockerEngine.connect(options)
    const lost = nextEvent(engine, 'lost')
    await relay.cut()
    await lost
    await engine.close()
  })

  await t.test('a stop that is under way when the engine is lost comes to its end', async (t) => {
    const relay = await makeDockerRelay(t)
    const nodeName = uniqueNode()
    const engine = await DockerEngine.connect({
      nodeName,
      stateDirectory,
      docker: { socketPath: relay.socketPath },
    })
    await engine.prepare(artifact)
    const agent = await startAgent(t, engine, 'agent-1', artifact)
    t.teardown(() => docker.getContainer(`ndn-sfc-${nodeName}-agent-1`).remove({ force: true }))
    await agent.run(`
      process.removeAllListeners('SIGTERM')
      globalThis.asked = new Promise((resolve) => process.on('SIGTERM', resolve))
    `)
    const stopped = engine.stop('agent-1', 60_000)
    await agent.run('await globalThis.asked')
    await relay.cut()
    await stopped
    await engine.close()
  })

  await t.test("a container of somebody else that has an instance's name is not touched", async (t) => {
    const nodeName = uniqueNode()
    const engine = await DockerEngine.connect({ nodeName, stateDirectory })
    t.teardown(() => engine.close())
    await engine.prepare(artifact)
    const name = `ndn-sfc-${nodeName}-agent-1`
    const other = await docker.createContainer({ name, Image: functionImage(artifact) })
    t.teardown(() => other.remove())
    await t.rejects(startAgent(t, engine, 'agent-1', artifact), {
      code: 'start-failed',
      message: new RegExp(`docker rm -f ${name}`),
    })
    await engine.stop('agent-1')
    t.equal((await other.inspect()).State.Status, 'created')
  })

  await t.test('an instance that cannot be started leaves no container', async (t) => {
    const engine = await DockerEngine.connect({ nodeName: uniqueNode(), stateDirectory })
    t.teardown(() => engine.close())
    await engine.prepare(artifact)
    const starting = engine.start({ id: 'agent-1', artifact, doorDirectory: '/nonexistent/door' })
    await t.rejects(starting, { code: 'start-failed', message: /\/nonexistent\/door/ })
    t.same(await engine.list(), [])
  })
})
