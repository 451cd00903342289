import { ContentType, type Data, formatName, type Interest, type Name, TT } from '../packet/index.ts'
import {
  CertificateChain,
  type CertificateChainOptions,
  chainNames,
  type TrustedKey,
} from './certificate-chain.ts'
import { type Commander, type CommandRules, CommandVerifier } from './command.ts'
import { VerificationError } from './errors.ts'
import { formatParty, type Party } from './naming.ts'
import { keyLocatorOf, verifySignature } from './verify-signature.ts'

export interface VerifierOptions extends CertificateChainOptions {
  /** How far a command's SignatureTime may be from now, in milliseconds; `COMMAND_WINDOW_MS` by default. */
  readonly commandWindow?: number | undefined
  /** Most commands that are remembered against replay; `MAX_REMEMBERED_COMMANDS` by default. */
  readonly maxRememberedCommands?: number | undefined
}

/** Who made a Data, as far as the trust anchor vouches for it. */
export type Verified = Exclude<Party, { kind: 'operator' }> & {
  /** Name of the signer. */
  readonly identity: Name
  /** Names of the certificates from the signer's to the anchor's. */
  readonly chain: readonly Name[]
}

export interface Verifier {
  /**
   * Tells who made a Data. Results of function F (names that begin with FunctionComponent F) must be signed by an
   * instance of F or, errors only (ContentType Nack), by a node; all else by a producer or a node.
   * @throws VerificationError
   */
  verify(data: Data): Promise<Verified>
  /**
   * Tells who sent a command: a signed Interest (NDN Packet Format 0.3 §5.4), not carried out before.
   * @throws VerificationError
   */
  verifyCommand(interest: Interest, rules?: CommandRules): Promise<Commander>
}

/** Makes what tells, by a trust anchor, who made a packet. Bounded in memory; see the options. */
export function createVerifier(options: VerifierOptions): Verifier {
  const chain = new CertificateChain(options)
  const commands = new CommandVerifier(chain, options)
  return {
    verify: (data) => verifyData(chain, data),
    verifyCommand: (interest, rules) => commands.verify(interest, rules),
  }
}

async function verifyData(chain: CertificateChain, data: Data): Promise<Verified> {
  try {
    const key = await chain.find(keyLocatorOf(data.signatureInfo))
    const verified = checkRule(data, key)
    if (!verifySignature(data, key.certificate.publicKey)) {
      throw new VerificationError(
        'bad-signature',
        `it was not signed with the key of ${key.certificate.name}, or was changed since`,
      )
    }
    return verified
  } catch (error) {
    if (!(error instanceof VerificationError)) throw error
    throw new VerificationError(error.code, `cannot trust ${formatName(data.name)}: ${error.message}`, {
      cause: error,
    })
  }
}

function checkRule(data: Data, key: TrustedKey): Verified {
  const { party, certificate } = key
  const who = { identity: certificate.identity, chain: chainNames(key) }
  const first = data.name.at(0)
  const functionName = first?.type === TT.FunctionComponent ? first.text : undefined
  const isAllowed =
    functionName === undefined
      ? party.kind === 'producer' || party.kind === 'node'
      : party.kind === 'instance'
        ? party.function === functionName
        : party.kind === 'node' && data.contentType === ContentType.Nack
  if (isAllowed && party.kind !== 'operator') return { ...party, ...who }
  const rule =
    functionName === undefined
      ? `a producer or a node must sign it`
      : `an instance of function '${functionName}' must sign it`
  throw new VerificationError(
    'not-allowed',
    `${rule}, and it was signed by ${formatParty(party)} (${certificate.name})`,
  )
}
