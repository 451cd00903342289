import { randomBytes } from 'node:crypto'
import { open, realpath, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { CliError, ExitCode } from './exit-code.ts'
import { formatBytes, isPrintable } from './text.ts'

/** Where a result goes. */
export interface Output {
  write(content: Uint8Array, mediaType: string): Promise<void>
}

/** Permissions of a new file, before the process's umask. */
const NEW_FILE_MODE = 0o666

/**
 * A file that is there whole or not at all. What is wrong with the path is found out now, before anything is fetched.
 * @throws CliError
 */
export async function fileOutput(path: string): Promise<Output> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw cannotWrite(path, error)
  })
  if (found?.isDirectory()) throw new CliError(ExitCode.Usage, `${path} is a folder: name a file in it`)
  if (found === undefined) {
    const folder = dirname(path)
    const parent = await stat(folder).catch(() => undefined)
    if (!parent?.isDirectory()) throw new CliError(ExitCode.Usage, `there is no folder ${folder}`)
  }
  // A device or a pipe cannot be replaced by a file.
  if (found !== undefined && !found.isFile()) return { write: (content) => writeTo(path, content) }
  // What a link points to is replaced, not the link.
  const target = found === undefined ? path : await realpath(path)
  return { write: (content) => replace(target, content, found?.mode ?? NEW_FILE_MODE) }
}

async function writeTo(path: string, content: Uint8Array): Promise<void> {
  try {
    const file = await open(path, 'w')
    await file.writeFile(content).finally(() => file.close())
  } catch (error) {
    throw cannotWrite(path, error as Error)
  }
}

async function replace(path: string, content: Uint8Array, mode: number): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.part`)
  try {
    const file = await open(temporary, 'wx', mode)
    await file.writeFile(content).finally(() => file.close())
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw cannotWrite(path, error as Error)
  }
}

function cannotWrite(path: string, cause: Error): CliError {
  return new CliError(ExitCode.Other, `cannot write ${path}: ${cause.message}`, cause)
}

/** Standard output. A terminal is shown text only. */
export function streamOutput(stream: NodeJS.WriteStream): Output {
  return {
    write: async (content, mediaType) => {
      if (!stream.isTTY) {
        await writeStream(stream, content)
        return
      }
      const text = decodeText(content)
      if (text === undefined) {
        throw new CliError(
          ExitCode.Usage,
          `the result is ${formatBytes(content.length)} of ${mediaType}, which a terminal cannot show: write it to a file with -o FILE, or pipe it into another command`,
        )
      }
      await writeStream(stream, text === '' || text.endsWith('\n') ? text : `${text}\n`)
    },
  }
}

function writeStream(stream: NodeJS.WriteStream, chunk: Uint8Array | string): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(chunk, (error) => (error ? reject(error) : resolve()))
  })
}

/** Bytes as text; undefined where they are not UTF-8, or hold control characters that a terminal would obey. */
export function decodeText(content: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(content)
    return isPrintable(text) ? text : undefined
  } catch {
    return undefined
  }
}
