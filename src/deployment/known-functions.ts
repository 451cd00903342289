import { type FunctionFacts, type Repository, RepositoryError } from '../repository/index.ts'
import type { Deployment } from './model.ts'

/** Functions that are looked up at a time. */
const LOOK_UPS = 8

/** What the SF repository has of what a deployment wants. */
export interface KnownFunctions {
  /** Names of all functions. */
  readonly names: readonly string[]
  /** Of the version that the deployment names, or else of the newest; undefined where there is none. */
  facts(name: string): FunctionFacts | undefined
  /** Of a function without facts: versions that there are, from new to old. */
  versions(name: string): readonly string[]
}

/**
 * Looks up the functions of a deployment.
 * @throws RepositoryError where the registry does not answer, or has what is no function under the name of one
 */
export async function lookUpFunctions(
  repository: Pick<Repository, 'names' | 'versions' | 'find'>,
  { functions }: Pick<Deployment, 'functions'>,
): Promise<KnownFunctions> {
  const facts = new Map<string, FunctionFacts>()
  const versions = new Map<string, readonly string[]>()
  const left = [...functions]
  const next = async (): Promise<void> => {
    for (let wanted = left.shift(); wanted !== undefined; wanted = left.shift()) {
      const { name, version } = wanted
      const found = await repository.find({ name, version }).catch((error) => {
        if (error instanceof RepositoryError && error.code === 'not-found') return undefined
        throw error
      })
      if (found === undefined) versions.set(name, await repository.versions(name))
      else facts.set(name, found)
    }
  }
  const [names] = await Promise.all([repository.names(), ...Array.from({ length: LOOK_UPS }, next)])
  return { names, facts: (name) => facts.get(name), versions: (name) => versions.get(name) ?? [] }
}
