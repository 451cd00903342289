import { once } from 'node:events'
import type { Test } from 'tap'
import { WebSocket } from 'ws'
import { type Face, type ListenOptions, listen } from '../../src/face/index.ts'

/** A listener, and what waits for the next peer's face. */
export async function listening(t: Test, options?: ListenOptions) {
  const accepted: Face[] = []
  let given = 0
  let onFace = (): void => {}
  const listener = await listen(
    'ws://127.0.0.1:0',
    (face) => {
      accepted.push(face)
      onFace()
    },
    options,
  )
  t.teardown(async () => {
    await listener.close()
    for (const face of accepted) face.close()
  })
  const next = async (): Promise<Face> => {
    while (accepted.length === given)
      await new Promise<void>((resolve) => {
        onFace = resolve
      })
    return accepted[given++] as Face
  }
  return { listener, next }
}

/** A peer that speaks WebSocket and nothing of NDN. */
export async function bareSocket(t: Test, uri: string, options = {}): Promise<WebSocket> {
  const socket = new WebSocket(uri, options)
  t.teardown(() => socket.terminate())
  await once(socket, 'open')
  return socket
}
