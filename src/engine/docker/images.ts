import type { Readable } from 'node:stream'
import { type Artifact, EngineError, type HeldImage, type HeldImages, type StoredImage } from '../engine.ts'
import { IMAGE_SETTINGS, type ImageLayer, ImageLayers } from '../image-layers.ts'
import { imageLabels, imageName, LABELS } from '../image-names.ts'
import { tarStream } from '../tar.ts'
import { type DockerClient, isGone } from './client.ts'
import { heldLayers, imageArchive } from './image-archive.ts'

/** How long a build or a load may take, in milliseconds. */
const BUILD_TIMEOUT = 600_000

/** The settings of every image as instructions of a Dockerfile. */
const BASE_SETTINGS = [
  ...IMAGE_SETTINGS.Env.map((variable) => `ENV ${variable}`),
  `WORKDIR ${IMAGE_SETTINGS.WorkingDir}`,
  `USER ${IMAGE_SETTINGS.User}`,
  `ENTRYPOINT ${JSON.stringify(IMAGE_SETTINGS.Entrypoint)}`,
]

type Progress = ((step: string) => void) | undefined

/** Name of a function's image. One from a repository goes by its own digest: it may stand on another Node.js. */
export function functionImage({ manifest, digest, image }: Artifact): string {
  const identity = image?.digest.slice('sha256:'.length) ?? digest
  return `ndn-sfc/${imageName(manifest.name)}:${identity.slice(0, 12)}`
}

/**
 * Makes images of what is on this host, layer by layer ({@link ImageLayers}), or loads those that came from a repository;
 * the engine pulls nothing by itself.
 */
export class DockerImages {
  readonly #client: DockerClient
  readonly #layers: ImageLayers
  /** Layers by image id, which names the content. */
  readonly #layerIds = new Map<string, readonly string[]>()
  readonly #making = new Map<string, Promise<string>>()

  constructor(client: DockerClient, stateDirectory: string) {
    this.#client = client
    this.#layers = new ImageLayers(stateDirectory)
  }

  /** Makes a function's image unless it is there. */
  async prepare(artifact: Artifact, progress: Progress): Promise<void> {
    try {
      if (artifact.image === undefined) await this.#prepare(artifact, progress)
      else await this.load(artifact.image, functionImage(artifact), progress)
    } catch (error) {
      if (error instanceof EngineError) throw error
      const message = `no image of ${artifact.manifest.name} can be made: ${(error as Error).message}`
      throw new EngineError('build-failed', message, error)
    }
  }

  /** All that was made here, the images below those of functions included. */
  async held(): Promise<HeldImages> {
    const filters = { reference: ['ndn-sfc/*'] }
    const found = await this.#client.call('list images', (docker) => docker.listImages({ filters }))
    const all = await Promise.all(
      found.map(async (image) => ({ ...image, layers: await this.#layersOf(image.Id) })),
    )
    const images = all.flatMap(({ Labels, Size: size, layers }): HeldImage[] => {
      const { [LABELS.function]: name, [LABELS.digest]: digest } = Labels ?? {}
      const isHeld = name !== undefined && digest !== undefined && layers.length > 0
      return isHeld ? [{ function: name, digest, size, layers }] : []
    })
    return { images, layers: [...new Set(all.flatMap(({ layers }) => layers))] }
  }

  /** None of an image that was removed meanwhile. */
  async #layersOf(id: string): Promise<readonly string[]> {
    const known = this.#layerIds.get(id) ?? (await this.#inspect(id))?.RootFS.Layers
    if (known !== undefined) this.#layerIds.set(id, known)
    return known ?? []
  }

  async #prepare(artifact: Artifact, progress: Progress): Promise<void> {
    const { manifest, digest } = artifact
    const platform = await this.#layers.platformOf(artifact)
    const tag = functionImage(artifact)
    const there = await this.#labelsOf(tag)
    if (there?.[LABELS.digest] === digest && there[LABELS.platform] === platform.digest) return

    const layers = await this.#layers.of(artifact, platform)
    const base = layers.find(({ kind }) => kind === 'base') as ImageLayer
    const packages = layers.find(({ kind }) => kind === 'packages')
    const code = layers.find(({ kind }) => kind === 'function') as ImageLayer
    let below = await this.#ensureBase(base, progress)
    if (packages !== undefined) below = await this.#ensurePackages(packages, below, progress)
    progress?.(`making the image ${tag}`)
    const labels = Object.entries(imageLabels(manifest.name, digest, platform.digest))
    const instruction = `LABEL ${labels.map((pair) => pair.join('=')).join(' ')}\n`
    // Made even if there is an image of this name: that one stands on another Node.js.
    await this.#once(tag, false, () => this.#build(tag, below, code, instruction))
  }

  /** Loads an image from files. One that is there already under its name is the same: its digest is part of the name. */
  async load(image: StoredImage, tag: string, progress: Progress): Promise<void> {
    await this.#once(tag, true, async () => {
      progress?.(`loading the image ${tag}`)
      const held = await heldLayers(this.#client, image)
      const load = (omitted: number) =>
        this.#follow(`load ${tag}`, imageArchive(image, tag, omitted), (body) =>
          this.#client.docker.loadImage(body, { quiet: true }),
        )
      if (held === 0) return await load(0)
      // An engine that keeps images in another way than by their layers needs all of them.
      await load(held).catch(() => load(0))
    })
  }

  async #ensureBase(layer: ImageLayer, progress: Progress): Promise<string> {
    const tag = layer.key.slice(0, 12)
    return await this.#once(`ndn-sfc/base:${tag}`, true, async () => {
      progress?.(`making the base image of ${layer.holds}`)
      const root = tarStream((tar) => layer.write(tar))
      const options = { repo: 'ndn-sfc/base', tag, changes: BASE_SETTINGS }
      await this.#follow('import the base image', root, (body) =>
        this.#client.docker.importImage(body, options),
      )
    })
  }

  /** The image with the function's npm packages and programs. */
  async #ensurePackages(layer: ImageLayer, below: string, progress: Progress): Promise<string> {
    const tag = `ndn-sfc/packages:${layer.key.slice(0, 12)}`
    return await this.#once(tag, true, async () => {
      progress?.(`making an image of ${layer.holds}`)
      await this.#build(tag, below, layer)
    })
  }

  /**
   * Makes what a tag names unless it is being made.
   * @param isReused - whether an image that is there already will do.
   * @returns the image's id.
   */
  async #once(tag: string, isReused: boolean, make: () => Promise<void>): Promise<string> {
    const making = this.#making.get(tag) ?? this.#make(tag, isReused, make)
    this.#making.set(tag, making)
    try {
      return await making
    } finally {
      this.#making.delete(tag)
    }
  }

  async #make(tag: string, isReused: boolean, make: () => Promise<void>): Promise<string> {
    const there = isReused ? await this.#idOf(tag) : undefined
    if (there !== undefined) return there
    await make()
    const id = await this.#idOf(tag)
    if (id !== undefined) return id
    throw new EngineError('build-failed', `the image ${tag} was removed while it was made: try again`)
  }

  async #idOf(tag: string): Promise<string | undefined> {
    return (await this.#inspect(tag))?.Id
  }

  async #labelsOf(tag: string): Promise<Record<string, string> | undefined> {
    return (await this.#inspect(tag))?.Config.Labels ?? undefined
  }

  async #inspect(tag: string) {
    try {
      return await this.#client.call(`inspect ${tag}`, (docker) => docker.getImage(tag).inspect())
    } catch (error) {
      if (isGone(error)) return undefined
      throw error
    }
  }

  /** @param below - id of the image that it stands on; an id, so that the engine never looks for it in a registry. */
  async #build(tag: string, below: string, layer: ImageLayer, instructions = ''): Promise<void> {
    const context = tarStream(async (tar) => {
      tar.text('Dockerfile', `FROM ${below}\n${instructions}COPY root/ /\n`)
      await layer.write(tar.within('root/'))
    })
    const options = { t: tag, rm: true, forcerm: true, networkmode: 'none' }
    await this.#follow(`build ${tag}`, context, (body) => this.#client.docker.buildImage(body, options))
  }

  /** Sends an archive and reads what the engine says about it to the end. */
  async #follow(
    what: string,
    body: Readable,
    send: (body: Readable) => Promise<NodeJS.ReadableStream>,
  ): Promise<void> {
    const follow = async () => {
      let text = ''
      for await (const chunk of await send(body)) text = lastError(text + chunk)
    }
    try {
      await this.#client.call(what, follow, 'build-failed', BUILD_TIMEOUT)
    } catch (error) {
      // What the archive was made of could not be read: none of the engine's fault.
      throw body.errored ?? error
    } finally {
      body.destroy()
    }
  }
}

/** @throws Error if a whole line of the engine's answer says so; otherwise gives back the line that is not whole. */
function lastError(text: string): string {
  const lines = text.split('\n')
  const rest = lines.pop() ?? ''
  for (const line of lines) {
    const { error } = (line.trim() === '' ? {} : JSON.parse(line)) as { error?: string }
    if (error !== undefined) throw new Error(error)
  }
  return rest
}
