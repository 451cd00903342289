import type { Artifact } from '../engine/index.ts'
import { Certificate, type Identity, Keychain, writeInstanceIdentity } from '../trust/index.ts'
import { Certificates } from './certificates.ts'

/** Who a node is, and who its instances are. */
export class Identities {
  /** What the node serves. */
  readonly certificates = new Certificates()
  readonly #keychain: Keychain
  readonly #nodeName: string
  #node: Identity

  private constructor(keychain: Keychain, nodeName: string, node: Identity) {
    this.#keychain = keychain
    this.#nodeName = nodeName
    this.#node = node
    this.certificates.add(node.certificate)
  }

  /**
   * @param home folder of the node's state
   * @throws TrustError
   */
  static async open(home: string, nodeName: string): Promise<Identities> {
    const keychain = await Keychain.open(home)
    return new Identities(keychain, nodeName, await keychain.nodeIdentity(nodeName))
  }

  get anchor(): Certificate {
    return this.#keychain.anchor
  }

  /** The node's own. */
  get node(): Identity {
    return this.#node
  }

  /** Renews the node's certificate if that is near its end. @throws TrustError */
  async renewNode(): Promise<void> {
    const renewed = await this.#keychain.nodeIdentity(this.#nodeName)
    if (renewed.certificate.name.equals(this.#node.certificate.name)) return
    this.#node = renewed
    this.certificates.add(renewed.certificate)
  }

  /** Writes a new identity for an instance to a file. @throws TrustError */
  async writeForInstance(path: string, { manifest, digest }: Artifact): Promise<void> {
    const { name: functionName } = manifest
    const keys = this.#keychain.issueInstance({ node: this.#node, functionName, digest })
    this.certificates.add(Certificate.decode(Buffer.from(keys.certificate, 'base64')))
    // Readable by the instance's user, whoever that is; the folder above keeps everyone else out.
    await writeInstanceIdentity(path, keys, { mode: 0o444 })
  }
}
