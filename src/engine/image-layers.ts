import { createHash } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Artifact } from './engine.ts'
import { digestFolder } from './folder.ts'
import {
  CONTAINER_PATH,
  commandLibraries,
  FileDigests,
  type HostFile,
  nativeLibraries,
  programFiles,
} from './host-files.ts'
import type { TarWriter } from './tar.ts'

/** Node.js in every image. */
export const CONTAINER_NODE = '/usr/local/bin/node'
/** The artifact in every image. */
export const CONTAINER_FUNCTION = '/function'
/** Whom instances run as: nobody, who owns nothing in an image. */
export const CONTAINER_USER = '65534:65534'

/** How containers start, as an image's configuration has it (OCI Image Specification, "config"). */
export const IMAGE_SETTINGS = {
  Env: [`PATH=${CONTAINER_PATH}`],
  WorkingDir: CONTAINER_FUNCTION,
  User: CONTAINER_USER,
  Entrypoint: [CONTAINER_NODE],
} as const

/** Layout of the images: raised when this code makes another layer of the same files. */
const FORMAT = 2
/** Folder of npm packages in an artifact. */
export const PACKAGES = 'node_modules'

/**
 * From the bottom up: layers of a base image, what setup commands made on it, Node.js, npm packages with programs, and the function.
 * The first two are there only if one asks for a base image.
 */
export const LAYER_KINDS = ['system', 'setup', 'base', 'packages', 'function'] as const

export type LayerKind = (typeof LAYER_KINDS)[number]

/** One layer of a function's image, as it can be written whenever somebody needs it. */
export interface ImageLayer {
  readonly kind: LayerKind
  /** Digest over what is in it: layers of the same key are the same. Lower-case hexadecimal. */
  readonly key: string
  /** What it holds, in words for a person. */
  readonly holds: string
  write(tar: TarWriter): Promise<void>
}

/** What an image takes from this host, beside the artifact. */
export interface HostPlatform {
  readonly node: readonly HostFile[]
  readonly programs: readonly HostFile[]
  /** Digest of Node.js and the libraries below every function. */
  readonly nodeDigest: string
  /** Digest of all of them. */
  readonly digest: string
}

/**
 * What the images of functions consist of, whoever makes them: Node.js, then npm packages and programs if the function
 * has any, then its code. So a new version of a function moves its code only, and functions with the same packages share them.
 */
export class ImageLayers {
  readonly #digests: FileDigests
  #node: { files: HostFile[]; digest: string } | undefined

  constructor(stateDirectory: string) {
    this.#digests = new FileDigests(stateDirectory)
  }

  /** @throws EngineError `build-failed` if a program or library is not on this host. */
  async platformOf({ manifest, directory }: Artifact): Promise<HostPlatform> {
    this.#node ??= await this.#nodeFiles()
    const { files: node, digest: nodeDigest } = this.#node
    const found = await Promise.all(manifest.programs.map((name) => programFiles(name)))
    const programs = [
      ...found.flat(),
      ...(await nativeLibraries(join(directory, PACKAGES))),
      ...(await commandLibraries(directory, manifest.command)),
    ]
    const digest = sha256([nodeDigest, programs.length > 0 ? await this.#digests.of(programs) : ''])
    return { node, programs, nodeDigest, digest }
  }

  /** Layers of a function's image, from the bottom up. */
  async of(artifact: Artifact, platform: HostPlatform): Promise<ImageLayer[]> {
    const packages = await packagesLayer(artifact, platform)
    return [baseLayer(platform), ...(packages === undefined ? [] : [packages]), functionLayer(artifact)]
  }

  async #nodeFiles(): Promise<{ files: HostFile[]; digest: string }> {
    const files = await programFiles(process.execPath, CONTAINER_NODE)
    return { files, digest: sha256([FORMAT, IMAGE_SETTINGS, await this.#digests.of(files)]) }
  }
}

export function baseLayer({ node, nodeDigest }: HostPlatform): ImageLayer {
  return {
    kind: 'base',
    key: nodeDigest,
    holds: `Node.js ${process.version}`,
    write: async (tar) => {
      writeFolders(tar)
      tar.text('etc/passwd', 'root:x:0:0::/:/\nnobody:x:65534:65534::/:/\n')
      tar.text('etc/group', 'root:x:0:\nnogroup:x:65534:\n')
      await tar.hostFiles(node)
    },
  }
}

/** Folders that every container needs: nothing can be made in it later. */
export function writeFolders(tar: TarWriter): void {
  for (const folder of ['etc', 'function', 'run', 'run/ndn-sfc']) tar.folder(folder)
  tar.folder('tmp', 0o1777)
}

export function functionLayer({ manifest, digest, directory }: Artifact): ImageLayer {
  return {
    kind: 'function',
    key: sha256([FORMAT, digest]),
    holds: `${manifest.name} ${manifest.version}`,
    write: (tar) => tar.tree(`${CONTAINER_FUNCTION.slice(1)}/`, directory, (path) => path === PACKAGES),
  }
}

/** The layer of the function's npm packages and programs; undefined if it has none. */
export async function packagesLayer(
  { manifest, directory }: Artifact,
  { programs, digest }: Pick<HostPlatform, 'programs' | 'digest'>,
): Promise<ImageLayer | undefined> {
  const packages = join(directory, PACKAGES)
  const hasPackages = (await stat(packages).catch(() => undefined)) !== undefined
  if (!hasPackages && programs.length === 0) return undefined
  const holds = [...manifest.packages, ...manifest.programs]
  return {
    kind: 'packages',
    key: sha256([digest, hasPackages ? await digestFolder(packages) : '']),
    holds: holds.length === 0 ? 'libraries' : holds.join(', '),
    write: async (tar) => {
      await tar.hostFiles(programs)
      if (hasPackages) await tar.tree(`${CONTAINER_FUNCTION.slice(1)}/${PACKAGES}/`, packages)
    },
  }
}

export function sha256(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex')
}
