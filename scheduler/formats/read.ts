import { readFile, stat } from 'node:fs/promises'
import { extname } from 'node:path'
import type { Platform, Workflow } from '../model/index.ts'
import { parseDot } from './dot.ts'
import type { ImportOptions } from './import-options.ts'
import { type FileLimits, type LimitOptions, limitsOf, tooMany } from './limits.ts'
import { parsePlatform } from './platform-file.ts'
import { fail } from './problem-list.ts'
import { parseStg } from './stg.ts'
import { parseWfFormat } from './wfformat.ts'
import { parseWorkflow } from './workflow-file.ts'

interface WorkflowFormat {
  readonly parse: (text: string, file: string, options: ImportOptions) => Workflow
  readonly limit: 'bytes' | 'markupBytes'
}

const YAML: WorkflowFormat = { parse: parseWorkflow, limit: 'markupBytes' }
const DOT: WorkflowFormat = { parse: parseDot, limit: 'markupBytes' }

const FORMATS: ReadonlyMap<string, WorkflowFormat> = new Map([
  ['.yaml', YAML],
  ['.yml', YAML],
  ['.json', { parse: parseWfFormat, limit: 'bytes' }],
  ['.stg', { parse: parseStg, limit: 'bytes' }],
  ['.dot', DOT],
  ['.gv', DOT],
])

/** Reads a platform in YAML. @throws FileError */
export async function readPlatform(path: string, options: LimitOptions = {}): Promise<Platform> {
  return parsePlatform(await readText(path, 'markupBytes', limitsOf(options)), path, options)
}

/**
 * Reads a workflow. The extension of the file says how it is written: `.yaml` or `.yml` our own format, `.json` WfFormat 1.5,
 * `.stg` the Standard Task Graph Set, `.dot` or `.gv` GraphViz.
 * @throws FileError
 */
export async function readWorkflow(path: string, options: ImportOptions = {}): Promise<Workflow> {
  const extension = extname(path).toLowerCase()
  const format = FORMATS.get(extension)
  if (format === undefined) {
    const known = [...FORMATS.keys()].join(', ')
    return fail(
      path,
      undefined,
      `a workflow is read from files ${known}, and not from ${extension || 'one without extension'}`,
    )
  }
  return format.parse(await readText(path, format.limit, limitsOf(options)), path, options)
}

const BYTE_ORDER_MARK = /^\uFEFF/

async function readText(path: string, limit: 'bytes' | 'markupBytes', limits: FileLimits): Promise<string> {
  try {
    const { size } = await stat(path)
    if (size > limits[limit]) return fail(path, undefined, tooMany(size, 'octets', limits[limit]))
    return (await readFile(path, 'utf8')).replace(BYTE_ORDER_MARK, '')
  } catch (cause) {
    if (!(cause instanceof Error) || !('syscall' in cause)) throw cause
    return fail(
      path,
      undefined,
      WHY[(cause as NodeJS.ErrnoException).code ?? ''] ?? `cannot be read: ${cause.message}`,
      cause,
    )
  }
}

/** By the system's code of an error. */
const WHY: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EISDIR: 'is a folder; name a file',
  EACCES: 'cannot be read: no permission',
}
