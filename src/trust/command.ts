import { formatName, type Interest, type Name, SignatureType, TT } from '../packet/index.ts'
import { type CertificateChain, chainNames, type TrustedKey } from './certificate-chain.ts'
import { VerificationError } from './errors.ts'
import { formatParty, type Party } from './naming.ts'
import { ReplayGuard } from './replay-guard.ts'
import { keyLocatorOf, verifySignature } from './verify-signature.ts'

/** How far a command's SignatureTime may be from now, in milliseconds. */
export const COMMAND_WINDOW_MS = 60_000

export interface CommandRules {
  /**
   * Who may give this command; the operator, nodes and producers by default. Instances run other people's code and
   * may give none unless named here.
   */
  readonly allow?: readonly Party['kind'][] | undefined
  /**
   * Whether a DigestSha256 will do: only where the sender is known by other means, as on a Unix socket that the
   * file system guards. Such a command is not guarded against replay. False by default.
   */
  readonly allowDigest?: boolean | undefined
}

/** Who sent a command; `local` is someone known by other means than a key. */
export type Commander =
  | { readonly kind: 'local' }
  | (Party & { readonly identity: Name; readonly chain: readonly Name[] })

export interface CommandVerifierOptions {
  readonly now: () => number
  readonly commandWindow?: number | undefined
  readonly maxRememberedCommands?: number | undefined
}

const DEFAULT_ALLOW: readonly Party['kind'][] = ['operator', 'node', 'producer']

/** Verifies signed Interests (NDN Packet Format 0.3 §5.4). */
export class CommandVerifier {
  readonly #chain: CertificateChain
  readonly #now: () => number
  readonly #window: number
  readonly #guard: ReplayGuard

  constructor(chain: CertificateChain, options: CommandVerifierOptions) {
    const { now, commandWindow = COMMAND_WINDOW_MS, maxRememberedCommands } = options
    this.#chain = chain
    this.#now = now
    this.#window = commandWindow
    this.#guard = new ReplayGuard(commandWindow, now(), maxRememberedCommands)
  }

  /** @throws VerificationError */
  async verify(interest: Interest, rules: CommandRules = {}): Promise<Commander> {
    try {
      const { signatureInfo } = checkForm(interest)
      if (signatureInfo.type === SignatureType.DigestSha256 && rules.allowDigest === true) {
        if (verifySignature(interest)) return { kind: 'local' }
        throw new VerificationError('bad-signature', `its SHA-256 digest is not that of its bytes`)
      }
      const keyLocator = keyLocatorOf(signatureInfo)
      const time = this.#checkTime(signatureInfo.time)
      const key = await this.#chain.find(keyLocator)
      checkAllowed(key, rules.allow ?? DEFAULT_ALLOW)
      const { identity, keyName, name, publicKey } = key.certificate
      if (!verifySignature(interest, publicKey)) {
        throw new VerificationError(
          'bad-signature',
          `it was not signed with the key of ${name}, or was changed since`,
        )
      }
      if (!this.#guard.admit(keyName.key, signatureInfo.nonce, time, this.#now())) {
        throw new VerificationError(
          'replayed',
          `this very command, or a later one, was seen before, or it was signed before this node began: sign it anew`,
        )
      }
      return { ...key.party, identity, chain: chainNames(key) }
    } catch (error) {
      if (!(error instanceof VerificationError)) throw error
      const message = `cannot trust command ${formatName(interest.name)}: ${error.message}`
      throw new VerificationError(error.code, message, { cause: error })
    }
  }

  #checkTime(time: number | undefined): number {
    if (time === undefined) {
      throw new VerificationError(
        'bad-time',
        `it has no SignatureTime, so it could be sent again at any time`,
      )
    }
    const difference = time - this.#now()
    if (Math.abs(difference) <= this.#window) return time
    const seconds = Math.round(Math.abs(difference) / 1000)
    throw new VerificationError(
      'bad-time',
      `it was signed ${seconds} s ${difference < 0 ? 'ago' : 'from now'}, and ${this.#window / 1000} s are allowed: check the clocks of both machines`,
    )
  }
}

/** A signed Interest of format 0.3, whose name ends with the digest of its parameters and signature. */
function checkForm(interest: Interest): { signatureInfo: NonNullable<Interest['signatureInfo']> } {
  const { signatureInfo, signatureValue, applicationParameters, name } = interest
  if (signatureInfo === undefined || signatureValue === undefined || applicationParameters === undefined) {
    throw new VerificationError('not-signed', `it is not a signed Interest`)
  }
  // Last, so that the signature, which covers the name but for the digest, covers all of its meaning.
  const isLast = name.at(-1)?.type === TT.ParametersSha256DigestComponent
  if (isLast && interest.parametersDigestAgrees) return { signatureInfo }
  throw new VerificationError(
    'bad-parameters-digest',
    `the digest at the end of its name is not that of its parameters`,
  )
}

function checkAllowed({ party, certificate }: TrustedKey, allow: readonly Party['kind'][]): void {
  if (allow.includes(party.kind)) return
  throw new VerificationError(
    'not-allowed',
    `${formatParty(party)} (${certificate.name}) may not give this command, only: ${allow.join(', ')}`,
  )
}
