import t from 'tap'
import { connect, FaceError, listen } from '../../src/face/index.ts'
import { blockedListener } from './blocked-listener.ts'
import { socketPath } from './fixture.ts'

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
