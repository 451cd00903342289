import { type Data, type Interest, type Name, SignatureType, TT } from '../packet/index.ts'
import { type CommandRules, VerificationError, type Verifier, verifySignature } from '../trust/index.ts'

/** Who may give commands of a module over a face that anyone may have; those that are not here, `rib`, any but instances may. */
const PRIVILEGED: ReadonlySet<string> = new Set(['faces', 'fib', 'cs', 'strategy-choice', 'node'])

/** Those who run the network, and none who only offer something in it. */
const OPERATORS: CommandRules = { allow: ['operator', 'node'] }

export interface AuthorizerOptions {
  readonly verifier: Verifier
  /** Under whose name all keys are that count here. */
  readonly operator: Name
  /** Whether the peer of a face is known by other means than a key: one on a Unix socket of the node. */
  readonly isTrustedLink: (face: number) => boolean
  /**
   * Leads a name to a face, too, until what it returns is called.
   */
  readonly leadTo: (name: Name, face: number) => () => void
}

/** Says whose commands are carried out. See "Who may command" in the README of this folder. */
export class Authorizer {
  readonly #options: AuthorizerOptions

  constructor(options: AuthorizerOptions) {
    this.#options = options
  }

  /** @throws VerificationError where a command of a module is not to be carried out */
  async authorizeCommand(module: string, interest: Interest, face: number | undefined): Promise<void> {
    if (this.#isTrusted(face)) {
      checkWellFormed(interest)
      return
    }
    const rules = PRIVILEGED.has(module) ? OPERATORS : {}
    await this.#withCertificate(interest, face, () => this.#options.verifier.verifyCommand(interest, rules))
  }

  /** @throws VerificationError where a prefix announcement, which is well-formed, is not to be believed */
  async authorizeAnnouncement(announcement: Data, face: number): Promise<void> {
    if (this.#isTrusted(face)) return
    await this.#withCertificate(announcement, face, () => this.#options.verifier.verify(announcement))
  }

  #isTrusted(face: number | undefined): boolean {
    return face !== undefined && this.#options.isTrustedLink(face)
  }

  /**
   * A producer's first command comes before any route leads to its certificate, which it serves itself: so that name, and
   * no other, is asked of the face that the command came from, while the command is looked at.
   */
  async #withCertificate(
    { signatureInfo }: Pick<Interest | Data, 'signatureInfo'>,
    face: number | undefined,
    verify: () => Promise<unknown>,
  ): Promise<void> {
    const { operator, leadTo } = this.#options
    const name = signatureInfo?.keyLocator
    const isKey = name?.components.some(({ text }) => text === 'KEY') === true && operator.isPrefixOf(name)
    const withdraw = isKey && face !== undefined ? leadTo(name, face) : () => {}
    try {
      await verify()
    } finally {
      withdraw()
    }
  }
}

/**
 * Whether it is a signed Interest (NDN Packet Format 0.3 §5.4) that came as it was sent. Whose key it was is not asked.
 * @throws VerificationError
 */
function checkWellFormed(interest: Interest): void {
  const { signatureInfo, signatureValue, name } = interest
  if (signatureInfo === undefined || signatureValue === undefined)
    throw new VerificationError('not-signed', 'it is not a signed Interest')
  const isLast = name.at(-1)?.type === TT.ParametersSha256DigestComponent
  if (!isLast || !interest.parametersDigestAgrees)
    throw new VerificationError(
      'bad-parameters-digest',
      'the digest at the end of its name is not that of its parameters',
    )
  if (signatureInfo.type === SignatureType.DigestSha256 && !verifySignature(interest))
    throw new VerificationError('bad-signature', 'its SHA-256 digest is not that of its bytes')
}
