import type { EngineKind } from './create-engine.ts'
import { type Artifact, EngineError } from './engine.ts'

/**
 * Makes ready, without a node, what instances of an artifact need.
 * @param stateDirectory - the node's state folder, absolute.
 * @returns name of the image; undefined where none is needed.
 * @throws EngineError
 */
export async function prepareImage(
  kind: EngineKind,
  artifact: Artifact,
  stateDirectory: string,
  progress?: (step: string) => void,
): Promise<string | undefined> {
  if (kind === 'process') return undefined
  const { DockerClient, DockerImages, functionImage } = await import('./docker/index.ts')
  const client = await DockerClient.open()
  try {
    await client.check()
    await new DockerImages(client, stateDirectory).prepare(artifact, progress)
    return functionImage(artifact)
  } catch (error) {
    const isAway = error instanceof EngineError && error.code === 'engine-unreachable'
    if (kind === 'auto' && isAway) return undefined
    throw error
  } finally {
    client.close()
  }
}
