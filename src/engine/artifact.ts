import { realpath, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import {
  loadManifest,
  MANIFEST_FILE,
  type Manifest,
  ManifestError,
  parseManifest,
} from '../function/index.ts'
import { ArtifactCache } from './artifact-cache.ts'
import { bundleFunction, ESBUILD_VERSION, runtimeModule } from './bundle.ts'
import { FIELDS_ENTRY, FIELDS_TIMEOUT, readDefinitionFields } from './definition-fields.ts'
import { type Artifact, EngineError } from './engine.ts'
import { copyFiles, type FolderFile, listFolder } from './folder.ts'
import { MAIN_FILE, MANIFEST_JSON } from './instance-setup.ts'
import { copyPackages, listPackage, placePackages } from './packages.ts'

/** Most bytes of one artifact, unless told otherwise: 512 MiB. */
export const ARTIFACT_BYTES_MAX = 512 * 2 ** 20

/** Part of what an artifact is cached by: raised when this code makes another artifact of the same inputs. */
const FORMAT = 1
/** Modules looked for in a folder without function.yaml. */
const DEFAULT_MODULES = ['index.ts', 'index.js', 'index.mjs']

export interface BuildArtifactOptions {
  /** Where artifacts are kept, absolute. */
  readonly cacheDirectory: string
  /** Is told each step that takes time, in words for a person. */
  readonly progress?: ((step: string) => void) | undefined
  /** Most bytes of the artifact. Default {@link ARTIFACT_BYTES_MAX}. */
  readonly maxBytes?: number | undefined
  /** How long the module may take to load while its fields are read, in milliseconds. Default 10 s. */
  readonly loadTimeout?: number | undefined
  /** The module that authors import as `ndn-sfc`, absolute. Default: the door of src/function. */
  readonly runtime?: string | undefined
}

/** Where a function's code is. */
interface Source {
  /** What the caller gave, absolute. */
  readonly path: string
  readonly folder: string
  /** Whether `function.yaml` in the folder counts. */
  readonly isFolder: boolean
}

/**
 * Makes a function ready to run.
 * @param source - a function's folder, or a single TypeScript or JavaScript file.
 * @throws EngineError `build-failed` with file, line and reason, or `disk-full`.
 * @throws ManifestError if the manifest is not in order.
 */
export async function buildArtifact(source: string, options: BuildArtifactOptions): Promise<Artifact> {
  const located = await locate(source)
  const cache = new ArtifactCache(options.cacheDirectory)
  const cached = await cache.find(located.path, ({ manifest }) => gatherFacts(located, manifest, options))
  if (cached !== undefined) return cached

  try {
    const temporary = await cache.begin()
    try {
      return await make(located, temporary, cache, options)
    } finally {
      await rm(temporary, { recursive: true, force: true })
    }
  } catch (error) {
    if (error instanceof EngineError || error instanceof ManifestError) throw error
    const isFull = (error as NodeJS.ErrnoException).code === 'ENOSPC'
    const message = isFull
      ? `no space left for artifacts in ${options.cacheDirectory}: free some`
      : `${located.path}: ${(error as Error).message}`
    throw new EngineError(isFull ? 'disk-full' : 'build-failed', message, error)
  }
}

async function make(
  source: Source,
  directory: string,
  cache: ArtifactCache,
  options: BuildArtifactOptions,
): Promise<Artifact> {
  const { folder } = source
  const runtime = options.runtime ?? runtimeModule()
  const { manifest, module } = await resolveManifest(source, directory, runtime, options)
  options.progress?.(`building ${manifest.name}`)

  const packages = await placePackages(folder, manifest.packages)
  const assets = module === undefined ? await listAssets(folder) : []
  const copied = [...assets, ...(await Promise.all(packages.map(listPackage))).flat()]
  checkBytes(manifest, copied, options)
  const bundled = await bundleFunction({
    folder,
    module,
    entry: mainEntry(module),
    output: join(directory, MAIN_FILE),
    packages: manifest.packages,
    runtime,
  })
  await copyFiles(folder, directory, assets)
  if (packages.length > 0) options.progress?.(`copying ${packages.length} npm packages for ${manifest.name}`)
  await copyPackages(packages, directory)
  await writeFile(join(directory, MANIFEST_JSON), `${JSON.stringify(manifest, undefined, 2)}\n`)

  checkBytes(manifest, await listFolder(directory), options)

  const files = [...bundled, ...assets.map(({ path }) => join(folder, path))]
  if (source.isFolder) files.push(join(folder, MANIFEST_FILE))
  const facts = await gatherFacts(source, manifest, options)
  const inputs = { facts, files: [...new Set(files)] }
  return { ...(await cache.finish(source.path, directory, inputs, manifest.name)), manifest }
}

async function locate(source: string): Promise<Source> {
  const path = await realpath(resolve(source)).catch((cause: Error) => {
    throw new EngineError('build-failed', `${source}: no such function folder or file`, cause)
  })
  const isFolder = (await stat(path)).isDirectory()
  if (!isFolder && !/\.[cm]?[jt]s$/.test(path)) {
    throw new EngineError('build-failed', `${source}: neither a function folder nor a .ts or .js file`)
  }
  return { path, folder: isFolder ? path : dirname(path), isFolder }
}

/** The manifest from function.yaml if there is one, otherwise from the fields of the definition. */
async function resolveManifest(
  { path, folder, isFolder }: Source,
  directory: string,
  runtime: string,
  { loadTimeout = FIELDS_TIMEOUT }: BuildArtifactOptions,
): Promise<{ manifest: Manifest; module: string | undefined }> {
  const declared =
    isFolder && (await isThere(join(folder, MANIFEST_FILE))) ? await loadManifest(folder) : undefined
  if (declared?.command !== undefined) return { manifest: declared, module: undefined }
  const module = declared?.module ?? (isFolder ? await findModule(folder) : basename(path))
  if (module === undefined) {
    const message = `${folder}: has neither ${MANIFEST_FILE} nor ${DEFAULT_MODULES.join(' or ')}`
    throw new EngineError('build-failed', message)
  }

  const loading = join(directory, 'fields')
  const output = join(loading, 'fields.mjs')
  await bundleFunction({ folder, module, entry: FIELDS_ENTRY, output, packages: 'all', runtime })
  const file = join(folder, module)
  const fields = await readDefinitionFields(output, file, loadTimeout)
  await rm(loading, { recursive: true })

  if (declared === undefined) {
    return { manifest: parseManifest({ ...fields, module }, `defineFunction in ${file}`), module }
  }
  checkFields(declared, fields, join(folder, MANIFEST_FILE), file)
  return { manifest: declared, module }
}

/** @throws EngineError `build-failed` if a module says of a field something else than function.yaml. */
function checkFields(declared: Manifest, fields: Record<string, unknown>, yaml: string, file: string): void {
  for (const [field, value] of Object.entries(fields)) {
    const before = declared[field as keyof Manifest]
    const stated = field === 'limits' ? { ...declared.limits, ...(value as object) } : value
    const after = parseManifest({ ...declared, [field]: stated }, `defineFunction in ${file}`)[
      field as keyof Manifest
    ]
    if (isDeepStrictEqual(before, after)) continue
    const [inYaml, inModule] = [before, after].map((side) => JSON.stringify(side))
    const message = `${field} is ${inYaml} in ${yaml}, but ${inModule} in ${file}: say it in ${MANIFEST_FILE} alone`
    throw new EngineError('build-failed', message)
  }
}

function mainEntry(module: string | undefined): string {
  return `
${module === undefined ? 'const definition = undefined' : "import definition from 'function:module'"}
import { serveInstance } from 'ndn-sfc'
import { readFileSync } from 'node:fs'
await serveInstance(definition, JSON.parse(readFileSync(new URL('${MANIFEST_JSON}', import.meta.url), 'utf8')))
`
}

/** Files of a command's folder. The manifest is in the artifact in its resolved form. */
async function listAssets(folder: string): Promise<FolderFile[]> {
  const leftOut = new Set([MANIFEST_FILE, 'node_modules', '.git'])
  const files = await listFolder(folder, (path) => leftOut.has(path))
  const clash = files.find(({ path }) => path === MAIN_FILE || path === MANIFEST_JSON)
  if (clash === undefined) return files
  throw new EngineError(
    'build-failed',
    `${join(folder, clash.path)}: give this file another name; it is ours`,
  )
}

function checkBytes(
  { name }: Manifest,
  files: readonly FolderFile[],
  { maxBytes = ARTIFACT_BYTES_MAX }: BuildArtifactOptions,
): void {
  const bytes = files.reduce((sum, { size }) => sum + size, 0)
  if (bytes <= maxBytes) return
  const message = `${name}: code, packages and files are ${bytes} bytes, more than the ${maxBytes} that an artifact may be`
  throw new EngineError('build-failed', message)
}

/** Inputs of a build beside its files. */
async function gatherFacts(
  source: Source,
  manifest: Manifest,
  options: BuildArtifactOptions,
): Promise<string> {
  const packages = await placePackages(source.folder, manifest.packages)
  const assets = manifest.command === undefined ? [] : await listAssets(source.folder)
  return JSON.stringify({
    format: FORMAT,
    esbuild: ESBUILD_VERSION,
    platform: `${process.platform}-${process.arch}`,
    runtime: options.runtime ?? runtimeModule(),
    packages: packages.map(({ version, from, to }) => [to, version, from]),
    assets: assets.map(({ path, isExecutable }) => [path, isExecutable]),
  })
}

async function findModule(folder: string): Promise<string | undefined> {
  for (const name of DEFAULT_MODULES) if (await isThere(join(folder, name))) return name
  return undefined
}

async function isThere(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  )
}
