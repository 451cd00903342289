import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import t, { type Test } from 'tap'
import { READ_BUFFER_BYTES, StreamSocket } from '../../src/face/stream-socket.ts'
import { bufferBytes, socketPath, turn } from './fixture.ts'

interface Ends {
  readonly dialled: StreamSocket
  /** As the server gave it. */
  readonly accepted: Socket
}

async function ends(t: Test): Promise<Ends> {
  const path = socketPath(t)
  const server = createServer({ pauseOnConnect: true })
  server.listen(path)
  await once(server, 'listening')
  const dialled = StreamSocket.dial({ path })
  const [accepted] = (await once(server, 'connection')) as [Socket]
  t.teardown(() => {
    dialled.socket.destroy()
    server.close()
  })
  return { dialled, accepted }
}

/** Collects what is read. */
function reader(stream: StreamSocket): { readonly buffers: Set<Uint8Array>; readonly octets: () => Buffer } {
  const buffers = new Set<Uint8Array>()
  const chunks: Buffer[] = []
  // The other end may go while there is something that it has not read.
  stream.socket.on('error', () => {})
  stream.start((buffer, end) => {
    buffers.add(buffer)
    chunks.push(Buffer.from(buffer.subarray(0, end)))
  })
  return { buffers, octets: () => Buffer.concat(chunks) }
}

t.test('all sockets, dialled and accepted, are read into one memory', async (t) => {
  const { dialled, accepted } = await ends(t)
  const adopted = StreamSocket.adopt(accepted)
  const [here, there] = [reader(dialled), reader(adopted)]
  const sent = Buffer.alloc(3 * READ_BUFFER_BYTES, 'abcdefgh')
  dialled.socket.end(sent)
  adopted.socket.end('an answer')
  await Promise.all([once(dialled.socket, 'close'), once(adopted.socket, 'close')])
  t.equal(here.octets().toString(), 'an answer')
  t.ok(there.octets().equals(sent))
  const all = new Set([...here.buffers, ...there.buffers])
  t.equal(all.size, 1)
  t.equal([...all][0]?.length, READ_BUFFER_BYTES)
})

t.test('a read makes no memory', async (t) => {
  const { dialled, accepted } = await ends(t)
  const adopted = StreamSocket.adopt(accepted)
  let received = 0
  adopted.start((_, end) => {
    received += end
  })
  const before = await bufferBytes()
  let most = 0
  for (let i = 1; i <= 200; i++) {
    dialled.socket.write('x')
    while (received < i) await turn()
    most = Math.max(most, process.memoryUsage().arrayBuffers)
  }
  t.ok(most - before < 200 * 1024, `${most - before} octets for 200 reads`)
})

t.test('nothing is read before start', async (t) => {
  const { dialled, accepted } = await ends(t)
  const adopted = StreamSocket.adopt(accepted)
  dialled.socket.write('early')
  adopted.socket.write('early')
  for (let i = 0; i < 10; i++) await turn()
  t.same([dialled.socket.bytesRead, adopted.socket.bytesRead], [0, 0])
  const there = reader(adopted)
  while (there.octets().length < 5) await turn()
  t.equal(there.octets().toString(), 'early')
})

t.test('a server no longer counts a connection that was taken over', async (t) => {
  const { accepted } = await ends(t)
  const closed = once(accepted, 'close')
  const adopted = StreamSocket.adopt(accepted)
  await closed
  t.equal(adopted.socket.destroyed, false)
  adopted.socket.destroy()
})

t.test('a connection that has ended before it is taken over is closed', async (t) => {
  const { accepted } = await ends(t)
  accepted.destroy()
  await once(accepted, 'close')
  const adopted = StreamSocket.adopt(accepted)
  t.equal(adopted.socket.closed, true)
})

t.test('a socket whose handle is made otherwise is read as Node.js reads it', async (t) => {
  const { dialled, accepted } = await ends(t)
  const handle = (accepted as unknown as { _handle: object })._handle
  Object.defineProperty(handle, 'useUserBuffer', { value: undefined })
  const adopted = StreamSocket.adopt(accepted)
  t.equal(adopted.socket, accepted)
  dialled.socket.write('early')
  for (let i = 0; i < 10; i++) await turn()
  const there = reader(adopted)
  dialled.socket.end(' and late')
  await once(adopted.socket, 'close')
  t.equal(there.octets().toString(), 'early and late')
})
