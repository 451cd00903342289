import { EngineError } from './engine.ts'
import type { SetUp } from './set-up.ts'

/**
 * Runs setup commands in a container of an image. It leaves nothing in the Docker Engine but that image.
 * @param stateDirectory - the node's state folder, absolute.
 * @throws EngineError `engine-unreachable`; `build-failed` with what was said last, if a command fails or takes too long
 */
export async function setUpImage(setUp: SetUp, stateDirectory: string): Promise<void> {
  const { DockerClient, DockerImages, runSetUp } = await import('./docker/index.ts')
  const client = await DockerClient.open()
  try {
    await client.check().catch((error: EngineError) => {
      const message = `setup commands on a base image run in a container: ${error.message}`
      throw new EngineError('engine-unreachable', message, error)
    })
    await runSetUp(client, new DockerImages(client, stateDirectory), setUp)
  } finally {
    client.close()
  }
}
