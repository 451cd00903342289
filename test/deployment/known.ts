import type { KnownFunctions } from '../../src/deployment/index.ts'
import { type ManifestSource, parseManifest } from '../../src/function/index.ts'

/**
 * A repository with one version of each of these functions; what is not said of one fits all.
 * @param inputs of each
 */
export function knownFunctions(
  functions: Readonly<Record<string, Partial<ManifestSource>>>,
  inputs: 'one' | 'many' = 'one',
): KnownFunctions {
  const facts = new Map(
    Object.entries(functions).map(([name, fields]) => {
      const parsed = parseManifest({
        name,
        input: '*/*',
        output: 'text/plain',
        module: 'index.ts',
        ...fields,
      })
      const manifest = { ...parsed, inputs }
      return [name, { name, version: manifest.version, digest: '', manifest, architectures: [] }]
    }),
  )
  return { names: [...facts.keys()], facts: (name) => facts.get(name), versions: () => [] }
}
