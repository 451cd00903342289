import { once } from 'node:events'
import { Agent, createServer, get, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** How long an idle connection is kept, in milliseconds: longer than the others' turns in a run. */
const KEEP_ALIVE_MS = 600_000

const agent = new Agent({ keepAlive: true, noDelay: true })

/** The whole answer to a GET over a connection that is kept. @throws Error on any other status than 200 */
export function fetchOverHttp(port: number, path: string): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const request = get({ host: '127.0.0.1', port, path, agent }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        if (response.statusCode === 200) resolve(Buffer.concat(chunks))
        else reject(new Error(`${path}: status ${response.statusCode}`))
      })
    })
    request.on('error', reject)
  })
}

/** Serves bytes at a port of the loopback interface that the system chooses. */
export async function serveOverHttp(
  give: (path: string) => Uint8Array | Promise<Uint8Array>,
): Promise<number> {
  const answer = async ({ url = '/' }: IncomingMessage, response: ServerResponse): Promise<void> => {
    try {
      const body = await give(url)
      response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': body.length })
      response.end(body)
    } catch (error) {
      response.writeHead(502).end(String(error))
    }
  }
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS, noDelay: true }, (request, response) => {
    void answer(request, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}
