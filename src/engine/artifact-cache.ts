import { createHash, randomUUID } from 'node:crypto'
import {
  access,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { join } from 'node:path'
import { parseManifest } from '../function/index.ts'
import type { Artifact, HeldImage } from './engine.ts'
import { digestFile, digestFolder, listFolder } from './folder.ts'
import { MAIN_FILE, MANIFEST_JSON } from './instance-setup.ts'

/** How long an artifact that nobody asked for is kept, in milliseconds: 90 days. */
export const ARTIFACT_KEEP = 90 * 86_400_000
/** How long a half-made artifact is kept, in milliseconds: after that its build must have crashed. */
export const UNFINISHED_KEEP = 3_600_000

const UNFINISHED = '.unfinished-'

/** Where the artifacts of a node are kept, in its state folder. */
export function artifactsOf(stateDirectory: string): string {
  return join(stateDirectory, 'artifacts')
}

/** What an artifact was made of. */
export interface ArtifactInputs {
  /** Whatever is no file: versions, options, lists of paths. Compared as text. */
  readonly facts: string
  /** Absolute paths of the files. One that does not exist is an input, too. */
  readonly files: readonly string[]
}

interface CacheEntry {
  readonly facts: string
  readonly files: readonly (readonly [path: string, sha256: string | null])[]
  /** Name of the artifact's folder. */
  readonly folder: string
  readonly digest: string
}

/** Artifacts of a node by what they were made of, in a folder that survives it. */
export class ArtifactCache {
  readonly #directory: string
  /** Octets by folder: what is in one never changes. */
  readonly #sizes = new Map<string, number>()

  constructor(directory: string) {
    this.#directory = directory
  }

  /**
   * The artifact made of this source, if none of its inputs changed since.
   * @param facts - gives the facts of now, for the artifact that was found.
   */
  async find(source: string, facts: (artifact: Artifact) => Promise<string>): Promise<Artifact | undefined> {
    try {
      const entry = JSON.parse(await readFile(this.#entryFile(source), 'utf8')) as CacheEntry
      const directory = join(this.#artifacts, entry.folder)
      await access(join(directory, MAIN_FILE))
      const manifest = parseManifest(JSON.parse(await readFile(join(directory, MANIFEST_JSON), 'utf8')))
      const artifact = { directory, digest: entry.digest, manifest }
      if (entry.facts !== (await facts(artifact))) return undefined
      for (const [path, digest] of entry.files) {
        if (((await digestFile(path)) ?? null) !== digest) return undefined
      }
      await utimes(directory, new Date(), new Date())
      return artifact
    } catch {
      // No entry, or one that cannot be used any more: it is made again.
      return undefined
    }
  }

  /** The artifacts that are there, by function and digest. */
  async list(): Promise<Omit<HeldImage, 'layers'>[]> {
    const sources = join(this.#directory, 'sources')
    const found = new Map<string, Omit<HeldImage, 'layers'>>()
    for (const file of await readdir(sources).catch(() => [])) {
      // One that cannot be read is as good as none: it is made again.
      const one = file.endsWith('.json') && (await this.#look(join(sources, file)).catch(() => undefined))
      if (one) found.set(one.digest, one)
    }
    const key = (one: Omit<HeldImage, 'layers'>): string => `${one.function} ${one.digest}`
    return [...found.values()].sort((a, b) => (key(a) < key(b) ? -1 : 1))
  }

  async #look(entryFile: string): Promise<Omit<HeldImage, 'layers'>> {
    const { folder, digest } = JSON.parse(await readFile(entryFile, 'utf8')) as CacheEntry
    const directory = join(this.#artifacts, folder)
    const { name } = parseManifest(JSON.parse(await readFile(join(directory, MANIFEST_JSON), 'utf8')))
    const size =
      this.#sizes.get(folder) ?? (await listFolder(directory)).reduce((sum, file) => sum + file.size, 0)
    this.#sizes.set(folder, size)
    return { function: name, digest, size }
  }

  /** A folder in which an artifact can be made. */
  async begin(): Promise<string> {
    await mkdir(this.#artifacts, { recursive: true })
    await this.#removeUnused()
    return await mkdtemp(join(this.#artifacts, UNFINISHED))
  }

  /** Gives a finished folder its place. */
  async finish(
    source: string,
    folder: string,
    inputs: ArtifactInputs,
    name: string,
  ): Promise<Omit<Artifact, 'manifest'>> {
    const digest = await digestFolder(folder)
    const place = placeOf(name, digest)
    const directory = join(this.#artifacts, place)
    await moveInto(folder, directory, digest)

    const files: [string, string | null][] = []
    for (const path of inputs.files) files.push([path, (await digestFile(path)) ?? null])
    await this.#enter(source, { facts: inputs.facts, files, folder: place, digest })
    return { directory, digest }
  }

  /**
   * Gives an artifact that somebody else has made its place, whole or not at all.
   * @param fill - writes its files into a folder; not called if the artifact is there already.
   * @returns its folder; undefined if what was written has another digest.
   */
  async adopt(
    name: string,
    digest: string,
    fill: (folder: string) => Promise<void>,
  ): Promise<string | undefined> {
    const place = placeOf(name, digest)
    const directory = join(this.#artifacts, place)
    const there = await digestFolder(directory).catch(() => undefined)
    if (there === digest) {
      await utimes(directory, new Date(), new Date())
      return directory
    }
    const folder = await this.begin()
    try {
      await fill(folder)
      if ((await digestFolder(folder)) !== digest) return undefined
      await moveInto(folder, directory, digest)
      // It has no source to be made of again; so it is listed.
      await this.#enter(place, { facts: '', files: [], folder: place, digest })
      return directory
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }

  async #enter(source: string, entry: CacheEntry): Promise<void> {
    const entryFile = this.#entryFile(source)
    // Unique also among builds of one process.
    const temporary = `${entryFile}.${randomUUID()}.tmp`
    await mkdir(join(this.#directory, 'sources'), { recursive: true })
    await writeFile(temporary, JSON.stringify(entry))
    await rename(temporary, entryFile)
  }

  get #artifacts(): string {
    return join(this.#directory, 'artifacts')
  }

  #entryFile(source: string): string {
    const key = createHash('sha256').update(source).digest('hex').slice(0, 32)
    return join(this.#directory, 'sources', `${key}.json`)
  }

  async #removeUnused(): Promise<void> {
    for (const name of await readdir(this.#artifacts)) {
      const path = join(this.#artifacts, name)
      const keep = name.startsWith(UNFINISHED) ? UNFINISHED_KEEP : ARTIFACT_KEEP
      const stats = await stat(path).catch(() => undefined)
      if (stats !== undefined && Date.now() - stats.mtimeMs > keep)
        await rm(path, { recursive: true, force: true })
    }
  }
}

function placeOf(name: string, digest: string): string {
  return `${name}-${digest.slice(0, 12)}`
}

/** Renames, so that a crash leaves nothing half-made at the artifact's place. */
async function moveInto(folder: string, directory: string, digest: string): Promise<void> {
  try {
    await rename(folder, directory)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error
    if ((await digestFolder(directory)) === digest) return await rm(folder, { recursive: true })
    // Somebody changed it by hand.
    await rm(directory, { recursive: true })
    await rename(folder, directory)
  }
}
