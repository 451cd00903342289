import { encodeFailure, type Failure } from '../endpoint/index.ts'
import {
  formatMediaTypes,
  isOfInstance,
  type Manifest,
  mediaTypeFits,
  ParameterError,
  readParameters,
} from '../function/index.ts'
import { type Chain, chainOf, type Name, type Signer, TT } from '../packet/index.ts'

/** Most verdicts that are remembered. */
export const MAX_VERDICTS = 4096

/** Refuses chains that cannot work, as far as this node knows their functions. */
export class ChainGuard {
  readonly #manifests: ReadonlyMap<string, Manifest>
  readonly #signer: () => Signer
  /** By the functions of a chain, as they stand in the flat name; false where nothing is wrong. */
  readonly #verdicts = new Map<string, Failure | false>()

  constructor(manifests: ReadonlyMap<string, Manifest>, signer: () => Signer) {
    this.#manifests = manifests
    this.#signer = signer
  }

  /** The Data that says what is wrong with a chain; undefined where nothing is. */
  check(name: Name): Uint8Array | undefined {
    // What an instance is asked of itself has no parameters, and is no work.
    if (isOfInstance(name)) return undefined
    const key = functionsKey(name)
    let verdict = this.#verdicts.get(key)
    if (verdict === undefined) {
      verdict = this.#judge(name) ?? false
      if (this.#verdicts.size >= MAX_VERDICTS) this.#verdicts.clear()
      this.#verdicts.set(key, verdict)
    }
    return verdict === false ? undefined : encodeFailure(name, verdict, this.#signer())
  }

  /** Forgets what it thought of chains: the functions have changed. */
  reset(): void {
    this.#verdicts.clear()
  }

  #judge(name: Name): Failure | undefined {
    let chain: Chain
    try {
      chain = chainOf(name)
    } catch (error) {
      const first = name.at(0)?.text ?? ''
      return { code: 'bad-request', function: first, reason: (error as Error).message }
    }
    for (const [index, call] of chain.functions.entries()) {
      const manifest = this.#manifests.get(call.name)
      if (manifest === undefined) continue
      const inner = this.#manifests.get(chain.functions[index + 1]?.name ?? '')
      if (inner !== undefined && !mediaTypeFits(inner.output, manifest.input)) {
        const takes = formatMediaTypes(manifest.input)
        return {
          code: 'type-mismatch',
          function: call.name,
          reason: `takes ${takes}, and ${inner.name} gives ${inner.output}`,
        }
      }
      try {
        readParameters(manifest, call.parameters)
      } catch (error) {
        if (!(error instanceof ParameterError)) throw error
        return { code: 'bad-parameter', function: call.name, reason: error.reason }
      }
    }
    return undefined
  }
}

/** The leading function components of a flat name, one character an octet. */
function functionsKey(name: Name): string {
  let count = 0
  for (; count < name.length; count++) {
    const type = name.typeAt(count)
    if (type !== TT.FunctionComponent && type !== TT.FunctionParametersComponent) break
  }
  return name.prefixKey(count)
}
