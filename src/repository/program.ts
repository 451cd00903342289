import { spawn } from 'node:child_process'
import { chmod, cp, mkdir, mkdtemp, open, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, extname, join, resolve } from 'node:path'
import { stringify } from 'yaml'
import { EngineError } from '../engine/index.ts'
import { MANIFEST_FILE, type ManifestSource, parseManifest } from '../function/index.ts'
import { splitCommand } from './command-line.ts'

/** How long one setup command may take, in milliseconds. */
export const SETUP_TIMEOUT = 600_000
/** How much of what a setup command said is shown where it failed, in characters. */
const SETUP_OUTPUT_SHOWN = 2000

/** What is said of a program that has no function.yaml. */
export interface ProgramOptions extends Omit<Partial<ManifestSource>, 'command' | 'module'> {
  /** Program and arguments in one. Default: from the first line of a script, or the file itself. */
  readonly command?: string | undefined
  /** Commands that are run in a copy of the folder first, by a shell. */
  readonly setup?: readonly string[] | undefined
  /** Runs them. Default: on this machine. */
  readonly setUp?: ((lines: readonly string[], folder: string) => Promise<void>) | undefined
  /** Folder that is made for it, with its function.yaml. Default: one in the home folder, made anew each time. */
  readonly saveTo?: string | undefined
  readonly progress?: ((step: string) => void) | undefined
}

/**
 * Makes a function's folder of a plain program: a script, a binary, or a folder with either.
 * @param source - file or folder
 * @param home - the node's folder, absolute
 * @returns the folder, which `buildArtifact` takes
 * @throws EngineError `build-failed`; ManifestError; RepositoryError `bad-reference` for a command that needs a shell
 */
export async function makeProgramFolder(
  source: string,
  home: string,
  options: ProgramOptions,
): Promise<string> {
  const { command, setup = [], setUp, saveTo, progress, ...fields } = options
  const path = resolve(source)
  const stats = await stat(path).catch((cause) => {
    throw new EngineError('build-failed', `${source}: no such file or folder`, cause)
  })
  const isFolder = stats.isDirectory()
  const manifestThere = isFolder ? await stat(join(path, MANIFEST_FILE)).catch(() => undefined) : undefined
  if (manifestThere !== undefined) {
    throw new EngineError('build-failed', `${source} has a ${MANIFEST_FILE} already: say it there`)
  }
  const name = fields.name ?? nameOf(path)
  const run = command === undefined ? await commandOf(path, isFolder) : splitCommand(command)
  const manifest: Record<string, unknown> = {
    name,
    ...fields,
    command: run,
    programs: programsOf(run, fields.programs ?? []),
  }
  parseManifest(manifest, `what is said of ${source}`)

  const folder = saveTo === undefined ? join(home, 'programs', name) : resolve(saveTo)
  if (saveTo !== undefined && (await stat(folder).catch(() => undefined)) !== undefined) {
    throw new EngineError('build-failed', `${saveTo} is there already: name a folder that is not`)
  }
  await mkdir(dirname(folder), { recursive: true })
  const temporary = await mkdtemp(join(dirname(folder), '.unfinished-'))
  try {
    await cp(path, isFolder ? temporary : join(temporary, basename(path)), { recursive: true })
    if (setUp !== undefined && setup.length > 0) await setUp(setup, temporary)
    else {
      for (const line of setup) {
        progress?.(`running ${line}`)
        await runSetup(line, temporary)
      }
    }
    await makeExecutable(run, temporary)
    await writeFile(join(temporary, MANIFEST_FILE), stringify(manifest))
    await rm(folder, { recursive: true, force: true })
    await rename(temporary, folder)
    return folder
  } finally {
    await rm(temporary, { recursive: true, force: true })
  }
}

/** A program that came by a download, say, cannot be run yet. */
async function makeExecutable([program = '']: readonly string[], folder: string): Promise<void> {
  if (!program.includes('/')) return
  const path = resolve(folder, program)
  if (!path.startsWith(`${folder}/`)) {
    throw new EngineError(
      'build-failed',
      `${program} is outside of the function's folder: name a program in it`,
    )
  }
  await chmod(path, 0o755).catch((cause) => {
    throw new EngineError('build-failed', `there is no ${program} in the function's folder`, cause)
  })
}

/** Programs of this host that the image needs: what the command begins with, unless it comes with the function. */
function programsOf([program = '']: readonly string[], more: readonly string[]): string[] {
  const needed = program.includes('/') || program === 'node' ? [] : [program]
  return [...new Set([...needed, ...more])]
}

function nameOf(path: string): string {
  const file = basename(path)
  return file
    .slice(0, file.length - extname(file).length)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 64)
}

/** How a file is run: a script by what its first line names, anything else by itself. */
async function commandOf(path: string, isFolder: boolean): Promise<string[]> {
  if (isFolder) {
    throw new EngineError(
      'build-failed',
      `${path} is a folder: say with --command which program in it to run`,
    )
  }
  const file = basename(path)
  const first = await firstLine(path)
  if (!first.startsWith('#!')) return [`./${file}`]
  const [program = '', ...args] = first.slice(2).trim().split(/\s+/)
  const words =
    basename(program) === 'env' ? args.filter((word) => word !== '-S') : [basename(program), ...args]
  return [...words, file]
}

async function firstLine(path: string): Promise<string> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(256), 0, 256, 0)
    return buffer.subarray(0, bytesRead).toString('latin1').split('\n', 1)[0] ?? ''
  } finally {
    await file.close()
  }
}

async function runSetup(line: string, folder: string): Promise<void> {
  const child = spawn('sh', ['-c', line], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: SETUP_TIMEOUT,
  })
  let said = ''
  const listen = (chunk: Buffer): void => {
    said = (said + chunk).slice(-SETUP_OUTPUT_SHOWN)
  }
  child.stdout.on('data', listen)
  child.stderr.on('data', listen)
  const ending = await new Promise<string>((settle) => {
    child.once('error', (error) => settle(error.message))
    child.once('close', (code, signal) => settle(signal ?? (code === 0 ? '' : `exit code ${code}`)))
  })
  if (ending === '') return
  throw new EngineError('build-failed', `the setup command ${line} failed (${ending}):\n${said.trim()}`)
}
