import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, readdir, readFile, realpath, rename, stat, writeFile } from 'node:fs/promises'
import { basename, delimiter, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { EngineError } from './engine.ts'

/** Where containers look for programs. */
export const CONTAINER_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** How long ldd may take, in milliseconds. */
const LDD_TIMEOUT = 10_000

/** Native add-ons of Node.js, and shared libraries. */
const NATIVE_CODE = /\.(?:node|so(?:\.[0-9]+)*)$/

const run = promisify(execFile)

/** A file of this host that goes into an image. */
export interface HostFile {
  /** Symbolic links resolved. */
  readonly source: string
  /** Path in the image, absolute. */
  readonly target: string
  readonly mode: number
}

/**
 * A program of this host with the libraries that it needs.
 * @param name - looked for in PATH unless it is a path.
 * @param target - path in the image. Default: where it was found if containers look there.
 * @throws EngineError `build-failed`
 */
export async function programFiles(name: string, target?: string): Promise<HostFile[]> {
  const found = name.includes('/') ? name : await findProgram(name)
  const source = await realpath(found)
  if (!(await isElf(source))) {
    throw new EngineError(
      'build-failed',
      `${found} is a script; only programs that are binaries can be copied`,
    )
  }
  const isSearched = CONTAINER_PATH.split(':').includes(dirname(found))
  const place = target ?? (isSearched ? found : join('/usr/local/bin', basename(found)))
  const libraries = await Promise.all(
    (await librariesOf(source)).map(async (path) => ({
      source: await realpath(path),
      target: path,
      mode: 0o755,
    })),
  )
  return [{ source, target: place, mode: 0o755 }, ...libraries]
}

/**
 * The libraries of this host that the native code in a folder of npm packages needs, beside those in the folder.
 * @throws EngineError `build-failed`
 */
export async function nativeLibraries(folder: string): Promise<HostFile[]> {
  const files = (await readdir(folder, { recursive: true }).catch(() => [])).filter((path) =>
    NATIVE_CODE.test(path),
  )
  const paths = new Set<string>()
  for (const file of files) {
    const path = await realpath(join(folder, file))
    if (await isElf(path)) for (const library of await librariesOf(path)) paths.add(library)
  }
  return await hostLibraries(paths, folder)
}

/** Libraries that are not in the function's own folder. */
async function hostLibraries(paths: ReadonlySet<string>, folder: string): Promise<HostFile[]> {
  const outside = [...paths].filter((path) => !path.startsWith(`${folder}/`)).sort()
  return Promise.all(
    outside.map(async (path) => ({ source: await realpath(path), target: path, mode: 0o755 })),
  )
}

/**
 * The libraries of this host that a function's own binary needs: one that its command names by a path in its folder.
 * @throws EngineError `build-failed`
 */
export async function commandLibraries(
  folder: string,
  [program = '', ...args]: readonly string[] = [],
): Promise<HostFile[]> {
  const inside = [program, ...args].filter((word) => word.includes('/') && !word.startsWith('/'))
  const paths = new Set<string>()
  for (const word of inside) {
    const path = join(folder, word)
    if (!path.startsWith(`${folder}/`) || !(await isElf(path).catch(() => false))) continue
    for (const library of await librariesOf(path)) paths.add(library)
  }
  return await hostLibraries(paths, folder)
}

/** @throws EngineError `build-failed` if there is none in PATH */
export async function findProgram(name: string): Promise<string> {
  const folders = (process.env.PATH ?? CONTAINER_PATH).split(delimiter)
  for (const folder of folders) {
    const path = join(folder, name)
    const stats = await stat(path).catch(() => undefined)
    if (stats?.isFile() && (stats.mode & 0o111) !== 0) return path
  }
  throw new EngineError('build-failed', `there is no program ${name} on this machine: install it`)
}

async function isElf(path: string): Promise<boolean> {
  const file = await open(path)
  try {
    const { buffer } = await file.read(Buffer.alloc(4), 0, 4, 0)
    return buffer.toString('latin1') === '\x7fELF'
  } finally {
    await file.close()
  }
}

async function librariesOf(path: string): Promise<string[]> {
  const output = await run('ldd', [path], { timeout: LDD_TIMEOUT }).then(
    ({ stdout }) => stdout,
    (error: Error & { stdout?: string; stderr?: string }) => {
      const text = `${error.stdout}${error.stderr}`
      // Linked statically. So musl's ldd says it, and glibc's.
      if (/not a (valid )?dynamic (executable|program)/i.test(text)) return ''
      throw new EngineError(
        'build-failed',
        `ldd cannot tell which libraries ${path} needs: ${error.message}`,
        error,
      )
    },
  )
  return parseLdd(output, path)
}

/** Paths in lines such as `libc.so.6 => /lib/libc.so.6 (0x…)` and `/lib64/ld-linux-x86-64.so.2 (0x…)`. */
export function parseLdd(output: string, program: string): string[] {
  const paths = new Set<string>()
  for (const line of output.split('\n')) {
    const missing = /^\s*(\S+) => not found/.exec(line)?.[1]
    if (missing !== undefined) {
      throw new EngineError(
        'build-failed',
        `${program} needs the library ${missing}, which is not on this machine`,
      )
    }
    const path = /^\s*(?:\S+ => )?(\/\S+) \(0x[0-9a-f]+\)/.exec(line)?.[1]
    if (path !== undefined) paths.add(path)
  }
  return [...paths].sort()
}

/** SHA-256 of large files, remembered by path, size and time of change in a file of the node's state folder. */
export class FileDigests {
  readonly #file: string
  #known: Record<string, readonly [stamp: string, digest: string]> | undefined

  constructor(stateDirectory: string) {
    this.#file = join(stateDirectory, 'host-files.json')
  }

  /** One digest over paths in the image, modes and bytes; lower-case hexadecimal. */
  async of(files: readonly HostFile[]): Promise<string> {
    const entries: [string, number, string][] = []
    for (const { source, target, mode } of files) entries.push([target, mode, await this.#ofFile(source)])
    entries.sort(([a], [b]) => (a < b ? -1 : 1))
    return createHash('sha256').update(JSON.stringify(entries)).digest('hex')
  }

  async #ofFile(path: string): Promise<string> {
    this.#known ??= await readFile(this.#file, 'utf8')
      .then(JSON.parse)
      .catch(() => ({}))
    const known = this.#known ?? {}
    const { size, mtimeMs, ino } = await stat(path)
    const stamp = `${size} ${mtimeMs} ${ino}`
    const [knownStamp, knownDigest] = known[path] ?? []
    if (knownStamp === stamp && knownDigest !== undefined) return knownDigest
    const hash = createHash('sha256')
    for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20 })) hash.update(chunk)
    const digest = hash.digest('hex')
    known[path] = [stamp, digest]
    // Without it the next node only takes longer.
    await this.#write(known).catch(() => {})
    return digest
  }

  async #write(known: object): Promise<void> {
    await mkdir(dirname(this.#file), { recursive: true })
    const temporary = `${this.#file}.${process.pid}.tmp`
    await writeFile(temporary, JSON.stringify(known))
    await rename(temporary, this.#file)
  }
}
