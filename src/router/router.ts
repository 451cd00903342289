import type { Logger } from 'pino'
import type { Manifest } from '../function/index.ts'
import { NackReason } from '../packet/index.ts'
import { createVerifier } from '../trust/index.ts'
import { ChainGuard } from './chain-guard.ts'
import { ClientRoutes } from './client-routes.ts'
import type { NodeConfig } from './config.ts'
import { DataPlane } from './data-plane.ts'
import type { Identities } from './identities.ts'
import { Management, type ManagementOptions, RIB_PREFIX, STATUS_PREFIX } from './management.ts'
import type { Supervision } from './supervision.ts'

export interface RouterOptions {
  readonly config: NodeConfig
  readonly supervision: Supervision
  readonly log: Logger
  readonly identities: Identities
  readonly datasets: ManagementOptions['datasets']
}

/** A node without its functions: the data plane, and management at it. */
export class Router {
  readonly plane: DataPlane
  readonly clientRoutes: ClientRoutes
  readonly #guard: ChainGuard
  readonly #manifests = new Map<string, Manifest>()

  constructor({ config, supervision, log, identities, datasets }: RouterOptions) {
    this.#guard = new ChainGuard(this.#manifests, () => identities.node.signer)
    this.plane = new DataPlane({
      config,
      supervision,
      log,
      guard: (name) => this.#guard.check(name),
      onInterest: (interest, pitToken, face) => {
        management.onInterest(endpoint, interest, pitToken, face).catch((error) => {
          log.error(error)
          endpoint.nack(interest, NackReason.None, pitToken)
        })
      },
      onFaceClosed: (face) => this.clientRoutes.forget(face),
    })
    const { endpoint, links, forwarder, internalFace } = this.plane
    this.clientRoutes = new ClientRoutes(forwarder.fib)
    const { anchor, certificates } = identities
    const management = new Management({
      signer: () => identities.node.signer,
      certificates,
      verifier: createVerifier({
        anchor,
        fetchCertificate: (name) => endpoint.express(name, { canBePrefix: true }),
        now: Date.now,
      }),
      operator: anchor.identity,
      datasets,
      isTrustedLink: (face) => links.isUnix(face),
      hasFace: (face) => links.faces().has(face),
      routes: this.clientRoutes,
      log: (message) => log.debug(message),
    })
    for (const prefix of [STATUS_PREFIX, RIB_PREFIX, identities.node.name])
      forwarder.fib.add(prefix, internalFace, 0)
  }

  /** Chains with this function are looked at from now on. */
  addFunction(manifest: Manifest): void {
    this.#manifests.set(manifest.name, manifest)
    this.#guard.reset()
  }
}
