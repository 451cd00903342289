import { join, resolve } from 'node:path'
import type { Artifact } from '../engine/index.ts'
import type { BaseImage, BlobStore, LocalImage, LocalImages } from '../repository/index.ts'
import { defaultHome } from '../router/index.ts'

/** What the commands over functions have in a node's home folder. */
export interface FunctionHome {
  readonly home: string
  readonly store: BlobStore
  readonly images: LocalImages
}

/** @param choice the option --home */
export async function openFunctionHome(choice: string | undefined): Promise<FunctionHome> {
  const { BlobStore, LocalImages } = await import('../repository/index.ts')
  const home = choice === undefined ? defaultHome() : resolve(choice)
  const store = new BlobStore(home)
  return { home, store, images: new LocalImages(home, store) }
}

/** Builds a function's artifact and its image, on a base image if there is one, and keeps the image under its name and version. */
export async function buildFunction(
  source: string,
  { home, store, images }: FunctionHome,
  progress: (step: string) => void,
  base?: BaseImage,
): Promise<{ artifact: Artifact; image: LocalImage }> {
  const { buildArtifact } = await import('../engine/index.ts')
  const { buildImage } = await import('../repository/index.ts')
  const artifact = await buildArtifact(source, { cacheDirectory: join(home, 'artifacts'), progress })
  const image = await buildImage(artifact, { store, home, base, progress })
  await images.put(image)
  return { artifact, image }
}
