import { readFileSync } from 'node:fs'
import type { Test } from 'tap'
import type { Artifact, Engine, EngineEvent } from '../../src/engine/index.ts'
import { LAST_WORDS_BYTES, parseCpuList } from '../../src/engine/index.ts'
import {
  type Agent,
  makeArtifact,
  makeDoor,
  nextEvent,
  startAgent,
  temporaryFolder,
  uniqueNode,
} from './fixture.ts'

export interface EngineUnderTest {
  connect(options: {
    nodeName: string
    stateDirectory: string
    onLog?: (id: string, line: string) => void
  }): Promise<Engine>
  /** Kills an instance behind the engine's back. */
  killFromOutside(nodeName: string, id: string, agent: Agent): Promise<void>
  /** Lets go of what `prepare` made for an artifact. */
  cleanUp(artifact: Artifact): Promise<void>
}

/** What every engine does, first part: instances are started and stopped. */
export async function testStartAndStop(t: Test, engineUnderTest: EngineUnderTest): Promise<void> {
  const { connect } = engineUnderTest
  const { artifact, setUp } = await arrange(t, engineUnderTest)

  await t.test('an instance comes through its door and is listed', async (t) => {
    const { engine } = await setUp(t)
    const before = Date.now()
    const agent = await startAgent(t, engine, 'agent-1', artifact)
    t.equal(await agent.run('return 6 * 7'), 42)
    const [status, ...others] = await engine.list()
    t.same(others, [])
    t.match(status, { id: 'agent-1', function: 'agent', digest: artifact.digest, state: 'running' })
    t.ok(Math.abs((status?.startedAt ?? 0) - before) < 10_000)
  })

  await t.test('prepare does nothing the second time', async (t) => {
    const { engine } = await setUp(t)
    const steps: string[] = []
    await engine.prepare(artifact, (step) => steps.push(step))
    t.same(steps, [])
  })

  await t.test('an instance is told nothing of its host but what it needs', async (t) => {
    process.env.NDN_SFC_TEST_SECRET = 'secret'
    t.teardown(() => delete process.env.NDN_SFC_TEST_SECRET)
    const { engine } = await setUp(t)
    const agent = await startAgent(t, engine, 'agent-1', artifact)
    const environment = await agent.run<Record<string, string>>('return process.env')
    const allowed = ['PATH', 'NDN_SFC_SOCKET', 'NDN_SFC_IDENTITY', 'NDN_SFC_LOG', 'HOSTNAME', 'HOME']
    t.same(
      Object.keys(environment).filter((key) => !allowed.includes(key)),
      [],
    )
    t.not(environment.HOME, process.env.HOME)
    t.equal(environment.NDN_SFC_LOG, 'info')
  })

  await t.test('the limits of its manifest hold for an instance', async (t) => {
    const { engine } = await setUp(t)
    const agent = await startAgent(t, engine, 'agent-1', artifact)
    t.same(await agent.run('return process.execArgv'), ['--max-old-space-size=96'])
  })

  await t.test('an instance runs on the CPUs that it is given, and is otherwise as any', async (t) => {
    const { engine } = await setUp(t)
    const cpus = parseCpuList(allowedCpus(readFileSync('/proc/self/status', 'utf8'))) ?? []
    const cpu = cpus.at(-1) as number
    const [agent, free] = await Promise.all([
      startAgent(t, engine, 'pinned', artifact, { cpus: [cpu] }),
      startAgent(t, engine, 'free', artifact, { cpus: [] }),
    ])
    const status = 'return require("fs").readFileSync("/proc/self/status", "utf8")'
    t.equal(allowedCpus(await agent.run(status)), String(cpu))
    t.same(parseCpuList(allowedCpus(await free.run(status))), cpus)
    const command =
      'return require("child_process").execFileSync(process.execPath, ["-p", "process.platform"])'
    t.ok(await agent.run(command))
    const exit = nextEvent(engine, 'exit', 'pinned')
    await engine.stop('pinned')
    t.match(await exit, { exitCode: 0, signal: null, lastWords: 'asked to stop' })
  })

  await t.test('an instance on a CPU that there is none of is refused', async (t) => {
    const { engine } = await setUp(t)
    const started = startAgent(t, engine, 'agent-1', artifact, { cpus: [0, 4000] })
    await t.rejects(started, { name: 'EngineError', code: 'start-failed', message: /4000.*0/ })
    t.same(await engine.list(), [])
  })

  await t.test('stop lets an instance finish', async (t) => {
    const { engine } = await setUp(t)
    await startAgent(t, engine, 'agent-1', artifact)
    const exit = nextEvent(engine, 'exit', 'agent-1')
    await engine.stop('agent-1')
    t.match(await exit, { exitCode: 0, signal: null, lastWords: 'asked to stop' })
    t.same(await engine.list(), [])
  })

  await t.test('stop kills an instance that does not end in time', async (t) => {
    const { engine } = await setUp(t)
    const agent = await startAgent(t, engine, 'agent-1', artifact)
    await agent.run('process.removeAllListeners("SIGTERM"); process.on("SIGTERM", () => {})')
    const exit = nextEvent(engine, 'exit', 'agent-1')
    await engine.stop('agent-1', 50)
    t.match(await exit, { exitCode: null, signal: 'SIGKILL' })
  })

  await t.test('two who stop the same instance both see it gone', async (t) => {
    const { engine } = await setUp(t)
    await startAgent(t, engine, 'agent-1', artifact)
    await Promise.all([engine.stop('agent-1'), engine.stop('agent-1')])
    t.same(await engine.list(), [])
  })

  await t.test('stop of an unknown instance is harmless', async (t) => {
    const { engine } = await setUp(t)
    await engine.stop('nobody')
    await engine.stop('../no id at all')
  })

  await t.test('an id is taken until its instance is gone', async (t) => {
    const { engine } = await setUp(t)
    await startAgent(t, engine, 'agent-1', artifact)
    await t.rejects(startAgent(t, engine, 'agent-1', artifact), { code: 'already-running' })
    await engine.stop('agent-1')
    const agent = await startAgent(t, engine, 'agent-1', artifact)
    t.equal(await agent.run('return 1'), 1)
  })

  await t.test('of two starts with one id at the same time, one is refused', async (t) => {
    const { engine } = await setUp(t)
    const results = await Promise.allSettled([
      startAgent(t, engine, 'agent-1', artifact),
      startAgent(t, engine, 'agent-1', artifact),
    ])
    t.same(results.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
    t.equal((await engine.list()).length, 1)
  })

  await t.test(
    'it is told when an instance is made and about to run, and not when it cannot be',
    async (t) => {
      const { engine } = await setUp(t)
      const told: string[] = []
      const missing = { ...artifact, directory: '/nonexistent', digest: 'f'.repeat(64) }
      const never = { artifact: missing, doorDirectory: '/nonexistent', onCreated: () => told.push('never') }
      await t.rejects(engine.start({ id: 'agent-1', ...never }))
      await startAgent(t, engine, 'agent-2', artifact, { onCreated: () => told.push('created') })
      t.same(told, ['created'])
    },
  )

  await t.test('an id that cannot be part of a name is refused', async (t) => {
    const { engine } = await setUp(t)
    const { directory } = await makeDoor(t)
    await t.rejects(engine.start({ id: '../up', artifact, doorDirectory: directory }), {
      code: 'start-failed',
    })
  })

  await t.test('an artifact that is not there is told of as such', async (t) => {
    const { engine } = await setUp(t)
    const { directory } = await makeDoor(t)
    const missing = { ...artifact, directory: '/nonexistent', digest: 'f'.repeat(64) }
    const started = engine.start({ id: 'agent-1', artifact: missing, doorDirectory: directory })
    await t.rejects(started, { code: 'image-missing', message: /prepare|build/ })
    t.same(await engine.list(), [])
  })

  await t.test('what a crashed node left is listed, stopped or replaced by the next one', async (t) => {
    const { engine: crashed, node } = await setUp(t)
    const [first] = await Promise.all(['a', 'b', 'c'].map((id) => startAgent(t, crashed, id, artifact)))
    const exits = ['a', 'b', 'c'].map((id) => nextEvent(crashed, 'exit', id))

    const next = await connect(node)
    t.teardown(() => next.close())
    t.same((await next.list()).map(({ id, state }) => `${id} ${state}`).sort(), [
      'a running',
      'b running',
      'c running',
    ])
    await next.stop('a')
    const replacement = await startAgent(t, next, 'b', artifact)
    await next.close()
    t.equal((await Promise.all(exits)).length, 3)
    await t.rejects(first?.run('return 1') ?? Promise.resolve())
    await t.rejects(replacement.run('return 1'))
    t.same(await next.list(), [])
  })

  await t.test('close stops every instance and takes no more', async (t) => {
    const { engine } = await setUp(t)
    await Promise.all(['a', 'b'].map((id) => startAgent(t, engine, id, artifact)))
    const exits = ['a', 'b'].map((id) => nextEvent(engine, 'exit', id))
    await engine.close()
    t.same(
      (await Promise.all(exits)).map(({ lastWords }) => lastWords),
      ['asked to stop', 'asked to stop'],
    )
    t.same(await engine.list(), [])
    await t.rejects(startAgent(t, engine, 'c', artifact), { code: 'start-failed' })
    await engine.close()
  })
}

/** What every engine does, second part: what it tells of instances. */
export async function testWatching(t: Test, engineUnderTest: EngineUnderTest): Promise<void> {
  const { killFromOutside, cleanUp } = engineUnderTest
  const { artifact, setUp } = await arrange(t, engineUnderTest)

  await t.test('an instance that exits is told of, with exit code and last words', async (t) => {
    const { engine } = await setUp(t)
    const agent = await startAgent(t, engine, 'agent-1', artifact)
    const exit = nextEvent(engine, 'exit', 'agent-1')
    agent.send('console.log("to stdout"); console.error("first line\\nlast line"); process.exit(7)')
    t.same(await exit, {
      type: 'exit',
      id: 'agent-1',
      exitCode: 7,
      signal: null,
      outOfMemory: false,
      lastWords: 'first line\nlast line',
    })
    t.same(await engine.list(), [])
  })

  await t.test('last words are whole lines and bounded', async (t) => {
    const { engine } = await setUp(t)
    const agent = await startAgent(t, engine, 'agent-1', artifact)
    const exit = nextEvent(engine, 'exit', 'agent-1')
    agent.send(`
      for (let i = 0; i < 5000; i++) require('fs').writeSync(2, 'line ' + i + ' ü\\n')
      process.exit(1)
    `)
    const lines = (await exit).lastWords.split('\n')
    t.equal(lines.at(-1), 'line 4999 ü')
    t.equal(lines[0], `line ${5000 - lines.length} ü`)
    const bytes = Buffer.byteLength(lines.join('\n'))
    t.ok(bytes <= LAST_WORDS_BYTES && bytes > LAST_WORDS_BYTES / 2, `${bytes} bytes`)
  })

  await t.test('no last words are missed, however fast an instance ends', async (t) => {
    const { engine } = await setUp(t)
    const main = 'process.stderr.write("cannot go on\\n"); process.exitCode = 3'
    const failing = await makeArtifact(t, { name: 'failing', main })
    t.teardown(() => cleanUp(failing))
    await engine.prepare(failing)
    const { directory } = await makeDoor(t)
    const ids = ['a', 'b', 'c', 'd']
    const exits = ids.map((id) => nextEvent(engine, 'exit', id))
    await Promise.all(ids.map((id) => engine.start({ id, artifact: failing, doorDirectory: directory })))
    for (const exit of exits) t.match(await exit, { exitCode: 3, lastWords: 'cannot go on' })
  })

  await t.test('what an instance writes is passed on line by line, long lines cut', async (t) => {
    const lines: string[] = []
    const { engine } = await setUp(t, (id, line) => lines.push(`${id}: ${line}`))
    const agent = await startAgent(t, engine, 'agent-1', artifact)
    const exit = nextEvent(engine, 'exit', 'agent-1')
    agent.send(`
      console.error('one\\ntwo')
      console.error('x'.repeat(100000))
      process.stderr.write('end', () => process.exit())
    `)
    await exit
    t.same(lines, ['agent-1: one', 'agent-1: two', `agent-1: ${'x'.repeat(4096)}`, 'agent-1: end'])
  })

  await t.test('an instance killed from outside is told of', async (t) => {
    const { engine, node } = await setUp(t)
    const agent = await startAgent(t, engine, 'agent-1', artifact)
    const exit = nextEvent(engine, 'exit', 'agent-1')
    await killFromOutside(node.nodeName, 'agent-1', agent)
    t.match(await exit, { exitCode: null, signal: 'SIGKILL', outOfMemory: false })
  })

  await t.test('an instance that needs too much memory is told of as out of memory', async (t) => {
    const { engine } = await setUp(t)
    const agent = await startAgent(t, engine, 'agent-1', artifact)
    const exit = nextEvent(engine, 'exit', 'agent-1')
    agent.send('const hoard = []; for (;;) hoard.push({ a: [1, 2, 3] })')
    t.match(await exit, { outOfMemory: true })
  })

  await t.test('many start and stop at the same time', async (t) => {
    const { engine } = await setUp(t)
    const exits: EngineEvent[] = []
    engine.watch((event) => exits.push(event))
    const ids = ['a', 'b', 'c', 'd']
    for (let round = 0; round < 2; round++) {
      const agents = await Promise.all(ids.map((id) => startAgent(t, engine, id, artifact)))
      t.same(await Promise.all(agents.map((agent, i) => agent.run(`return ${i}`))), [0, 1, 2, 3])
      await Promise.all(ids.map((id) => engine.stop(id)))
    }
    t.equal(exits.length, 2 * ids.length)
    t.same(await engine.list(), [])
  })

  await t.test('many instances of several versions of a function run side by side', async (t) => {
    const next = await makeArtifact(t, { files: { version: '2' } })
    t.teardown(() => cleanUp(next))
    const { engine } = await setUp(t)
    await engine.prepare(next)
    const versions = { a: artifact, b: next, c: artifact, d: next }
    const agents = await Promise.all(
      Object.entries(versions).map(([id, version]) => startAgent(t, engine, id, version)),
    )
    const look = 'return require("fs").existsSync("version")'
    t.same(await Promise.all(agents.map((agent) => agent.run(look))), [false, true, false, true])
    t.same(
      Object.fromEntries((await engine.list()).map(({ id, digest }) => [id, digest])),
      Object.fromEntries(Object.entries(versions).map(([id, { digest }]) => [id, digest])),
    )
    await Promise.all(['a', 'c'].map((id) => engine.stop(id)))
    t.same((await engine.list()).map(({ id }) => id).sort(), ['b', 'd'])
    t.equal(await agents[1]?.run(look), true)
  })

  await t.test('stats are of the instance', async (t) => {
    const { engine } = await setUp(t)
    const agent = await startAgent(t, engine, 'agent-1', artifact)
    const before = await engine.stats('agent-1')
    // CPU time, not time: others may need the machine, too.
    await agent.run(`
      globalThis.held = Buffer.alloc(40 * 2 ** 20, 1)
      const before = process.cpuUsage()
      while (process.cpuUsage(before).user < 300_000);
    `)
    const after = await engine.stats('agent-1')
    t.ok(before.memory > 5 * 2 ** 20 && before.memory < 100 * 2 ** 20, `${before.memory} bytes`)
    t.ok(after.memory - before.memory > 35 * 2 ** 20, `${after.memory} bytes`)
    t.ok(after.cpu - before.cpu >= 200 && after.cpu < 20_000, `${after.cpu} ms`)
    await t.rejects(engine.stats('nobody'), { code: 'no-such-instance' })
  })

  await t.test('a listener that was taken away hears no more', async (t) => {
    const { engine } = await setUp(t)
    const heard: EngineEvent[] = []
    const unwatch = engine.watch((event) => heard.push(event))
    await startAgent(t, engine, 'agent-1', artifact)
    unwatch()
    await engine.stop('agent-1')
    t.same(heard, [])
  })

  await t.test("another node's instances are left alone", async (t) => {
    const { engine } = await setUp(t)
    const { engine: other } = await setUp(t)
    const agent = await startAgent(t, engine, 'agent-1', artifact)
    await startAgent(t, other, 'agent-1', artifact)
    t.equal((await other.list()).length, 1)
    await other.close()
    t.equal(await agent.run('return 1'), 1)
  })
}

function allowedCpus(status: string): string | undefined {
  return /^Cpus_allowed_list:\s*(\S+)$/m.exec(status)?.[1]
}

/** A node of its own for each test, and an artifact that all of them start. */
async function arrange(t: Test, { connect, cleanUp }: EngineUnderTest) {
  const artifact = await makeArtifact(t)
  t.teardown(() => cleanUp(artifact))
  const stateDirectory = await temporaryFolder(t)
  const setUp = async (t: Test, onLog?: (id: string, line: string) => void) => {
    const node = { nodeName: uniqueNode(), stateDirectory, ...(onLog && { onLog }) }
    const engine = await connect(node)
    t.teardown(() => engine.close())
    await engine.prepare(artifact)
    return { engine, node }
  }
  return { artifact, setUp }
}
