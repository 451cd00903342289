import type { Signer } from '../packet/index.ts'
import { digestSigner, Keychain } from '../trust/index.ts'

/**
 * What signs commands to a node: through its Unix socket no key is asked for; elsewhere it must be the operator's.
 * @param address FaceUri of the node, or the path of its socket
 * @param home folder with the operator's keys
 * @throws TrustError
 */
export async function commandSigner(address: string, home: string): Promise<Signer> {
  if (!/^[a-z0-9]+:/.test(address) || address.startsWith('unix:')) return digestSigner
  return (await (await Keychain.open(home)).operatorIdentity()).signer
}
