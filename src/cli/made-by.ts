import { join } from 'node:path'
import type { Endpoint } from '../endpoint/index.ts'
import type { Data } from '../packet/index.ts'
import {
  type Certificate,
  createVerifier,
  readCertificateFile,
  TrustError,
  type Verified,
  type Verifier,
} from '../trust/index.ts'
import { CliError, ExitCode } from './exit-code.ts'

/** How long a certificate may take to come, in milliseconds. */
const CERTIFICATE_LIFETIME_MS = 4000

/** Who made the Data of an answer, as far as the trust anchor vouches for them. */
export class Makers {
  readonly anchor: Certificate
  readonly #byIdentity = new Map<string, Verified>()
  readonly #verifier: Verifier

  constructor(anchor: Certificate, endpoint: Endpoint, signal?: AbortSignal) {
    this.anchor = anchor
    this.#verifier = createVerifier({
      anchor,
      fetchCertificate: (name) =>
        endpoint.express(name, { canBePrefix: true, lifetime: CERTIFICATE_LIFETIME_MS, signal }),
      now: Date.now,
    })
  }

  /** @throws VerificationError */
  async verify(data: Data): Promise<Verified> {
    return this.#verifier.verify(data)
  }

  /** Verifies a Data and remembers who made it. @throws VerificationError */
  async accept(data: Data): Promise<void> {
    const verified = await this.#verifier.verify(data)
    this.#byIdentity.set(verified.identity.toString(), verified)
  }

  get all(): readonly Verified[] {
    return [...this.#byIdentity.values()]
  }
}

/** Where the trust anchor of a home is kept. */
export function anchorFile(home: string): string {
  return join(home, 'trust', 'anchor', 'certificate.ndncert')
}

/** @throws CliError where there is none, or one that cannot be trusted */
export async function readAnchor(path: string): Promise<Certificate> {
  try {
    return await readCertificateFile(path)
  } catch (error) {
    if (!(error instanceof TrustError)) throw error
    if (error.code !== 'unavailable-file')
      throw new CliError(ExitCode.VerificationFailed, `no trust anchor: ${error.message}`, error)
    throw new CliError(
      ExitCode.Usage,
      `no trust anchor: ${error.message}. Copy trust/anchor/certificate.ndncert from the home of the node, and name it with --anchor FILE`,
      error,
    )
  }
}

/** One who made an answer, in JSON. */
export function describeMaker({ identity, chain, ...party }: Verified): object {
  return { ...party, identity: identity.toString(), chain: chain.map((name) => name.toString()) }
}

/** One who made an answer, in words. */
export function formatMaker(maker: Verified): string {
  switch (maker.kind) {
    case 'instance':
      return `function '${maker.function}' (${maker.digest.slice(0, 12)}) on node '${maker.node}'`
    case 'node':
      return `node '${maker.node}'`
    case 'producer':
      return `producer '${maker.producer}'`
  }
}

/** Node, function and digest out of the name of an instance's identity; undefined for any other name. */
export function partyOfInstance(
  identity: string,
): { node: string; function: string; digest: string } | undefined {
  const match = /\/node\/([^/]+)\/function\/([^/]+)\/([0-9a-f]+)$/.exec(identity)
  if (match === null) return undefined
  const [, node = '', name = '', digest = ''] = match
  return { node, function: name, digest }
}
