import { basename, join } from 'node:path'
import { imageArchitecture } from './architecture.ts'
import { binaryArchitecture } from './elf.ts'
import { type Artifact, EngineError } from './engine.ts'
import { listFolder } from './folder.ts'
import { FileDigests, type HostFile, nativeLibraries, programFiles } from './host-files.ts'
import {
  functionLayer,
  type ImageLayer,
  PACKAGES,
  packagesLayer,
  sha256,
  writeFolders,
} from './image-layers.ts'

/** Where this host's Node.js is in an image that stands on a base image: with libraries of its own, out of that one's way. */
const OVER_BASE = '/ndn-sfc'

/** Oldest Node.js that runs instances. */
const NODE_MAJOR_MIN = 20

/** Loaders of programs: glibc's and musl's, for all architectures. */
const LOADER = /^ld(?:64)?(?:-|\.so)/

/** Architecture in a package's name, as Node.js has it. */
const NODE_ARCHITECTURE = /-(?:x64|arm64|arm|ia32|loong64|ppc64|riscv64|s390x)(?![a-z0-9])/

/** What is known of a base image. */
export interface BaseFacts {
  /** As it was asked for, for messages. */
  readonly name: string
  readonly digest: string
  /** As images have it (Go's GOARCH). */
  readonly architecture: string
  /** Where it has each of its programs, by name. */
  readonly programs: ReadonlyMap<string, string>
  /** Version of its Node.js, if it says so. */
  readonly nodeVersion?: string | undefined
}

export interface OverBase {
  /** What comes on the base, from the bottom up. */
  readonly layers: readonly ImageLayer[]
  /** What runs main.mjs. */
  readonly entrypoint: readonly string[]
  /** Digest of what is below the function. */
  readonly digest: string
}

/**
 * What comes on a base image to make a function's image of it. Programs are those of the base; Node.js is, too, if the base has
 * one that will do, otherwise it is this host's. That is run by the loader it comes with, so that the base may be of another C
 * library; so `process.execPath` is the loader.
 * @throws EngineError `build-failed` if the base lacks a program, or something in the artifact is for another architecture
 */
export async function layersOverBase(
  artifact: Artifact,
  base: BaseFacts,
  stateDirectory: string,
): Promise<OverBase> {
  checkPrograms(artifact, base)
  await checkBinaries(artifact, base.architecture)
  const node = nodeOf(base)
  const digests = new FileDigests(stateDirectory)
  const files = node === undefined ? await programFiles(process.execPath, join(OVER_BASE, 'node')) : []
  const own = files.map(moveAside)
  const key = sha256(['over', node ?? (await digests.of(own))])
  const libraries =
    node === undefined ? (await nativeLibraries(join(artifact.directory, PACKAGES))).map(moveAside) : []
  const below = sha256([base.digest, key, libraries.length === 0 ? '' : await digests.of(libraries)])
  const packages = await packagesLayer(artifact, { programs: libraries, digest: below })
  const bottom: ImageLayer = {
    kind: 'base',
    key,
    holds: node === undefined ? `Node.js ${process.version}` : 'folders',
    write: async (tar) => {
      writeFolders(tar)
      await tar.hostFiles(own)
    },
  }
  return {
    layers: [bottom, ...(packages === undefined ? [] : [packages]), functionLayer(artifact)],
    entrypoint: node === undefined ? entrypointOf(own) : [node],
    digest: below,
  }
}

/** Where the base has a Node.js that will do. For another architecture there is none but the base's. */
function nodeOf({ name, architecture, programs, nodeVersion }: BaseFacts): string | undefined {
  const node = programs.get('node')
  const major = Number(/^v?(\d+)\./.exec(nodeVersion ?? '')?.[1] ?? Number.NaN)
  if (node !== undefined && major >= NODE_MAJOR_MIN) return node
  if (architecture === imageArchitecture()) return undefined
  if (node !== undefined && Number.isNaN(major)) return node
  const lacks = node === undefined ? 'has no Node.js' : `has Node.js ${nodeVersion}`
  throw new EngineError(
    'build-failed',
    `the base image ${name} ${lacks}, and this machine's is for ${imageArchitecture()}: name a base for ${architecture} with Node.js ${NODE_MAJOR_MIN} or newer`,
  )
}

function checkPrograms({ manifest }: Artifact, { name, programs }: BaseFacts): void {
  const [command = ''] = manifest.command ?? []
  const needed = command === 'node' ? [command, ...manifest.programs] : manifest.programs
  const missing = needed.filter((program) => !programs.has(program))
  if (missing.length === 0) return
  throw new EngineError(
    'build-failed',
    `the base image ${name} has no program ${missing.join(', ')}: name a base that has it, or install it with a setup command`,
  )
}

/**
 * Native code has to be for the image's architecture. A package may bring several builds: one of them is enough.
 * @throws EngineError `build-failed`
 */
async function checkBinaries({ manifest, directory }: Artifact, architecture: string): Promise<void> {
  const found = new Map<string, Set<string>>()
  for (const { path } of await listFolder(directory)) {
    const owner = /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1]
    const isRun = manifest.command?.some((word) => join(word) === path)
    if (owner === undefined && !isRun) continue
    const built = await binaryArchitecture(join(directory, path))
    // Packages that are one for each architecture count as one, e.g. @img/sharp-linux-x64 and @img/sharp-linux-arm64.
    const what = owner === undefined ? path : `the npm package ${owner.replace(NODE_ARCHITECTURE, '')}`
    if (built !== undefined) found.set(what, (found.get(what) ?? new Set()).add(built))
  }
  for (const [what, built] of found) {
    if (built.has(architecture)) continue
    throw new EngineError(
      'build-failed',
      `${what} of ${manifest.name} has native code for ${[...built].join(', ')} only: build it on a ${architecture} machine, or install what is for ${architecture}`,
    )
  }
}

function moveAside(file: HostFile): HostFile {
  if (file.target.startsWith(`${OVER_BASE}/`)) return file
  return { ...file, target: join(OVER_BASE, 'lib', basename(file.target)) }
}

function entrypointOf(files: readonly HostFile[]): string[] {
  const node = join(OVER_BASE, 'node')
  const loader = files.find(({ target }) => target !== node && LOADER.test(basename(target)))
  // Without one it is linked statically.
  return loader === undefined ? [node] : [loader.target, '--library-path', join(OVER_BASE, 'lib'), node]
}
