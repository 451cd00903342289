import { extname } from 'node:path'
import { fail, readText } from '../../files/index.ts'
import type { Platform, Workflow } from '../model/index.ts'
import { parseDot } from './dot.ts'
import type { ImportOptions } from './import-options.ts'
import { type LimitOptions, limitsOf } from './limits.ts'
import { parsePlatform } from './platform-file.ts'
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
  return parsePlatform(await readText(path, limitsOf(options).markupBytes), path, options)
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
  return format.parse(await readText(path, limitsOf(options)[format.limit]), path, options)
}
