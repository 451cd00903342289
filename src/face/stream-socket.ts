import { createConnection, type NetConnectOpts, Socket } from 'node:net'

/** Octets that one read takes at most: what the system holds of a Unix socket, so one read empties it. */
export const READ_BUFFER_BYTES = 256 * 1024

/**
 * What all sockets are read into, one after the other: libuv asks for the memory, reads and calls back without a break.
 * On Windows a read is under way all the time, so there each socket has memory of its own.
 */
const sharedBuffer = process.platform === 'win32' ? undefined : Buffer.allocUnsafeSlow(READ_BUFFER_BYTES)

/** Is given the octets that came, from 0 up to `end`; they are good only until it returns. */
export type OnRead = (buffer: Uint8Array, end: number) => void

/** The part of Node.js that has no types: a socket's handle, and that a socket can be made of one. */
interface Handle {
  readonly useUserBuffer?: (buffer: Uint8Array) => void
}

/** A stream socket that is read without memory being made for it. It is paused until it is resumed. */
export class StreamSocket {
  readonly socket: Socket
  #onRead: OnRead = () => {}

  private constructor(makeSocket: (onread: NonNullable<NetConnectOpts['onread']>) => Socket) {
    this.socket = makeSocket({
      buffer: sharedBuffer ?? Buffer.allocUnsafeSlow(READ_BUFFER_BYTES),
      callback: (end, buffer) => {
        this.#onRead(buffer, end)
        return true
      },
    })
    this.socket.pause()
  }

  /** A socket that begins to connect. */
  static dial(options: NetConnectOpts): StreamSocket {
    return new StreamSocket((onread) => createConnection({ ...options, onread }))
  }

  /**
   * Takes over a connection that a server has accepted. The server's own socket is closed without it: a socket gets its
   * memory to read into when it is made, and a server cannot be told of any.
   */
  static adopt(accepted: Socket): StreamSocket {
    const owner = accepted as Socket & { _handle: Handle | null }
    const handle = owner._handle
    if (typeof handle?.useUserBuffer !== 'function') return StreamSocket.#wrap(accepted)
    owner._handle = null
    accepted.destroy()
    return new StreamSocket((onread) => {
      const options: ConstructorParameters<typeof Socket>[0] & { handle: Handle; onread: typeof onread } = {
        handle,
        onread,
      }
      return new Socket(options)
    })
  }

  /** One that is closed already, or of a Node.js whose handles are made otherwise. */
  static #wrap(socket: Socket): StreamSocket {
    const wrapped = new StreamSocket(() => socket)
    socket.on('data', (chunk) => wrapped.#onRead(chunk, chunk.length))
    socket.pause()
    return wrapped
  }

  /** Begins to read. */
  start(onRead: OnRead): void {
    this.#onRead = onRead
    this.socket.resume()
  }
}
