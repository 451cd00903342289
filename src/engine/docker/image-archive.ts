import { readFile } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import type { StoredImage } from '../engine.ts'
import { tarStream } from '../tar.ts'
import type { DockerClient } from './client.ts'

/** Most images that are asked for their layers before one is loaded. */
const IMAGES_ASKED = 64

/**
 * An image as `docker load` takes it.
 * @param omitted - how many layers, from the bottom up, the engine has already.
 */
export function imageArchive(image: StoredImage, tag: string, omitted: number): Readable {
  return tarStream(async (tar) => {
    const Layers = image.layers.map((_, index) => `layer-${index}.tar`)
    tar.text('manifest.json', JSON.stringify([{ Config: 'config.json', RepoTags: [tag], Layers }]))
    tar.text('config.json', await readFile(image.config))
    for (const [index, { file }] of image.layers.entries()) {
      if (index >= omitted) await tar.file(`layer-${index}.tar`, file, 0o644)
    }
  })
}

/** How many of an image's layers, from the bottom up, the engine has in images of ours. */
export async function heldLayers(client: DockerClient, { layers }: StoredImage): Promise<number> {
  const filters = { reference: ['ndn-sfc/*'] }
  const images = await client.call('list images', (docker) => docker.listImages({ filters }))
  let held = 0
  for (const { Id } of images.slice(0, IMAGES_ASKED)) {
    const info = await client
      .call(`inspect ${Id}`, (docker) => docker.getImage(Id).inspect())
      .catch(() => undefined)
    const there = info?.RootFS.Layers ?? []
    const common = layers.findIndex(({ diffId }, index) => there[index] !== diffId)
    held = Math.max(held, common < 0 ? layers.length : common)
  }
  return held
}
