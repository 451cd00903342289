import { existsSync } from 'node:fs'
import t from 'tap'
import { EngineError, type InstanceSpec } from '../../src/engine/index.ts'
import { FakeInstance, makeSlot, nextInstance, QUICK, startReady } from './slot-fixture.ts'

t.test('it is ready when its instance has connected', async (t) => {
  const under = await makeSlot(t)
  t.equal(under.slot.status().state, 'starting')
  const instance = await startReady(under)
  t.match(under.slot.status(), { state: 'ready', instance: 'work-1', restarts: 0, cause: undefined })
  const answer = under.ask('work/a')
  await instance.wasAsked(1)
  t.equal(instance.asked[0]?.interest.form, 'dispatched')
  instance.answer(0, 'done')
  t.equal(await answer, 'done')
})

t.test('it is not quiet when it has just answered, however long that took', async (t) => {
  const under = await makeSlot(t)
  const { gate } = under.slot
  const instance = await startReady(under)
  const answer = under.ask('work/a')
  await instance.wasAsked(1)
  const [before, quiet] = [gate.askedAt, 200]
  while (performance.now() - before < quiet) await new Promise((resolve) => setTimeout(resolve, 10))
  t.notOk(gate.isQuiet(quiet), 'something is pending')
  instance.answer(0, 'done')
  await answer
  t.equal(gate.askedAt, before)
  t.notOk(gate.isQuiet(quiet))
  while (!gate.isQuiet(quiet)) await new Promise((resolve) => setTimeout(resolve, 10))
})

t.test('what is asked before the instance has connected waits for it', async (t) => {
  const under = await makeSlot(t)
  const started = under.slot.start()
  const answer = under.ask('work/early')
  const instance = await nextInstance(under)
  await started
  await instance.wasAsked(1)
  instance.answer(0, 'done')
  t.equal(await answer, 'done')
})

t.test('an instance that does not connect in time is ended, and nobody waits for the next', async (t) => {
  const under = await makeSlot(t, { supervision: { ...QUICK, readyTimeout: 20 } })
  const early = under.ask('work/early')
  await under.slot.start()
  t.match(under.slot.status(), { state: 'failed', cause: 'was not ready within 20 ms', restarts: 1 })
  t.equal(await early, 'instance-lost: no instance runs: was not ready within 20 ms')
  t.same(under.engine.calls.slice(0, 2), ['start work-1', 'stop work-1 0'])
  await nextInstance(under, 1)
  t.equal(under.slot.status().state, 'ready', 'but it is started')
})

t.test('an image that is missing is made again', async (t) => {
  const under = await makeSlot(t, { supervision: QUICK })
  let isThere = false
  under.engine.onStart = async (spec) => {
    if (isThere) under.specs.push(spec)
    else {
      isThere = true
      throw new EngineError('image-missing', 'no image')
    }
  }
  await startReady(under)
  t.same(under.engine.calls, ['start work-1', 'prepare', 'start work-1'])
  t.match(under.slot.status(), { state: 'ready', restarts: 0 })
})

t.test('nobody else can come in at the door', async (t) => {
  const under = await makeSlot(t, {
    supervision: { ...QUICK, firstBackOff: 1_000_000, maxBackOff: 1_000_000 },
  })
  await startReady(under)
  const [spec] = under.specs as [InstanceSpec]
  t.equal(await (await FakeInstance.connect(spec)).closed, 'closed-by-peer', 'beside the instance')
  under.engine.exit('work-1')
  const second = await nextInstance(under, 1)
  under.engine.exit('work-2')
  t.equal(await second.closed, 'closed-by-peer')
  t.equal(await (await FakeInstance.connect(spec)).closed, 'closed-by-peer', 'between two instances')
  t.equal(under.slot.status().state, 'restarting')
})

t.test(
  'the id of an instance has room in that of a container, however long its function is called',
  async (t) => {
    const one = await makeSlot(t, { name: 'a'.repeat(64) })
    const other = await makeSlot(t, { name: `${'a'.repeat(63)}b` })
    await Promise.all([startReady(one), startReady(other)])
    const ids = [one.slot.status().instance, other.slot.status().instance]
    t.match(ids, [/^[a-z0-9-]{1,64}$/, /^[a-z0-9-]{1,64}$/])
    t.not(ids[0], ids[1])
  },
)

t.test('stop', async (t) => {
  await t.test('lets the instance finish, and removes the door', async (t) => {
    const under = await makeSlot(t)
    const first = await startReady(under)
    const [spec] = under.specs as [InstanceSpec]
    await under.slot.stop()
    t.same(under.engine.calls, ['start work-1', 'stop work-1'])
    t.equal(await first.closed, 'closed-by-peer')
    t.notOk(existsSync(spec.doorDirectory))
    t.equal(under.slot.status().state, 'stopped')
  })

  await t.test('in the middle of a start leaves no instance', async (t) => {
    const under = await makeSlot(t)
    let proceed = (): void => {}
    under.engine.onStart = (spec) => {
      under.specs.push(spec)
      return new Promise((resolve) => {
        proceed = resolve
      })
    }
    under.engine.onStop = async () => {}
    const started = under.slot.start()
    while (under.specs.length === 0) await new Promise(setImmediate)
    let isStopped = false
    const stopped = under.slot.stop().then(() => {
      isStopped = true
    })
    await started
    await new Promise((resolve) => setTimeout(resolve, 50))
    t.notOk(isStopped, 'it waits for what is on its way')
    proceed()
    await stopped
    t.equal(under.engine.calls.at(-1), 'stop work-1 0')
    t.notOk(existsSync((under.specs[0] as InstanceSpec).doorDirectory))
  })

  await t.test('before the door is open starts nothing and leaves nothing', async (t) => {
    const under = await makeSlot(t)
    const started = under.slot.start()
    await under.slot.stop()
    await started
    t.same(under.engine.calls, [])
    t.equal(under.slot.status().state, 'stopped')
  })

  await t.test('between two instances starts no other', async (t) => {
    const under = await makeSlot(t, { supervision: { ...QUICK, firstBackOff: 1 } })
    await startReady(under)
    under.engine.exit('work-1')
    await under.slot.stop()
    await new Promise((resolve) => setTimeout(resolve, 20))
    t.same(under.engine.calls, ['start work-1'])
    under.engine.emit({ type: 'found' })
    under.engine.exit('work-1')
    t.equal(under.slot.status().state, 'stopped')
  })

  await t.test('removes the door even where the engine fails', async (t) => {
    const under = await makeSlot(t)
    await startReady(under)
    under.engine.onStop = async () => {
      throw new EngineError('engine-unreachable', 'it did not stop')
    }
    await t.rejects(under.slot.stop(), { code: 'engine-unreachable' })
    t.notOk(existsSync((under.specs[0] as InstanceSpec).doorDirectory))
    under.engine.onStop = async () => {}
  })
})

t.test('a door that cannot be opened is told of, to those who ask, too', async (t) => {
  const under = await makeSlot(t, { door: 'd'.repeat(120) })
  await under.slot.start()
  t.match(under.slot.status(), {
    state: 'failed',
    cause: /the socket path .* has \d+ octets.*choose a shorter one/,
  })
  t.match(await under.ask('work/a'), /^instance-lost: no instance runs: the socket path/)
  under.engine.emit({ type: 'found' })
  t.same(under.engine.calls, [])
})
