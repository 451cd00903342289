import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Test } from 'tap'

/** @returns whether it has dealt with the request; otherwise the registry does */
export type Intercept = (request: IncomingMessage, response: ServerResponse) => boolean | undefined

/** Somebody between a client and a registry, who passes everything on but what the test intercepts. */
export class Interposer {
  /** Requests that came, as `METHOD path`. */
  readonly seen: string[] = []
  intercept: Intercept = () => false
  /** Changes the bytes of an answer. */
  change: (path: string, bytes: Buffer) => Buffer = (_, bytes) => bytes
  url = ''

  /** @param registry - undefined where the test answers everything itself */
  static async start(t: Test, registry?: string): Promise<Interposer> {
    const interposer = new Interposer()
    const server = createServer((incoming, response) => {
      incoming.on('error', () => {})
      response.on('error', () => {})
      interposer.seen.push(`${incoming.method} ${incoming.url}`)
      if (interposer.intercept(incoming, response)) return
      if (registry === undefined) response.writeHead(404).end()
      else interposer.#pass(new URL(incoming.url ?? '', registry), incoming, response)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    interposer.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    t.teardown(() => {
      server.closeAllConnections()
      server.close()
    })
    return interposer
  }

  #pass(url: URL, incoming: IncomingMessage, response: ServerResponse): void {
    const { method } = incoming
    const outgoing = request(url, { method, headers: incoming.headers, agent: false }, async (answer) => {
      const { location, ...headers } = answer.headers
      const moved = location === undefined ? {} : { location: location.replace(/^http:\/\/[^/]*/, this.url) }
      response.writeHead(answer.statusCode ?? 0, { ...headers, ...moved })
      const chunks: Buffer[] = []
      for await (const chunk of answer) chunks.push(chunk)
      response.end(method === 'HEAD' ? undefined : this.change(url.pathname, Buffer.concat(chunks)))
    })
    // The registry died: so does the connection.
    outgoing.on('error', () => response.destroy())
    incoming.pipe(outgoing)
  }
}
