import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import type { Test } from 'tap'
import { temporaryFolder } from './fixture.ts'

const ENGINE = process.env.DOCKER_HOST?.replace(/^unix:\/\//, '') || '/var/run/docker.sock'

/** A Docker Engine that a test can stop: a relay to the real one. */
export interface DockerRelay {
  readonly socketPath: string
  cut(): Promise<void>
  restore(): Promise<void>
}

export async function makeDockerRelay(t: Test): Promise<DockerRelay> {
  const socketPath = join(await temporaryFolder(t), 'docker.sock')
  const sockets = new Set<Socket>()
  let server: Server | undefined

  const cut = async () => {
    if (server === undefined) return
    const closed = once(server, 'close')
    server.close()
    server = undefined
    for (const socket of sockets) socket.destroy()
    await closed
    await rm(socketPath, { force: true })
  }
  const restore = async () => {
    server = createServer({ allowHalfOpen: true }, (near) => {
      const far = connect({ path: ENGINE, allowHalfOpen: true })
      for (const [from, to] of [[near, far] as const, [far, near] as const]) {
        sockets.add(from)
        from.on('error', () => to.destroy())
        from.on('close', () => {
          sockets.delete(from)
          to.destroy()
        })
        from.pipe(to)
      }
    })
    server.listen(socketPath)
    await once(server, 'listening')
  }
  t.teardown(cut)
  await restore()
  return { socketPath, cut, restore }
}
