import t, { type Test } from 'tap'
import { connect, type Face, listen, memoryFaces, type SocketOptions } from '../../src/face/index.ts'
import { facesComply } from './compliance.ts'
import { socketPath } from './fixture.ts'

async function socketPair(t: Test, uri: string, options: SocketOptions = {}): Promise<[Face, Face]> {
  let onAccept: (face: Face) => void = () => {}
  const accepted = new Promise<Face>((resolve) => {
    onAccept = resolve
  })
  const listener = await listen(uri, (face) => onAccept(face), options)
  const dialled = await connect(listener.address, options)
  const pair: [Face, Face] = [dialled, await accepted]
  t.teardown(async () => {
    for (const face of pair) face.close()
    await listener.close()
  })
  return pair
}

t.test('Unix', async (t) => facesComply(t, (t, options) => socketPair(t, `unix://${socketPath(t)}`, options)))

t.test('TCP', async (t) => facesComply(t, (t, options) => socketPair(t, 'tcp://127.0.0.1:0', options)))

t.test('memory', async (t) => facesComply(t, async (_, options) => memoryFaces(options?.maxQueue)))

t.test('a face says where it leads and whether that is on this host', async (t) => {
  const path = socketPath(t)
  for (const face of await socketPair(t, path)) {
    t.same([face.local, face.remote, face.isLocal], [`unix://${path}`, `unix://${path}`, true])
  }
  const [dialled, accepted] = await socketPair(t, 'tcp://127.0.0.1:0')
  t.match(dialled.remote, /^tcp4:\/\/127\.0\.0\.1:\d+$/)
  t.equal(dialled.remote, accepted.local)
  t.equal(dialled.local, accepted.remote)
  t.same([dialled.isLocal, accepted.isLocal], [true, true])
  t.same([dialled.persistency, accepted.persistency], ['persistent', 'on-demand'])
  for (const face of [dialled, accepted, ...memoryFaces()]) {
    t.same([face.linkType, face.mtu], ['point-to-point', Number.POSITIVE_INFINITY])
  }
  const [memory] = memoryFaces()
  t.same([memory.local, memory.remote, memory.isLocal], ['internal://', 'internal://', true])
})
