import t from 'tap'
import { connect, type Face, FaceError, listen } from '../../src/face/index.ts'
import { blockedListener } from './blocked-listener.ts'
import { frame, Owner, socketPath, turn } from './fixture.ts'

t.test('where nothing listens the face is unreachable, with the reason', async (t) => {
  const path = socketPath(t)
  await t.rejects(connect(path), {
    name: 'FaceError',
    code: 'unreachable',
    message: `nothing answers at unix://${path} (ENOENT)`,
  })
  const listener = await listen('tcp://127.0.0.1:0', () => {})
  await listener.close()
  await t.rejects(connect(listener.address), { code: 'unreachable', message: /\(ECONNREFUSED\)$/ })
  await t.rejects(connect('tcp://host.invalid:1'), {
    code: 'unreachable',
    message: /^nothing answers at tcp4:\/\/host\.invalid:1 /,
  })
})

t.test('where nobody answers in time the face is unreachable', async (t) => {
  const port = await blockedListener(t, 0)
  // The system takes a few connections before it stops answering.
  const faces = []
  const start = performance.now()
  for (;;) {
    const result = await connect(`tcp://127.0.0.1:${port}`, { timeout: 100 }).catch((error) => error)
    if (result instanceof FaceError) {
      t.equal(result.code, 'unreachable')
      t.equal(result.message, `nothing answers at tcp4://127.0.0.1:${port} (timeout)`)
      t.ok(performance.now() - start < 3000, 'in the time that was given, not in the 5 s by default')
      break
    }
    faces.push(result)
    if (faces.length > 20) t.fail('the system takes any number of connections')
    if (faces.length > 20) break
  }
  for (const face of faces) face.close()
})

for (const scheme of ['unix', 'tcp']) {
  t.test(
    `a permanent face over ${scheme} is there before its peer, and again when that comes back`,
    async (t) => {
      const uri = scheme === 'unix' ? `unix://${socketPath(t)}` : await freePort()
      const face = await connect(uri, {
        persistency: 'permanent',
        reconnect: { firstWait: 1, longestWait: 10 },
      })
      t.match(face, {
        remote: uri,
        isLocal: true,
        persistency: 'permanent',
        isUp: false,
        linkType: 'point-to-point',
      })
      t.equal(face.send(frame(0)), false)
      t.match(face.counters, { downDrops: 1, packetsOut: 0 })

      const states: boolean[] = []
      let onState = (): void => {}
      const owner = new Owner(face, (isUp) => {
        states.push(isUp)
        onState()
      })
      const reached = async (count: number): Promise<void> => {
        while (states.length < count) {
          await new Promise<void>((resolve) => {
            onState = resolve
          })
        }
      }
      for (let round = 0; round < 3; round++) {
        const accepted: Face[] = []
        const listener = await listen(uri, (face) => accepted.push(face))
        await reached(2 * round + 1)
        t.equal(face.isUp, true)
        while (accepted.length === 0) await turn()
        const peer = new Owner(accepted[0] as Face)
        t.equal(face.send(frame(round)), true)
        await peer.received(1)
        peer.face.send(frame(round))
        await owner.received(round + 1)
        await listener.close()
        peer.face.close()
        await reached(2 * round + 2)
        t.equal(face.isUp, false)
      }
      t.same(states, [true, false, true, false, true, false])
      t.match(face.counters, { packetsOut: 3, packetsIn: 3, downDrops: 1 })
      t.same(owner.numbers, [0, 1, 2])
      t.equal(owner.closeCount, 0)
      face.close()
      t.equal((await owner.closed).reason, 'closed-here')
    },
  )
}

t.test('also a permanent face needs an address', async (t) => {
  await t.rejects(connect('tcp://', { persistency: 'permanent' }), { code: 'bad-address' })
})

/** An address at which nobody listens any more. */
async function freePort(): Promise<string> {
  const listener = await listen('tcp://127.0.0.1:0', () => {})
  await listener.close()
  return listener.address
}
