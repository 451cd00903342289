import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createConnection, type Socket } from 'node:net'
import t from 'tap'
import { connect } from '../../src/face/index.ts'
import { frame, Owner, socketPath } from './fixture.ts'

t.test('a listener lives on when its process has no file descriptor left for a peer', async (t) => {
  const path = socketPath(t)
  const script = `
    const { listen } = await import(${JSON.stringify(new URL('../../src/face/index.js', import.meta.url).href)})
    await listen(${JSON.stringify(path)}, (face) => face.start({ onPacket: (...frame) => face.send(...frame), onClose: () => {} }))
    console.log('ready')
  `
  const child = spawn(
    'sh',
    ['-c', 'ulimit -n 64 && exec "$0" --input-type=module -e "$1"', process.execPath, script],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  t.teardown(() => child.kill('SIGKILL'))
  await once(child.stdout, 'data')

  // More than it can take; it hangs up on the rest.
  const crowd: Socket[] = []
  const hungUp = new Promise<void>((resolve) => {
    for (let i = 0; i < 100; i++) {
      const socket = createConnection(path)
      socket.on('error', () => {})
      socket.once('close', () => resolve())
      crowd.push(socket)
    }
  })
  await Promise.race([hungUp, once(child, 'exit')])
  t.equal(child.exitCode, null, 'it did not die of it')
  await Promise.all(
    crowd.map(async (socket) => {
      if (socket.closed) return
      socket.destroy()
      await once(socket, 'close')
    }),
  )
  const owner = new Owner(await connect(path))
  owner.face.send(frame(1))
  await owner.received(1)
  owner.face.close()
})
