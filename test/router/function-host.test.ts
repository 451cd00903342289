import t, { type Test } from 'tap'
import type { FunctionStatus } from '../../src/control/index.ts'
import { EngineError } from '../../src/engine/index.ts'
import { Forwarder } from '../../src/forwarder/index.ts'
import { ConfiguredFunctions } from '../../src/router/configured-functions.ts'
import { FunctionHost } from '../../src/router/function-host.ts'
import { loadConfig, type NodeProgress } from '../../src/router/index.ts'
import { DEFAULT_SUPERVISION } from '../../src/router/supervision.ts'
import { digestSigner } from '../../src/trust/index.ts'
import { functionFile, Log, makeHome, writeFunction } from './fixture.ts'
import { FakeEngine, FakeInstance } from './slot-fixture.ts'

interface HostUnderTest {
  readonly host: FunctionHost
  readonly engine: FakeEngine
  readonly log: Log
  readonly offered: string[]
  readonly progress: NodeProgress[]
  start(): Promise<void>
  status(): Promise<FunctionStatus[]>
}

async function makeHost(t: Test, functions: string[], maxRoutes = 16): Promise<HostUnderTest> {
  const home = await makeHome(t)
  const config = await loadConfig(undefined, { home, functions })
  const log = new Log()
  const engine = new FakeEngine()
  const offered: string[] = []
  const progress: NodeProgress[] = []
  const forwarder = new Forwarder({ clock: () => performance.now(), maxRoutes })
  const host = new FunctionHost({
    config,
    engine,
    forwarder,
    supervision: { ...DEFAULT_SUPERVISION, firstBackOff: 0, maxBackOff: 1_000_000 },
    signer: () => digestSigner,
    writeIdentity: async () => {},
    probe: async () => {},
    onActivity: () => {},
    onFunction: ({ name }) => offered.push(name),
    onNoFunction: () => {},
    onSlot: () => {},
    onSlotState: () => {},
    onSlotGone: () => {},
    log: log.logger,
  })
  const configured = new ConfiguredFunctions({
    ...{ host, config, engine, log: log.logger },
    addRoute: (prefix, { faceId }) => forwarder.fib.add(prefix, faceId, 0),
    removeRoute: (prefix, { faceId }) => forwarder.fib.remove(prefix, faceId),
    reasonAgainst: () => undefined,
  })
  engine.onStart = async (spec) => void (await FakeInstance.connect(spec))
  engine.watch((event) => host.onEngineEvent(event))
  t.teardown(() => host.stop())
  return {
    ...{ host, engine, log, offered, progress },
    start: () => configured.start((event) => progress.push(event)),
    status: async () => [...(await host.status()), ...configured.unusable],
  }
}

t.test('an image that cannot be made ends the matter for its function', async (t) => {
  const { status, engine, offered, start } = await makeHost(t, [functionFile('upper')])
  engine.onPrepare = () => Promise.reject(new EngineError('build-failed', 'no image of upper can be made'))
  await start()
  t.match(await status(), [
    { name: 'upper', state: 'failed', cause: 'no image of upper can be made', digest: /^[0-9a-f]{64}$/ },
  ])
  t.same(offered, [])
  t.same(engine.calls, ['prepare'])
})

t.test('an engine that is away when its image is to be made may come back', async (t) => {
  const { status, engine, offered, start } = await makeHost(t, [functionFile('upper')])
  const away = new EngineError('engine-unreachable', 'no engine answers')
  const { onStart } = engine
  engine.onPrepare = () => Promise.reject(away)
  engine.onStart = () => Promise.reject(away)
  await start()
  t.match(await status(), [{ name: 'upper', state: 'failed', cause: 'no engine answers' }])
  t.same(offered, ['upper'])
  let isMade = false
  engine.onPrepare = async () => {
    isMade = true
  }
  engine.onStart = async (spec) => {
    if (!isMade) throw new EngineError('image-missing', 'no image')
    await onStart(spec)
  }
  engine.emit({ type: 'found' })
  while ((await status())[0]?.state !== 'ready') await new Promise(setImmediate)
  t.ok(isMade)
})

t.test('of two functions of one name that are built at the same time one is taken', async (t) => {
  const source = `import { defineFunction } from 'ndn-sfc'
    export default defineFunction({ name: 'upper', input: '*/*', output: 'text/plain', apply: () => 'x' })`
  const { host, status, engine, offered, start } = await makeHost(t, [
    functionFile('upper'),
    await writeFunction(t, 'upper.ts', source),
  ])
  // Both are there before either goes on.
  let waiting = 0
  let proceed = (): void => {}
  const both = new Promise<void>((resolve) => {
    proceed = resolve
  })
  engine.onPrepare = () => {
    if (++waiting === 2) proceed()
    return both
  }
  await start()
  t.same(offered, ['upper'])
  const states = (await status()).map(({ state }) => state)
  t.same(states.sort(), ['failed', 'ready'])
  t.equal(host.slots.length, 1)
})

t.test('a function that no Interest can find is told of', async (t) => {
  const { status, log, start } = await makeHost(t, [functionFile('upper'), functionFile('wrap')], 1)
  await start()
  t.match(
    (await status()).map(({ state }) => state),
    ['ready', 'ready'],
  )
  t.equal(log.lines.filter((line) => /the FIB is full: raise limits\.routes/.test(line)).length, 1)
})

t.test('an engine that is slow to measure holds nobody up', async (t) => {
  const { status, engine, start } = await makeHost(t, [functionFile('upper')])
  await start()
  engine.onStats = () => new Promise(() => {})
  t.match(await status(), [{ name: 'upper', state: 'ready', memory: undefined }])
  engine.onStats = async () => ({ memory: 1000, cpu: 20 })
  t.match(await status(), [{ memory: 1000, cpu: 20 }])
})

t.test('progress is told from the first step to the last', async (t) => {
  const { engine, progress, start } = await makeHost(t, [functionFile('upper')])
  engine.onPrepare = async () => {}
  await start()
  t.match(progress.at(-1), { function: 'upper', state: 'ready', step: 'ready' })
  t.ok(progress.some(({ step, state }) => step === 'starting' && state === undefined))
  t.same(
    progress.map(({ ms }) => ms),
    progress.map(({ ms }) => ms).toSorted((a, b) => a - b),
  )
})

t.test('after stop nothing is started any more', async (t) => {
  const { host, status, engine, offered, start } = await makeHost(t, [functionFile('upper')])
  let proceed = (): void => {}
  engine.onPrepare = () =>
    new Promise((resolve) => {
      proceed = resolve
    })
  const started = start()
  while (engine.calls.length === 0) await new Promise(setImmediate)
  await host.stop()
  proceed()
  await started
  t.same(engine.calls, ['prepare'])
  t.same(offered, [])
  t.same(await status(), [])
})
