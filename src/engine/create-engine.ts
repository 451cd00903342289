import { type Engine, EngineError } from './engine.ts'
import type { LogListener } from './instance-log.ts'
import { ProcessEngine } from './process.ts'

export type EngineKind = 'docker' | 'process' | 'auto'

export interface CreateEngineOptions {
  /** Name of the node: instances of other nodes are left alone. */
  readonly nodeName: string
  /** The node's state folder, absolute. */
  readonly stateDirectory: string
  /** Is told each line that an instance writes, at most `LOG_LINE_MAX` characters of it. */
  readonly onLog?: LogListener | undefined
  /** Is told, once, of each thing that a spec asks for and this engine cannot give; the instance runs without it. */
  readonly onWarning?: ((message: string) => void) | undefined
  /** Log level of the instances. Default `info`. */
  readonly logLevel?: string | undefined
  /** Control group above those of the node's containers: a limit of it holds for all of them together. Default: the engine's. */
  readonly cgroupParent?: string | undefined
}

export interface CreatedEngine {
  readonly engine: Engine
  /** A sentence that says which engine it is, why, and how to get the other. */
  readonly why: string
  /** Instances that a crashed node of this name had left; they are stopped. */
  readonly leftovers: readonly string[]
}

/**
 * The engine to run a node's instances. Stops what a crashed node of the same name left behind, so no other node of this
 * name may be running.
 * @param kind - `auto`: docker where a Docker Engine answers, otherwise process.
 * @throws EngineError `engine-unreachable` if docker was asked for and does not answer.
 */
export async function createEngine(kind: EngineKind, options: CreateEngineOptions): Promise<CreatedEngine> {
  const { engine, why } = await choose(kind, options)
  try {
    const leftovers = (await engine.list()).map(({ id }) => id)
    await Promise.all(leftovers.map((id) => engine.stop(id)))
    return { engine, why, leftovers }
  } catch (error) {
    await engine.close().catch(() => {})
    throw error
  }
}

async function choose(
  kind: EngineKind,
  options: CreateEngineOptions,
): Promise<Omit<CreatedEngine, 'leftovers'>> {
  const { cgroupParent, onWarning = () => {} } = options
  const processes = (): Engine => {
    if (cgroupParent !== undefined)
      onWarning(`child processes are not put into the control group ${cgroupParent}: containers are`)
    return new ProcessEngine(options)
  }
  if (kind === 'process') {
    const why =
      'Functions run as child processes, without containment; --engine docker runs them in containers.'
    return { engine: processes(), why }
  }
  // Loaded only here: it takes longer than all the rest of this module.
  const { DockerEngine } = await import('./docker/index.ts')
  try {
    const engine = await DockerEngine.connect(options)
    const found = `Docker Engine ${engine.facts.version} at ${engine.address}`
    const why = `Functions run in containers of the ${found}; --engine process runs them as child processes.`
    return { engine, why }
  } catch (error) {
    if (kind === 'docker' || !(error instanceof EngineError)) throw error
    const why = `Functions run as child processes, without containment, because ${error.message}.`
    return { engine: processes(), why }
  }
}
