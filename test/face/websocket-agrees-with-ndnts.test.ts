import { once } from 'node:events'
import { WsTransport } from '@ndn/ws-transport'
import t, { type Test } from 'tap'
import { type WebSocket, WebSocketServer } from 'ws'
import { connect } from '../../src/face/index.ts'
import { frame, Owner } from './fixture.ts'
import { listening } from './websocket-fixture.ts'

t.test('NDNts connects to us, and we to a server that hands its sockets to NDNts', async (t) => {
  const { listener, next } = await listening(t)
  const toUs = await WsTransport.connect(listener.address)
  await exchange(t, toUs, new Owner(await next()))

  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  t.teardown(() => server.close())
  await once(server, 'listening')
  const connection = once(server, 'connection')
  const { port } = server.address() as { port: number }
  const face = await connect(`ws://127.0.0.1:${port}`)
  const [socket] = (await connection) as [WebSocket]
  await exchange(t, await WsTransport.connect(socket), new Owner(face))
})

/** Sends a packet each way. */
async function exchange(t: Test, peer: WsTransport, owner: Owner): Promise<void> {
  let release = (): void => {}
  const untilReleased = new Promise<void>((resolve) => {
    release = resolve
  })
  const sending = peer.tx(
    (async function* () {
      yield frame(1, 8000)
      await untilReleased
    })(),
  )
  await owner.received(1)
  t.same(owner.packets, [frame(1, 8000)])
  owner.face.send(frame(2, 8000))
  for await (const { tlv } of peer.rx) {
    t.same(Buffer.from(tlv), Buffer.from(frame(2, 8000)))
    break
  }
  release()
  await sending
  t.equal((await owner.closed).reason, 'closed-by-peer')
}
