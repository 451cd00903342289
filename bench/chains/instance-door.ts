import { chmod, mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Endpoint, fetchObject, newVersion, SegmentedObject } from '../../src/endpoint/index.ts'
import { IDENTITY_FILE, SOCKET_FILE } from '../../src/engine/index.ts'
import { type Face, type Listener, listen } from '../../src/face/index.ts'
import { flatName, parseChain } from '../../src/packet/index.ts'
import { type Identity, Keychain, writeInstanceIdentity } from '../../src/trust/index.ts'
import { CONTENT, checkResult, PREFIX } from './content.ts'

/** The door of one instance with the bench behind it in a router's place: it hands over work and gives the input. */
export class InstanceDoor {
  readonly folder: string
  readonly #functionName: string
  readonly #identity: Identity
  readonly #listener: Listener
  readonly #face: Promise<Face>
  #endpoint: Endpoint | undefined
  #next = 0

  private constructor(
    folder: string,
    functionName: string,
    identity: Identity,
    listener: Listener,
    face: Promise<Face>,
  ) {
    this.folder = folder
    this.#functionName = functionName
    this.#identity = identity
    this.#listener = listener
    this.#face = face
  }

  /** @param folder is made; its parent holds the keys */
  static async open(folder: string, functionName: string, digest: string): Promise<InstanceDoor> {
    await mkdir(folder, { recursive: true })
    await chmod(folder, 0o711)
    const socket = join(folder, SOCKET_FILE)
    let onFace: (face: Face) => void = () => {}
    const face = new Promise<Face>((resolve) => {
      onFace = resolve
    })
    const listener = await listen(`unix://${socket}`, (first) => onFace(first))
    // As the node does it: an instance in a container runs as another user.
    await chmod(socket, 0o666)
    const keychain = await Keychain.open(join(folder, '..'))
    const identity = await keychain.nodeIdentity('bench')
    const keys = keychain.issueInstance({ node: identity, functionName, digest })
    await writeInstanceIdentity(join(folder, IDENTITY_FILE), keys, { mode: 0o444 })
    return new InstanceDoor(folder, functionName, identity, listener, face)
  }

  get socket(): string {
    return join(this.folder, SOCKET_FILE)
  }

  get identityFile(): string {
    return join(this.folder, IDENTITY_FILE)
  }

  /** Waits for the instance; what is returned asks it for a piece of work of its own each time. */
  async connected(): Promise<() => Promise<void>> {
    const { signer } = this.#identity
    const endpoint = new Endpoint(await this.#face, {
      form: 'dispatched',
      onInterest: ({ name }, pitToken) => {
        const object = new SegmentedObject({ name, version: newVersion(), content: CONTENT, signer })
        endpoint.answer(object.segment(0) as Uint8Array, pitToken)
      },
    })
    this.#endpoint = endpoint
    return async () => {
      const uri = `${this.#functionName}${PREFIX}/${this.#next++}`
      const { content } = await fetchObject(endpoint, flatName(parseChain(uri)))
      checkResult(content)
    }
  }

  async close(): Promise<void> {
    this.#endpoint?.close()
    await this.#listener.close()
    await rm(this.folder, { recursive: true, force: true })
  }
}
