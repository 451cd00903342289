import { writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import t, { type Test } from 'tap'
import { connect, listen } from '../../src/face/index.ts'
import { frame, Owner, socketPath, turn } from './fixture.ts'
import { ManualClock } from './manual-clock.ts'
import { withStates } from './with-states.ts'

interface Sockets {
  readonly clock: ManualClock
  readonly owner: Owner
  /** Why its links broke. */
  readonly losses: string[]
  /** Resolves when it has come up, or gone down. */
  becomes(isUp: boolean): Promise<void>
}

async function permanent(t: Test, uri: string): Promise<Sockets> {
  const clock = new ManualClock()
  const face = await connect(uri, { persistency: 'permanent', clock })
  const losses: string[] = []
  let onState = (): void => {}
  const watched = withStates(face, (isUp, detail) => {
    if (!isUp) losses.push(detail)
    onState()
  })
  t.teardown(() => face.close())
  const becomes = (wanted: boolean): Promise<void> =>
    new Promise((resolve) => {
      onState = () => {
        if (face.isUp === wanted) resolve()
      }
      onState()
    })
  return { clock, owner: new Owner(watched), losses, becomes }
}

/** Advances a clock until somebody connects. */
async function until(reached: Promise<unknown>, clock: ManualClock): Promise<void> {
  let isReached = false
  void reached.then(() => {
    isReached = true
  })
  for (let i = 0; i < 10_000 && !isReached; i++) {
    clock.advance(100)
    await turn()
  }
  await reached
}

for (const kind of ['Unix', 'TCP']) {
  t.test(`over ${kind} it is there before its peer, and outlives it`, async (t) => {
    let uri = kind === 'Unix' ? `unix://${socketPath(t)}` : 'tcp://127.0.0.1:0'
    if (kind === 'TCP') {
      const finder = await listen(uri, () => {})
      uri = finder.address
      await finder.close()
    }
    const { clock, owner, losses, becomes } = await permanent(t, uri)
    t.equal(owner.face.persistency, 'permanent')
    t.equal(owner.face.remote, uri)
    t.equal(owner.face.isLocal, true)
    t.equal(owner.face.isUp, false)
    t.equal(owner.face.send(frame(0)), false)
    for (const life of [1, 2]) {
      const peers: Owner[] = []
      const up = becomes(true)
      const listener = await listen(uri, (face) => peers.push(new Owner(face)))
      await until(up, clock)
      owner.face.send(frame(life))
      // Connected is not yet accepted.
      for (let i = 0; i < 1000 && peers.length === 0; i++) await turn()
      const peer = peers[0] as Owner
      await peer.received(1)
      t.same(peer.numbers, [life])
      peer.face.send(frame(10 + life))
      await owner.received(life)
      const down = becomes(false)
      await listener.close()
      peer.face.close()
      await down
    }
    t.same(losses, ['closed-by-peer', 'closed-by-peer'])
    t.same(owner.numbers, [11, 12])
    t.equal(owner.face.counters.packetsIn, 2)
    t.equal(owner.closeCount, 0)
    owner.face.close()
    t.equal((await owner.closed).reason, 'closed-here')
  })
}

t.test('a peer that sends garbage is left, and tried again', async (t) => {
  const path = socketPath(t)
  let connections = 0
  const server = createServer((socket) => {
    connections++
    socket.on('error', () => {})
    socket.write('GET / HTTP/1.1\r\n\r\n')
  })
  await new Promise<void>((resolve) => server.listen(path, resolve))
  t.teardown(() => server.close())
  const { clock, losses } = await permanent(t, path)
  for (let i = 0; i < 10_000 && losses.length < 3; i++) {
    clock.advance(100)
    await turn()
  }
  t.same(losses.slice(0, 3), Array(3).fill('the peer sent octets that do not begin a packet'))
  t.ok(connections >= 3)
})

t.test('an address that is none is refused at once, permanent or not', async (t) => {
  await t.rejects(connect('tcp://', { persistency: 'permanent' }), { code: 'bad-address' })
})

t.test('where no socket is it goes on trying, and says what is wrong', async (t) => {
  const path = socketPath(t)
  writeFileSync(path, '')
  const clock = new ManualClock()
  const failures: string[] = []
  let onEnough = (): void => {}
  const face = await connect(path, {
    persistency: 'permanent',
    clock,
    reconnect: {
      onFailure: ({ message }) => {
        failures.push(message)
        onEnough()
      },
    },
  })
  const next = (): Promise<void> =>
    new Promise((resolve) => {
      onEnough = resolve
    })
  await next()
  const second = next()
  clock.advance(500)
  await second
  t.same(failures, Array(2).fill(`nothing answers at unix://${path} (ECONNREFUSED)`))
  face.close()
})
