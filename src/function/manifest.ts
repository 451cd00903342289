import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type Document, isNode, LineCounter, parseDocument, visit } from 'yaml'
import type { Manifest } from './manifest-fields.ts'
import { manifestSchema } from './manifest-schema.ts'

export type { Manifest, ManifestSource } from './manifest-fields.ts'

/** File name of a manifest in a function's folder. */
export const MANIFEST_FILE = 'function.yaml'

/** Largest manifest that is read, in bytes. */
export const MANIFEST_MAX_BYTES = 64 * 1024

export type ManifestErrorCode =
  /** The folder has no `function.yaml`. */
  | 'manifest-missing'
  /** The file is there but cannot be read, or is too large. */
  | 'manifest-unreadable'
  /** It is not YAML. */
  | 'manifest-syntax'
  /** It is YAML, but no manifest. */
  | 'manifest-invalid'

/** One thing that is wrong with a manifest. */
export interface ManifestProblem {
  /** Where, e.g. `limits.memory`; empty for the whole. */
  readonly field: string
  readonly reason: string
  /** Line in the file, from 1; undefined if the manifest is not from a file. */
  readonly line?: number | undefined
}

/** A manifest cannot be used. The message has one line for each problem: `FILE:LINE: FIELD: REASON`. */
export class ManifestError extends Error {
  override readonly name = 'ManifestError'
  readonly code: ManifestErrorCode
  /** The file, or how else the manifest is called. */
  readonly source: string
  readonly problems: readonly ManifestProblem[]

  constructor(
    code: ManifestErrorCode,
    source: string,
    problems: readonly ManifestProblem[],
    cause?: unknown,
  ) {
    super(problems.map((problem) => formatProblem(source, problem)).join('\n'), { cause })
    this.code = code
    this.source = source
    this.problems = problems
  }
}

/**
 * Reads and checks `function.yaml` in a function's folder.
 * @throws ManifestError with file, line and reason.
 */
export async function loadManifest(directory: string): Promise<Manifest> {
  const file = join(directory, MANIFEST_FILE)
  const lines = new LineCounter()
  const document = parseDocument(await readManifest(file), { lineCounter: lines, prettyErrors: false })
  const syntax = findSyntaxProblems(document, lines)
  if (syntax.length > 0) throw new ManifestError('manifest-syntax', file, syntax, document.errors[0])

  const lineOf = (path: readonly PropertyKey[]) => findLine(document, lines, path)
  const manifest = check(document.toJS(), file, lineOf)
  if (manifest.module !== undefined && !(await isFile(join(directory, manifest.module)))) {
    const problem = {
      field: 'module',
      reason: `no file ${manifest.module} in ${directory}`,
      line: lineOf(['module']),
    }
    throw new ManifestError('manifest-invalid', file, [problem])
  }
  return manifest
}

/**
 * Checks a manifest that is already an object: from JSON, from the fields of `defineFunction`, or one that was checked before.
 * @param source - how error messages call it. Default `manifest`.
 * @throws ManifestError without line numbers.
 */
export function parseManifest(value: unknown, source = 'manifest'): Manifest {
  return check(value, source, () => undefined)
}

type LineOf = (path: readonly PropertyKey[]) => number | undefined

function check(value: unknown, source: string, lineOf: LineOf): Manifest {
  const result = manifestSchema().safeParse(value)
  if (result.success) return result.data
  const problems = result.error.issues.flatMap((issue): ManifestProblem[] => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => {
        const path = [...issue.path, key]
        return { field: path.join('.'), reason: 'there is no such field', line: lineOf(path) }
      })
    }
    const reason = isMissing(value, issue.path) ? 'is missing' : issue.message
    return [{ field: issue.path.join('.'), reason, line: lineOf(issue.path) }]
  })
  problems.sort((a, b) => (a.line ?? 0) - (b.line ?? 0))
  throw new ManifestError('manifest-invalid', source, problems, result.error)
}

function isMissing(value: unknown, path: readonly PropertyKey[]): boolean {
  let inner = value
  for (const key of path) inner = (inner as Record<PropertyKey, unknown> | null | undefined)?.[key]
  return inner === undefined && path.length > 0
}

async function readManifest(file: string): Promise<string> {
  try {
    const { size } = await stat(file)
    if (size <= MANIFEST_MAX_BYTES) return await readFile(file, 'utf8')
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT'
    const reason = missing ? 'no such file; a function folder needs one' : (cause as Error).message
    throw new ManifestError(
      missing ? 'manifest-missing' : 'manifest-unreadable',
      file,
      [{ field: '', reason }],
      cause,
    )
  }
  throw new ManifestError('manifest-unreadable', file, [
    { field: '', reason: `more than ${MANIFEST_MAX_BYTES} bytes` },
  ])
}

/** Aliases are among them: what a manifest has to say needs none, and `*\/*` without quotes is one. */
function findSyntaxProblems(document: Document, lines: LineCounter): ManifestProblem[] {
  const problems = [...document.errors, ...document.warnings].map(({ message, pos }) => ({
    field: '',
    reason: message.includes('multiple documents') ? 'the file must hold one YAML document' : message,
    line: lines.linePos(pos[0]).line,
  }))
  visit(document, {
    Alias: (_key, { range }) => {
      const reason = "a value that begins with * needs quotes, such as '*/*'; there are no aliases"
      problems.push({ field: '', reason, line: lines.linePos(range?.[0] ?? 0).line })
    },
  })
  return problems
}

/** Line of the field, or of the innermost parent that the file has. */
function findLine(document: Document, lines: LineCounter, path: readonly PropertyKey[]): number {
  for (let depth = path.length; depth > 0; depth--) {
    const node = document.getIn(path.slice(0, depth), true)
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line
  }
  return document.contents?.range ? lines.linePos(document.contents.range[0]).line : 1
}

async function isFile(path: string): Promise<boolean> {
  return await stat(path).then(
    (stats) => stats.isFile(),
    () => false,
  )
}

function formatProblem(source: string, { line, field, reason }: ManifestProblem): string {
  const place = line === undefined ? source : `${source}:${line}`
  return field === '' ? `${place}: ${reason}` : `${place}: ${field}: ${reason}`
}
