import t, { type Test } from 'tap'
import { newCounters } from '../../src/face/face.ts'
import { watchIdle } from '../../src/face/idle-watch.ts'
import { connect, type Face, listen } from '../../src/face/index.ts'
import { frame, Owner, socketPath } from './fixture.ts'
import { ManualClock } from './manual-clock.ts'

t.test('a face over which nothing came or went since the last look is idle, and told of once', async (t) => {
  const clock = new ManualClock()
  const counters = newCounters()
  let idle = 0
  watchIdle(counters, 100, clock, () => idle++)
  for (const count of ['packetsIn', 'packetsOut'] as const) {
    clock.advance(99)
    counters[count]++
    clock.advance(1)
    t.equal(idle, 0)
  }
  clock.advance(99)
  t.equal(idle, 0)
  clock.advance(1)
  t.equal(idle, 1)
  counters.packetsIn++
  clock.advance(1000)
  t.equal(idle, 1)
  t.equal(clock.pending, 0)
})

t.test('a watch that was ended does not look again', async (t) => {
  const clock = new ManualClock()
  const end = watchIdle(newCounters(), 100, clock, () => t.fail('not idle'))
  clock.advance(50)
  end()
  t.equal(clock.pending, 0)
  clock.advance(1000)
})

/** A listener with an idle time-out, and a peer of it. */
async function pair(t: Test, uri: string, clock: ManualClock, idleTimeout?: number) {
  let onFace: (face: Face) => void = () => {}
  const accepted = new Promise<Face>((resolve) => {
    onFace = resolve
  })
  const listener = await listen(uri, (face) => onFace(face), { idleTimeout, clock })
  const peer = new Owner(await connect(listener.address))
  const owner = new Owner(await accepted)
  t.teardown(async () => {
    owner.face.close()
    peer.face.close()
    await listener.close()
  })
  return { peer, owner }
}

for (const kind of ['Unix', 'TCP']) {
  t.test(`an on-demand face over ${kind} that is idle is closed, with the reason`, async (t) => {
    const clock = new ManualClock()
    const uri = kind === 'Unix' ? socketPath(t) : 'tcp://127.0.0.1:0'
    const { peer, owner } = await pair(t, uri, clock, 1000)
    t.equal(owner.face.persistency, 'on-demand')
    peer.face.send(frame(1))
    await owner.received(1)
    clock.advance(1000)
    owner.face.send(frame(2))
    await peer.received(1)
    clock.advance(1000)
    t.equal(owner.closeCount, 0)
    clock.advance(1000)
    t.equal((await owner.closed).reason, 'idle')
    t.equal((await peer.closed).reason, 'closed-by-peer')
    t.equal(clock.pending, 0, 'and leaves no timer behind')
  })
}

t.test('a face that closes takes its watch with it', async (t) => {
  const clock = new ManualClock()
  const { peer, owner } = await pair(t, socketPath(t), clock, 1000)
  t.equal(clock.pending, 1)
  peer.face.close()
  t.equal((await owner.closed).reason, 'closed-by-peer')
  t.equal(clock.pending, 0)
})

t.test('by default a face may be idle for ever', async (t) => {
  const clock = new ManualClock()
  const { owner } = await pair(t, socketPath(t), clock)
  clock.advance(1e9)
  owner.face.send(frame(1))
  t.equal(owner.closeCount, 0)
  t.equal(clock.pending, 0)
})
