import t, { type Test } from 'tap'
import { ProcessEngine } from '../../src/engine/process.ts'
import { type EngineUnderTest, testStartAndStop, testWatching } from './compliance.ts'
import { makeArtifact, startAgent, temporaryFolder, uniqueNode } from './fixture.ts'

const processUnderTest: EngineUnderTest = {
  connect: async (options) => new ProcessEngine(options),
  killFromOutside: async (_nodeName, _id, agent) => {
    process.kill(await agent.run<number>('return process.pid'), 'SIGKILL')
  },
  cleanUp: async () => {},
}

t.test('the process engine starts and stops instances', (t) => testStartAndStop(t, processUnderTest))

t.test('the process engine tells of instances', (t) => testWatching(t, processUnderTest))

async function engineWithWarnings(t: Test) {
  const warnings: string[] = []
  const engine = new ProcessEngine({
    nodeName: uniqueNode(),
    stateDirectory: await temporaryFolder(t),
    onWarning: (message) => warnings.push(message),
  })
  t.teardown(() => engine.close())
  return { engine, warnings }
}

t.test('an instance on a CPU of its own leads its process group, as any', async (t) => {
  const { engine, warnings } = await engineWithWarnings(t)
  const agent = await startAgent(t, engine, 'agent-1', await makeArtifact(t), { cpus: [0] })
  const [pid, stat] = await agent.run<[number, string]>(
    'return [process.pid, require("fs").readFileSync("/proc/self/stat", "utf8")]',
  )
  const [, , group, session] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  t.same([group, session], [String(pid), String(pid)])
  t.same(warnings, [])
})

t.test('where there is no taskset, instances run on any CPU, and it is said once', async (t) => {
  const { engine, warnings } = await engineWithWarnings(t)
  const path = process.env.PATH
  process.env.PATH = '/nonexistent'
  t.teardown(() => {
    process.env.PATH = path
  })
  const artifact = await makeArtifact(t)
  for (const id of ['a', 'b']) {
    const agent = await startAgent(t, engine, id, artifact, { cpus: [0] })
    t.equal(await agent.run('return 1'), 1)
  }
  t.match(warnings, [/on any CPU.*no program taskset.*install util-linux/])
  t.equal(warnings.length, 1)
})

t.test('that it holds no instance to a share of a CPU is said once', async (t) => {
  const { engine, warnings } = await engineWithWarnings(t)
  const artifact = await makeArtifact(t)
  await startAgent(t, engine, 'whole', artifact, { cpuShare: 1 })
  t.same(warnings, [])
  for (const id of ['a', 'b']) await startAgent(t, engine, id, artifact, { cpuShare: 0.3 })
  t.match(warnings, [/share of a CPU: --engine docker/])
  t.equal(warnings.length, 1)
})
