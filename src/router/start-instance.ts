import { type Engine, EngineError, type InstanceSpec } from '../engine/index.ts'

/**
 * Starts an instance. An image that somebody removed is made again.
 * @throws EngineError
 */
export async function startInstance(
  engine: Engine,
  spec: InstanceSpec,
  warn: (message: string) => void,
): Promise<void> {
  try {
    await engine.start(spec)
  } catch (error) {
    if (!(error instanceof EngineError) || error.code !== 'image-missing') throw error
    warn(`${spec.artifact.manifest.name}: ${error.message}: making it again`)
    await engine.prepare(spec.artifact)
    await engine.start(spec)
  }
}
