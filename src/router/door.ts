import { chmod, mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { IDENTITY_FILE, SOCKET_FILE } from '../engine/index.ts'
import { type Face, type Listener, listen } from '../face/index.ts'

/** A folder with a socket at which the node listens for one instance, and that instance's identity. */
export class Door {
  readonly directory: string
  /** The file with the instance's identity. */
  readonly identityFile: string
  #opening: Promise<void> | undefined
  #listener: Listener | undefined

  constructor(directory: string) {
    this.directory = directory
    this.identityFile = join(directory, IDENTITY_FILE)
  }

  get isOpen(): boolean {
    return this.#listener !== undefined
  }

  /** @throws FaceError */
  open(onConnect: (face: Face) => void, maxQueue: number): Promise<void> {
    this.#opening = this.#open(onConnect, maxQueue)
    return this.#opening
  }

  async #open(onConnect: (face: Face) => void, maxQueue: number): Promise<void> {
    await mkdir(this.directory, { recursive: true })
    await chmod(this.directory, 0o711)
    const socket = join(this.directory, SOCKET_FILE)
    this.#listener = await listen(`unix://${socket}`, onConnect, { maxQueue })
    // The instance may run as another user; who can reach the socket is decided by the folder above.
    await chmod(socket, 0o666)
  }

  /** Also one that is about to open. */
  async close(): Promise<void> {
    await this.#opening?.catch(() => {})
    await this.#listener?.close()
    await rm(this.directory, { recursive: true, force: true })
  }
}
