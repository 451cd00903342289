import { createHash } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { type Artifact, EngineError, type HeldImage, type HeldImages } from '../engine.ts'
import { digestFolder } from '../folder.ts'
import { type DockerClient, isGone } from './client.ts'
import { CONTAINER_PATH, FileDigests, type HostFile, nativeLibraries, programFiles } from './host-files.ts'
import { LABELS } from './labels.ts'
import { tarStream } from './tar.ts'

/** Node.js in every image. */
export const CONTAINER_NODE = '/usr/local/bin/node'
/** The artifact in every image. */
export const CONTAINER_FUNCTION = '/function'
/** Whom instances run as: nobody, who owns nothing in an image. */
export const CONTAINER_USER = '65534:65534'

/** How long a build may take, in milliseconds. */
const BUILD_TIMEOUT = 600_000
/** Layout of the images: raised when this code makes another image of the same files. */
const FORMAT = 1
const PACKAGES = 'node_modules'

/** How containers start, for the base image and so for all that stand on it. */
const BASE_SETTINGS = [
  `ENV PATH=${CONTAINER_PATH}`,
  `WORKDIR ${CONTAINER_FUNCTION}`,
  `USER ${CONTAINER_USER}`,
  `ENTRYPOINT ["${CONTAINER_NODE}"]`,
]

type Progress = ((step: string) => void) | undefined

interface Base {
  /** Image id; named instead of a tag, so that a build never looks for it in a registry. */
  readonly id: string
  readonly hash: string
}

/** What the names of all images begin with. */
const REPOSITORY = 'ndn-sfc'

/** Name of a function's image. */
export function functionImage({ manifest, digest }: Artifact): string {
  // A repository's name neither begins nor ends with a hyphen (OCI Distribution Specification, "Pulling manifests").
  const name = manifest.name.replace(/^-+|-+$/g, (hyphens) => 'x'.repeat(hyphens.length))
  return `${REPOSITORY}/${name}:${digest.slice(0, 12)}`
}

/**
 * Makes images of what is on this host; nothing is pulled. Three of them stand on each other, named by their content:
 * Node.js, then the function's npm packages and programs if it has any, then its code. So a new version of a function
 * moves its code only, and functions with the same packages share them.
 */
export class DockerImages {
  readonly #client: DockerClient
  readonly #digests: FileDigests
  #node: { files: HostFile[]; hash: string } | undefined
  /** Layers by image id, which names the content. */
  readonly #layers = new Map<string, readonly string[]>()
  readonly #making = new Map<string, Promise<string>>()

  constructor(client: DockerClient, stateDirectory: string) {
    this.#client = client
    this.#digests = new FileDigests(stateDirectory)
  }

  /** Makes a function's image unless it is there. */
  async prepare(artifact: Artifact, progress: Progress): Promise<void> {
    try {
      await this.#prepare(artifact, progress)
    } catch (error) {
      if (error instanceof EngineError) throw error
      const message = `no image of ${artifact.manifest.name} can be made: ${(error as Error).message}`
      throw new EngineError('build-failed', message, error)
    }
  }

  /** All that was made here, the images below those of functions included. */
  async held(): Promise<HeldImages> {
    const filters = { reference: [`${REPOSITORY}/*`] }
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
    const known = this.#layers.get(id) ?? (await this.#inspect(id))?.RootFS.Layers
    if (known !== undefined) this.#layers.set(id, known)
    return known ?? []
  }

  async #prepare(artifact: Artifact, progress: Progress): Promise<void> {
    const { manifest, digest, directory } = artifact
    this.#node ??= await this.#nodeFiles()
    const node = this.#node
    const found = await Promise.all(manifest.programs.map((name) => programFiles(name)))
    const programs = [...found.flat(), ...(await nativeLibraries(join(directory, PACKAGES)))]
    const platform = sha256([node.hash, programs.length > 0 ? await this.#digests.of(programs) : ''])

    const tag = functionImage(artifact)
    const there = await this.#labelsOf(tag)
    if (there?.[LABELS.digest] === digest && there[LABELS.platform] === platform) return

    const base = await this.#ensureBase(node.files, node.hash, progress)
    const below = await this.#ensurePackages(base, programs, platform, artifact, progress)
    progress?.(`making the image ${tag}`)
    const labels = `${LABELS.function}=${manifest.name} ${LABELS.digest}=${digest} ${LABELS.platform}=${platform}`
    // Made even if there is an image of this name: that one stands on another Node.js.
    await this.#once(tag, false, async () => {
      const context = tarStream(async (tar) => {
        tar.text('Dockerfile', `FROM ${below}\nLABEL ${labels}\nCOPY function/ ${CONTAINER_FUNCTION}/\n`)
        await tar.tree('function/', directory, (path) => path === PACKAGES)
      })
      await this.#build(tag, context)
    })
  }

  async #nodeFiles(): Promise<{ files: HostFile[]; hash: string }> {
    const files = await programFiles(process.execPath, CONTAINER_NODE)
    return { files, hash: sha256([FORMAT, BASE_SETTINGS, await this.#digests.of(files)]) }
  }

  async #ensureBase(files: HostFile[], hash: string, progress: Progress): Promise<Base> {
    const tag = hash.slice(0, 12)
    const id = await this.#once(`${REPOSITORY}/base:${tag}`, true, async () => {
      progress?.(`making the base image of Node.js ${process.version}`)
      const root = tarStream(async (tar) => {
        for (const folder of ['etc', 'function', 'run', 'run/ndn-sfc']) tar.folder(folder)
        tar.folder('tmp', 0o1777)
        tar.text('etc/passwd', 'root:x:0:0::/:/\nnobody:x:65534:65534::/:/\n')
        tar.text('etc/group', 'root:x:0:\nnogroup:x:65534:\n')
        await tar.hostFiles('', files)
      })
      const options = { repo: `${REPOSITORY}/base`, tag, changes: BASE_SETTINGS }
      await this.#follow('import the base image', root, (body) =>
        this.#client.docker.importImage(body, options),
      )
    })
    return { id, hash }
  }

  /** The image with the function's npm packages and programs; the base image if it has none. */
  async #ensurePackages(
    base: Base,
    programs: HostFile[],
    platform: string,
    { manifest, directory }: Artifact,
    progress: Progress,
  ): Promise<string> {
    const packages = join(directory, PACKAGES)
    const hasPackages = (await stat(packages).catch(() => undefined)) !== undefined
    if (!hasPackages && programs.length === 0) return base.id
    const hash = sha256([platform, hasPackages ? await digestFolder(packages) : ''])
    const tag = `${REPOSITORY}/packages:${hash.slice(0, 12)}`
    return await this.#once(tag, true, async () => {
      progress?.(`making an image of ${[...manifest.packages, ...manifest.programs].join(', ')}`)
      const context = tarStream(async (tar) => {
        tar.text('Dockerfile', `FROM ${base.id}\nCOPY root/ /\n`)
        await tar.hostFiles('root/', programs)
        if (hasPackages) await tar.tree(`root${CONTAINER_FUNCTION}/${PACKAGES}/`, packages)
      })
      await this.#build(tag, context)
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

  async #build(tag: string, context: Readable): Promise<void> {
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

function sha256(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex')
}
