import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import type { Transport } from './transports.ts'

/** Listens with a bare server; returns the FaceUri. */
export async function listenForStreams(
  transport: Exclude<Transport, 'udp'>,
  folder: string,
  name: string,
  onSocket: (socket: Socket) => void,
): Promise<string> {
  const server = createServer({ noDelay: true }, onSocket)
  if (transport === 'unix') {
    const path = join(folder, `${name}.sock`)
    server.listen(path)
    await once(server, 'listening')
    return `unix://${path}`
  }
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `tcp4://127.0.0.1:${(server.address() as AddressInfo).port}`
}
