import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import t, { type Test } from 'tap'
import { createEngine } from '../../src/engine/index.ts'
import { ProcessEngine } from '../../src/engine/process.ts'
import { processIdentity } from '../../src/engine/process-info.ts'
import { makeArtifact, makeDoor, nextEvent, startAgent, temporaryFolder, uniqueNode } from './fixture.ts'

/** A node that starts one instance and is then killed without any chance to stop it. */
async function crashNode(t: Test) {
  const node = { nodeName: uniqueNode(), stateDirectory: await temporaryFolder(t) }
  const artifact = await makeArtifact(t)
  const { directory, connected } = await makeDoor(t)
  const spec = { id: 'agent-1', artifact, doorDirectory: directory }
  const code = `
    import { ProcessEngine } from ${JSON.stringify(new URL('../../src/engine/process.js', import.meta.url).href)}
    await new ProcessEngine(${JSON.stringify(node)}).start(${JSON.stringify(spec)})
    console.log('started')
  `
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(createInterface({ input: child.stdout }), 'line')
  const agent = await connected
  const pid = await agent.run<number>('return process.pid')
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited
  t.not(await processIdentity(pid), undefined, 'the instance outlives the node as long as its door is open')
  return { node, pid, agent, artifact }
}

t.test('a leftover of a killed node is stopped by the next node of its name', async (t) => {
  const { node, pid } = await crashNode(t)
  const { engine, leftovers, why } = await createEngine('process', node)
  t.same(leftovers, ['agent-1'])
  t.match(why, /child processes/)
  t.equal(await processIdentity(pid), undefined)
  t.same(await engine.list(), [])
  await engine.close()
})

t.test('a leftover that will not end is killed, and its id can be used again', async (t) => {
  const { node, pid, agent, artifact } = await crashNode(t)
  await agent.run('process.removeAllListeners("SIGTERM"); process.on("SIGTERM", () => {})')
  const engine = new ProcessEngine(node)
  t.teardown(() => engine.close())
  await engine.stop('agent-1', 50)
  t.equal(await processIdentity(pid), undefined)
  const again = await startAgent(t, engine, 'agent-1', artifact)
  t.equal(await again.run('return 1'), 1)
})

t.test('a process that was given the pid of an instance is left alone', async (t) => {
  const node = { nodeName: uniqueNode(), stateDirectory: await temporaryFolder(t) }
  const other = spawn('sleep', ['60'])
  t.teardown(() => other.kill())
  const engine = new ProcessEngine(node)
  const file = join(node.stateDirectory, 'processes', node.nodeName, 'agent-1.json')
  await mkdir(dirname(file), { recursive: true })
  const record = {
    id: 'agent-1',
    pid: other.pid,
    identity: 'of long ago',
    function: 'f',
    digest: 'd',
    startedAt: 0,
  }
  await writeFile(file, JSON.stringify(record))
  await engine.stop('agent-1')
  t.not(await processIdentity(other.pid ?? 0), undefined)
  t.same(await readdir(dirname(file)), [], 'the record is removed')

  for (const nonsense of ['', 'null', '{}', '{ "pid": 1 }', '{ "pid": -1, "identity": "x" }']) {
    await writeFile(file, nonsense)
    t.same(await engine.list(), [], nonsense)
  }
})

t.test('a command that an instance started ends with the instance', async (t) => {
  const engine = new ProcessEngine({ nodeName: uniqueNode(), stateDirectory: await temporaryFolder(t) })
  t.teardown(() => engine.close())
  const agent = await startAgent(t, engine, 'agent-1', await makeArtifact(t))
  const pid = await agent.run<number>(`
    const child = require('child_process').spawn('sleep', ['60'], { stdio: 'inherit' })
    await new Promise((resolve) => child.on('spawn', resolve))
    return child.pid
  `)
  const exit = nextEvent(engine, 'exit')
  agent.send('process.kill(process.pid, "SIGKILL")')
  t.match(await exit, { signal: 'SIGKILL' })
  // It is nobody's child now, so nothing tells when the kernel is done with it.
  while ((await processIdentity(pid)) !== undefined) await new Promise(setImmediate)
})

t.test('no record is left of an instance that ended', async (t) => {
  const node = { nodeName: '/lab/Node 1', stateDirectory: await temporaryFolder(t) }
  const engine = new ProcessEngine(node)
  await startAgent(t, engine, 'agent-1', await makeArtifact(t))
  const [folder = ''] = await readdir(join(node.stateDirectory, 'processes'))
  t.match(folder, /^lab-node-1-[0-9a-f]{8}$/)
  const file = join(node.stateDirectory, 'processes', folder, 'agent-1.json')
  t.match(JSON.parse(await readFile(file, 'utf8')), { id: 'agent-1', function: 'agent' })
  await engine.close()
  t.same(await readdir(dirname(file)), [])
})
