import Docker from 'dockerode'

/** A function as its image is named by. */
interface Named {
  readonly name: string
  readonly digest: string
}

/** Why no Docker Engine answers; undefined where one does. */
export async function whyNoDocker(): Promise<string | undefined> {
  return await new Docker().ping().then(
    () => undefined,
    (error: Error) => error.message,
  )
}

/**
 * Removes the images of functions that only the bench uses.
 * @param isAll whether to remove what they stand on, too, as far as it has a tag: only where nothing else stands on it
 */
export async function removeImages(functions: readonly Named[], isAll: boolean): Promise<void> {
  const docker = new Docker()
  const tags = new Set<string>()
  const below = new Set<string>()
  for (const { name, digest } of functions) {
    const tag = `ndn-sfc/${name}:${digest.slice(0, 12)}`
    const layers = (await docker
      .getImage(tag)
      .history()
      .catch(() => [])) as { Tags: string[] | null }[]
    if (layers.length > 0) tags.add(tag)
    for (const layer of layers) for (const other of layer.Tags ?? []) below.add(other)
  }
  const removed = isAll ? new Set([...tags, ...below]) : tags
  for (const tag of removed) await docker.getImage(tag).remove()
}
