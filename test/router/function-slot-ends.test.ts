import t from 'tap'
import { EngineError } from '../../src/engine/index.ts'
import { makeSlot, nextInstance, QUICK, startReady } from './slot-fixture.ts'

t.test('work in hand when the instance ends goes to the next one', async (t) => {
  const under = await makeSlot(t, { supervision: QUICK })
  const first = await startReady(under)
  const answers = [under.ask('work/a'), under.ask('work/b')]
  await first.wasAsked(2)
  first.leave()
  under.engine.exit('work-1', { signal: 'SIGKILL' })
  t.match(under.slot.status(), { state: 'restarting', cause: 'ended by SIGKILL', restarts: 1 })
  const second = await nextInstance(under, 1)
  await second.wasAsked(2)
  second.answer(0, 'done')
  second.answer(1, 'done')
  t.same(await Promise.all(answers), ['done', 'done'])
})

t.test('work over which two instances ended is given up; what came later is not', async (t) => {
  const under = await makeSlot(t, { supervision: QUICK })
  const first = await startReady(under)
  const poison = under.ask('work/poison')
  await first.wasAsked(1)
  under.engine.exit('work-1', { exitCode: 3, lastWords: 'oh no\n' })
  const late = under.ask('work/late')
  const second = await nextInstance(under, 1)
  await second.wasAsked(2)
  under.engine.exit('work-2', { exitCode: 3, lastWords: 'oh no again\n' })
  t.equal(await poison, 'instance-lost: 2 instances ended over it: exited with code 3: oh no again')
  const third = await nextInstance(under, 2)
  await third.wasAsked(1)
  t.equal(third.asked.length, 1)
  third.answer(0, 'done')
  t.equal(await late, 'done')
})

t.test('an end that an operator wants does not count against the work', async (t) => {
  const under = await makeSlot(t, { supervision: QUICK })
  let instance = await startReady(under)
  // The connection ends before the engine tells of the end, as it mostly does.
  under.engine.onStop = async (id) => {
    instance.leave()
    while (under.slot.face !== undefined) await new Promise(setImmediate)
    under.engine.exit(id, { signal: 'SIGTERM' })
  }
  const answer = under.ask('work/a')
  await instance.wasAsked(1)
  for (const [before, isKilled] of [false, true, true].entries()) {
    const restarted = under.slot.restart(isKilled)
    instance = await nextInstance(under, before + 1)
    await restarted
    await Promise.race([instance.wasAsked(1), answer])
  }
  instance.answer(0, 'done')
  t.equal(await answer, 'done')
  t.equal(under.slot.status().restarts, 0)
})

t.test('a consumer that asks again is not taken for another end', async (t) => {
  const under = await makeSlot(t, { supervision: QUICK })
  const first = await startReady(under)
  const answers = [under.ask('work/slow')]
  await first.wasAsked(1)
  answers.push(under.ask('work/slow'), under.ask('work/slow'))
  under.engine.exit('work-1', { signal: 'SIGKILL' })
  const second = await nextInstance(under, 1)
  await second.wasAsked(1)
  second.answer(0, 'done')
  t.same(await Promise.all(answers), ['done', 'done', 'done'])
})

t.test('when one instance after the other ends early, all are answered at once with the cause', async (t) => {
  const under = await makeSlot(t, { supervision: { firstBackOff: 0, maxBackOff: 50 } })
  under.engine.onStart = async () => {
    throw new EngineError('start-failed', 'no space for a process')
  }
  const early = under.ask('work/early')
  await under.slot.start()
  t.match(under.slot.status(), { state: 'failed', cause: 'no space for a process', restarts: 3 })
  const reason = 'instance-lost: no instance runs: no space for a process'
  t.equal(await early, reason)
  t.same(await Promise.all([under.ask('work/a'), under.ask('work/b')]), [reason, reason])

  under.engine.onStart = async (spec) => void under.specs.push(spec)
  const instance = await nextInstance(under)
  t.match(under.slot.status(), { state: 'ready', cause: undefined })
  const answer = under.ask('work/later')
  await instance.wasAsked(1)
  instance.answer(0, 'recovered')
  t.equal(await answer, 'recovered')
})

t.test('an instance that served for long and ends is the first of a row again', async (t) => {
  const under = await makeSlot(t, { supervision: { ...QUICK, soundAfter: 0 } })
  await startReady(under)
  for (let n = 1; n <= 6; n++) {
    under.engine.exit(`work-${n}`, { signal: 'SIGKILL' })
    t.equal(under.slot.status().state, 'restarting')
    await nextInstance(under, n)
  }
  t.match(under.slot.status(), { state: 'ready', restarts: 6 })
})

t.test('what an instance wrote last is told with why it was ended', async (t) => {
  const under = await makeSlot(t, { supervision: { readyTimeout: 10 } })
  under.engine.onStop = async (id) =>
    under.engine.exit(id, { signal: 'SIGKILL', lastWords: 'loading a model\n' })
  await under.slot.start()
  t.equal(under.slot.status().cause, 'was not ready within 10 ms: loading a model')
})

t.test('an instance that used too much memory is told of as that', async (t) => {
  const under = await makeSlot(t, { supervision: QUICK })
  await startReady(under)
  under.engine.exit('work-1', { outOfMemory: true, signal: 'SIGKILL' })
  t.equal(under.slot.status().cause, 'killed: it used more memory than its limit allows')
})

t.test('the connection may end before the engine tells of the end, which says why', async (t) => {
  const under = await makeSlot(t, { supervision: QUICK })
  const first = await startReady(under)
  first.leave()
  await under.reached('restarting')
  t.match(under.slot.status(), { cause: 'its connection ended: closed-by-peer', instance: 'work-1' })
  under.engine.exit('work-1', { exitCode: 7 })
  t.match(under.slot.status(), { cause: 'exited with code 7', restarts: 1 })
  await nextInstance(under, 1)
  t.notOk(
    under.engine.calls.some((call) => call.startsWith('stop')),
    'nobody had to end it',
  )
})

t.test('an instance whose connection ended and that runs on is ended', async (t) => {
  const under = await makeSlot(t, { supervision: { ...QUICK, disconnectGrace: 5 } })
  const first = await startReady(under)
  first.leave()
  await nextInstance(under, 1)
  t.ok(under.engine.calls.includes('stop work-1 0'))
})

t.test('an engine that cannot end an instance, or tells nothing of its end, is not waited for', async (t) => {
  for (const onStop of [
    async () => {},
    async () => {
      throw new EngineError('engine-unreachable', 'no answer')
    },
  ]) {
    const under = await makeSlot(t, { supervision: { ...QUICK, disconnectGrace: 1 } })
    under.engine.onStop = onStop
    const first = await startReady(under)
    first.leave()
    await nextInstance(under, 1)
    t.match(under.slot.status(), { state: 'ready', instance: 'work-2' })
    under.engine.onStop = async () => {}
  }
})

t.test('when the engine is lost its instances are, and who asks learns it', async (t) => {
  const under = await makeSlot(t, { supervision: QUICK })
  const first = await startReady(under)
  const gone = new EngineError('engine-unreachable', 'no Docker Engine answers')
  under.engine.onStart = async () => {
    throw gone
  }
  under.engine.emit({ type: 'lost', cause: gone })
  t.equal(await first.closed, 'closed-by-peer')
  await under.reached('failed')
  t.equal(await under.ask('work/a'), 'instance-lost: no instance runs: no Docker Engine answers')
})

t.test('when the engine is found they are started at once, however long the pause was to be', async (t) => {
  const under = await makeSlot(t, { supervision: { firstBackOff: 1_000_000, maxBackOff: 1_000_000 } })
  await startReady(under)
  const { onStart } = under.engine
  const gone = new EngineError('engine-unreachable', 'no Docker Engine answers')
  under.engine.onStart = async () => {
    throw gone
  }
  under.engine.emit({ type: 'lost', cause: gone })
  while (under.slot.status().restarts < 2) await new Promise(setImmediate)
  under.engine.onStart = onStart
  under.engine.emit({ type: 'found' })
  await nextInstance(under, 1)
  t.equal(under.slot.status().state, 'ready')
})
