import Docker from 'dockerode'
import { DockerEngine, functionImage, LABELS } from '../../src/engine/docker/index.ts'
import type { Artifact } from '../../src/engine/index.ts'
import type { EngineUnderTest } from './compliance.ts'

export { functionImage }

export const docker = new Docker()

/** Containers of a function, running or not. */
export function containersOf(functionName: string): Promise<Docker.ContainerInfo[]> {
  return docker.listContainers({ all: true, filters: { label: [`${LABELS.function}=${functionName}`] } })
}

/** CPUs that an instance's container may run on. @param nodeName how its node's name begins, as the engine has it */
export async function cpusetOf(functionName: string, nodeName: string, id: string): Promise<string> {
  const containers = await containersOf(functionName)
  const found = containers.find(
    ({ Labels }) => Labels[LABELS.instance] === id && Labels[LABELS.node]?.startsWith(nodeName),
  )
  const { HostConfig } = await docker.getContainer(found?.Id ?? '').inspect()
  return HostConfig.CpusetCpus ?? ''
}

/** Removes all images of a function. */
export async function removeImagesOf(functionName: string): Promise<void> {
  for (const { RepoTags } of await docker.listImages({ filters: { reference: [`ndn-sfc/${functionName}`] } }))
    for (const tag of RepoTags ?? []) await docker.getImage(tag).remove({ force: true })
}

/** Layers of an image from the bottom up. */
export async function layersOf(image: string): Promise<string[]> {
  return (await docker.getImage(image).inspect()).RootFS.Layers ?? []
}

/** Removes a function's image, and the one of its packages unless others stand on that. */
export async function removeImages(artifact: Artifact): Promise<void> {
  const image = functionImage(artifact)
  const layers = await layersOf(image).catch(() => undefined)
  if (layers === undefined) return
  await docker.getImage(image).remove()
  const packages = await docker.listImages({ filters: { reference: ['ndn-sfc/packages'] } })
  for (const { RepoTags } of packages) {
    for (const tag of RepoTags ?? []) {
      const own = await layersOf(tag).catch(() => [])
      const isBelow = own.length === layers.length - 1 && own.every((layer, i) => layer === layers[i])
      if (isBelow)
        await docker
          .getImage(tag)
          .remove()
          .catch(() => {})
    }
  }
}

export const dockerUnderTest: EngineUnderTest = {
  connect: (options) => DockerEngine.connect(options),
  killFromOutside: (nodeName, id) => docker.getContainer(`ndn-sfc-${nodeName}-${id}`).kill(),
  cleanUp: removeImages,
}
