import { type Deployment, FileError, lookUpFunctions, readDeployment } from '../deployment/index.ts'
import { type FunctionFacts, type Repository, RepositoryError } from '../repository/index.ts'
import { ControllerError } from './errors.ts'
import type { Catalog } from './parts.ts'
import type { DeploymentSource } from './views.ts'

/** Reads deployment files against what an SF repository has. */
export class RepositoryCatalog implements Catalog {
  readonly #repository: Repository
  readonly #nodes: readonly string[]

  /** @param nodes names of those of the network */
  constructor(repository: Repository, nodes: readonly string[]) {
    this.#repository = repository
    this.#nodes = nodes
  }

  async functions(): Promise<FunctionFacts[]> {
    return await this.#repository.list().catch(refuse)
  }

  async read(
    source: DeploymentSource,
    versions: ReadonlyMap<string, string> = new Map(),
  ): Promise<{ readonly deployment: Deployment; readonly facts: readonly FunctionFacts[] }> {
    try {
      const file = readDeployment(source.text, source.file)
      const functions = file.deployment.functions.map((one) => ({
        ...one,
        version: versions.get(one.name) ?? one.version,
      }))
      const known = await lookUpFunctions(this.#repository, { functions })
      file.check(known, this.#nodes)
      const facts = functions.flatMap(({ name }) => known.facts(name) ?? [])
      return { deployment: { ...file.deployment, functions }, facts }
    } catch (error) {
      return refuse(error)
    }
  }
}

/** Throws an error in the words of a controller. */
function refuse(cause: unknown): never {
  if (cause instanceof FileError) {
    throw new ControllerError('bad-file', cause.message, { cause, problems: cause.lines })
  }
  if (!(cause instanceof RepositoryError)) throw cause
  const isAway = cause.code === 'registry-unreachable' || cause.code === 'registry-failed'
  throw new ControllerError(isAway ? 'unreachable' : 'failed', cause.message, { cause })
}
