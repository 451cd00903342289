import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { engineNodeName } from '../../src/router/function-host.ts'
import type { Node } from '../../src/router/index.ts'
import { Certificate } from '../../src/trust/index.ts'
import {
  askText,
  connectTo,
  functionFile,
  homeAddress,
  Log,
  makeHome,
  publish,
  startNode,
} from './fixture.ts'

const functions = [functionFile('trouble'), functionFile('wrap')]

const isRunning = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

const pidOf = async (t: Test, node: Node): Promise<number> => {
  await publish(t, node, '/camera', { text: 'smile' })
  const answer = await askText(await connectTo(t, node), 'trouble/camera/1')
  return Number(/\d+$/.exec(answer)?.[0])
}

t.test('a node that stops leaves nothing behind', async (t) => {
  const home = await makeHome(t)
  const node = await startNode(t, { functions, home, listen: ['tcp://127.0.0.1:0'] })
  const consumer = await connectTo(t, node)
  const pid = await pidOf(t, node)
  t.ok(isRunning(pid))
  t.ok(existsSync(join(home, 'run', '0', 'router.sock')))
  t.equal((await stat(join(home, 'run'))).mode & 0o777, 0o700, 'only its user can reach the doors')
  const [, tcp] = node.addresses

  await Promise.all([node.stop(), node.stop()])
  t.notOk(isRunning(pid), 'no process')
  t.same(
    (await readdir(home)).sort(),
    ['artifacts', 'processes', 'state.json', 'trust'],
    'no socket, no door',
  )
  t.same(
    (await readdir(join(home, 'processes'), { recursive: true })).filter((path) => path.endsWith('.json')),
    [],
  )
  await t.rejects(connectTo(t, tcp as string), { code: 'unreachable' })
  await t.rejects(askText(consumer, 'wrap/camera/1'), { code: 'unreachable' })
  t.match(
    await node.functions(),
    [{ state: 'stopped' }, { state: 'stopped' }],
    'what is asked of it afterwards is answered',
  )
})

t.test('a node that stops lets work in hand be finished', async (t) => {
  const log = new Log()
  const node = await startNode(t, { functions, log })
  await publish(t, node, '/camera', { text: 'smile' })
  const answer = askText(await connectTo(t, node), 'wrap:trouble(mode=slow)/camera/1')
  await log.saw(/working on slow/)
  await node.stop()
  t.match(await answer, /^\(smile by \d+\)$/)
})

t.test('a second node of the same home is refused, and the first is not touched', async (t) => {
  const home = await makeHome(t)
  const first = await startNode(t, { functions, home, name: 'gateway' })
  const pid = await pidOf(t, first)
  const second = startNode(t, { functions, home, name: 'gateway' })
  await t.rejects(second, {
    name: 'FaceError',
    code: 'address-in-use',
    message: /router\.sock is in use: another node/,
  })
  t.ok(isRunning(pid))
  t.equal(await pidOf(t, first), pid)
  t.match(await first.functions(), [
    { state: 'ready', restarts: 0 },
    { state: 'ready', restarts: 0 },
  ])
})

t.test('a node that cannot listen at one address holds none', async (t) => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close())
  const { port } = server.address() as { port: number }
  const home = await makeHome(t)
  const taken = [`tcp://127.0.0.1:${port}`]
  await t.rejects(startNode(t, { home, listen: taken }), {
    code: 'address-in-use',
    message: new RegExp(`127\\.0\\.0\\.1:${port} is in use`),
  })
  t.ok(await startNode(t, { home }))
})

t.test('a node whose engine does not answer holds nothing', async (t) => {
  t.intercept(process, 'env', { value: { ...process.env, DOCKER_HOST: 'unix:///nonexistent/docker.sock' } })
  const home = await makeHome(t)
  await t.rejects(startNode(t, { home, engine: 'docker' }), {
    code: 'engine-unreachable',
    message: /unix:\/\/\/nonexistent\/docker\.sock/,
  })
  const node = await startNode(t, { home, engine: 'auto' })
  t.match(node.engineWhy, /child processes, without containment, because no Docker Engine answers/)
})

t.test('a socket that a crash has left is replaced', async (t) => {
  const home = await makeHome(t)
  const path = join(home, 'router.sock')
  const code = `require('node:net').createServer().listen(${JSON.stringify(path)}, () => console.log('up'))`
  const crashed = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(crashed.stdout, 'data')
  crashed.kill('SIGKILL')
  await once(crashed, 'exit')
  t.ok(existsSync(path))
  const node = await startNode(t, { home })
  t.equal(homeAddress(node), `unix://${path}`)
  await connectTo(t, node)
})

t.test('a file in the place of the socket is not touched', async (t) => {
  const home = await makeHome(t)
  await writeFile(join(home, 'router.sock'), 'mine')
  await t.rejects(startNode(t, { home }), { code: 'address-in-use', message: /is not a socket/ })
  t.equal(await readFile(join(home, 'router.sock'), 'utf8'), 'mine')
})

t.test('a start that is called off leaves nothing', async (t) => {
  for (const step of ['at once', 'building', 'starting', 'ready']) {
    const home = await makeHome(t)
    const controller = new AbortController()
    if (step === 'at once') controller.abort()
    const began: string[] = []
    const node = await startNode(t, {
      home,
      functions,
      signal: controller.signal,
      onProgress: (event) => {
        began.push(event.function)
        if (event.step === step || event.state === step) controller.abort()
        if (step === 'building') controller.abort()
      },
    })
    await node.stop()
    t.same(
      (await readdir(home)).filter((name) => name === 'run' || name === 'router.sock'),
      [],
      step,
    )
    if (step === 'at once') t.same(began, [])
    const states = (await node.functions()).map(({ state }) => state)
    t.ok(
      states.every((state) => state === 'stopped'),
      `${step}: ${states}`,
    )
  }
})

t.test('certificates are renewed while instances run', async (t) => {
  const node = await startNode(t, { functions, supervision: { renewEvery: 30 } })
  const consumer = await connectTo(t, node)
  const read = async (): Promise<Certificate> => {
    const text = await readFile(join(node.config.home, 'run', '0', 'identity.json'), 'utf8')
    return Certificate.parse((JSON.parse(text) as { certificate: string }).certificate)
  }
  const first = await read()
  while ((await read()).name.equals(first.name)) await new Promise(setImmediate)
  const second = await read()
  t.ok(second.identity.equals(first.identity))
  for (const { name, wire } of [first, second]) t.same((await consumer.express(name)).wire, wire)
  t.match(await node.functions(), [
    { state: 'ready', restarts: 0 },
    { state: 'ready', restarts: 0 },
  ])
})

t.test('two nodes of one name and of two homes have instances of their own', async (t) => {
  const names = ['/home/a/.ndn-sfc', '/home/b/.ndn-sfc'].map((home) =>
    engineNodeName({ name: 'gateway', home }),
  )
  t.match(names, [/^gateway-[0-9a-f]{8}$/, /^gateway-[0-9a-f]{8}$/])
  t.not(names[0], names[1])
})

t.test('a peer that connects while the node stops is turned away', async (t) => {
  const log = new Log()
  const node = await startNode(t, { functions, log })
  await publish(t, node, '/camera', { text: 'smile' })
  void askText(await connectTo(t, node), 'trouble(mode=slow)/camera/1').catch(() => {})
  await log.saw(/working on slow/)
  let isStopped = false
  const stopped = node.stop().then(() => {
    isStopped = true
  })
  const late = connect(homeAddress(node).slice('unix://'.length))
  late.resume()
  await once(late, 'close')
  t.notOk(isStopped)
  await stopped
})
