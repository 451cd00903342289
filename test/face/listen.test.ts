import { existsSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import t from 'tap'
import { connect, type Face, FaceError, listen } from '../../src/face/index.ts'
import { blockedListener } from './blocked-listener.ts'
import { frame, Owner, socketPath, turn } from './fixture.ts'
import { ManualClock } from './manual-clock.ts'

t.test('a path at which a live node listens is in use, and that node is left in peace', async (t) => {
  const path = socketPath(t)
  const accepted: Face[] = []
  const first = await listen(path, (face) => accepted.push(face))
  t.teardown(() => first.close())
  await t.rejects(
    listen(path, () => t.fail('no face')),
    { code: 'address-in-use', message: /is in use: another node runs there\. Stop it, or give this one/ },
  )
  const face = await connect(path)
  face.close()
})

t.test('a port at which another program listens is in use', async (t) => {
  const first = await listen('tcp://127.0.0.1:0', () => {})
  t.teardown(() => first.close())
  await t.rejects(
    listen(first.address, () => {}),
    { code: 'address-in-use', message: `${first.address} is in use by another program` },
  )
})

t.test('a socket that a crashed node left behind is replaced', async (t) => {
  const path = socketPath(t)
  const crashed = createServer()
  await new Promise<void>((resolve) => crashed.listen(`${path}.old`, resolve))
  renameSync(`${path}.old`, path)
  await new Promise((resolve) => crashed.close(resolve))
  t.ok(existsSync(path))
  await t.rejects(connect(path), { code: 'unreachable' })

  const accepted: Owner[] = []
  const listener = await listen(path, (face) => accepted.push(new Owner(face)))
  t.teardown(() => listener.close())
  const peer = new Owner(await connect(path))
  peer.face.close()
  await peer.closed
  await accepted[0]?.closed
  t.equal(accepted.length, 1)
})

t.test('the socket of a node that is too busy to answer is left alone', async (t) => {
  const path = socketPath(t)
  await blockedListener(t, path)
  const faces: Face[] = []
  while (faces.length < 20) {
    const face = await connect(path).catch(() => undefined)
    if (face === undefined) break
    faces.push(face)
  }
  t.ok(faces.length < 20, 'its backlog is full')
  await t.rejects(
    listen(path, () => {}),
    { code: 'address-in-use', message: /exists and may be another node's \(EAGAIN\)/ },
  )
  t.ok(existsSync(path))
  for (const face of faces) face.close()
})

t.test('a file that is no socket is not touched', async (t) => {
  const path = socketPath(t)
  writeFileSync(path, 'precious')
  await t.rejects(
    listen(path, () => {}),
    {
      code: 'address-in-use',
      message: `${path} exists and is not a socket: choose another path or remove it`,
    },
  )
  t.equal(readFileSync(path, 'utf8'), 'precious')
  await t.rejects(
    listen(dirname(path), () => {}),
    { code: 'address-in-use' },
  )
  const link = join(dirname(path), 'link')
  symlinkSync(path, link)
  await t.rejects(
    listen(link, () => {}),
    { code: 'address-in-use' },
  )
  t.ok(existsSync(link))
})

t.test('where no socket may be made the address is bad, with the reason', async (t) => {
  for (const path of [`${socketPath(t)}/no/such/folder`, '/proc/ndn-sfc.sock']) {
    const error = await listen(path, () => {}).catch((e) => e)
    t.type(error, FaceError)
    t.equal(error.code, 'bad-address')
    t.match(error.message, new RegExp(`^cannot listen at unix://${path}: .*(EACCES|EPERM|ENOENT)`))
    t.equal(error.cause.syscall, 'listen')
  }
  await t.rejects(
    listen('tcp://192.0.2.1:0', () => {}),
    { code: 'bad-address', message: /EADDRNOTAVAIL/ },
  )
})

t.test('a listener that closes takes no more peers, and those it has go on', async (t) => {
  for (const uri of [socketPath(t), 'tcp://127.0.0.1:0']) {
    let onFace: (face: Face) => void = () => {}
    const accepted = new Promise<Face>((resolve) => {
      onFace = resolve
    })
    const listener = await listen(uri, onFace)
    const [a, b] = [new Owner(await connect(listener.address)), new Owner(await accepted)]
    await listener.close()
    await listener.close()
    t.notOk(existsSync(uri), 'its path is gone')
    await t.rejects(connect(listener.address), { code: 'unreachable' })
    a.face.send(frame(1))
    await b.received(1)
    b.face.send(frame(2))
    await a.received(1)
    a.face.close()
    await b.closed
  }
})

t.test('one peer more than a listener may have is disconnected', async (t) => {
  const accepted: Owner[] = []
  const listener = await listen(socketPath(t), (face) => accepted.push(new Owner(face)), { maxPeers: 2 })
  t.teardown(() => listener.close())
  const peers: Owner[] = []
  for (let i = 0; i < 2; i++) {
    const owner = new Owner(await connect(listener.address))
    owner.face.send(frame(i))
    peers.push(owner)
  }
  const third = new Owner(await connect(listener.address))
  const { reason } = await third.closed
  t.ok(reason === 'closed-by-peer' || reason === 'error', reason)
  t.equal(accepted.length, 2)
  peers[0]?.face.close()
  await accepted[0]?.closed
  const fourth = new Owner(await connect(listener.address))
  peers[1]?.face.close()
  fourth.face.close()
  await accepted[1]?.closed
  t.equal(accepted.length, 3, 'when one goes another may come')
})

t.test(
  'a face over which nothing comes or goes is closed after the idle time-out, and no other',
  async (t) => {
    const clock = new ManualClock()
    const accepted: Owner[] = []
    const onFace = (face: Face): void => void accepted.push(new Owner(face))
    const listener = await listen(socketPath(t), onFace, { idleTimeout: 1000, clock })
    t.teardown(() => listener.close())
    const peers: Owner[] = []
    while (peers.length < 3) {
      peers.push(new Owner(await connect(listener.address)))
      while (accepted.length < peers.length) await turn()
    }
    const [quiet, receiving, sending] = accepted as [Owner, Owner, Owner]
    peers[1]?.face.send(frame(1))
    await receiving.received(1)
    sending.face.send(frame(2))
    clock.advance(999)
    t.equal(quiet.face.send(frame(1)), true, 'so far it is open')
    clock.advance(1)
    clock.advance(999)
    t.equal(receiving.face.send(frame(3)), true)
    clock.advance(1)
    t.same(await quiet.closed, { reason: 'idle', detail: '' })
    t.same(await sending.closed, { reason: 'idle', detail: '' })
    t.equal(receiving.closeCount, 0)
    clock.advance(1000)
    t.equal((await receiving.closed).reason, 'idle')
    await Promise.all(peers.map(({ closed }) => closed))
    t.equal(clock.pending, 0, 'no timer is left')
  },
)
