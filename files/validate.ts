import { z } from 'zod'
import { didYouMean } from './nearest.ts'
import type { Path, ProblemList } from './problem-list.ts'
import type { Source } from './yaml-source.ts'

/** What is right of a file, so that names can be followed even where something else is wrong. */
export interface Valid<T> {
  /** Fields that are wrong are missing; entries of a mapping too, if they cannot be without. Undefined: too little is left. */
  readonly data: T | undefined
  /** Whether an entry of a mapping of the file (`hosts`, `pi`), or a field of the entry (`sockets`), is not as in the file. */
  isWrong(...path: string[]): boolean
}

export interface ValidateOptions<S extends z.ZodObject> {
  /**
   * What is left out where it is wrong, until the rest is right, by the length of its path.
   * @defaultValue first fields of an entry, such as `hosts.pi.sockets`, then whole entries
   */
  readonly depths?: readonly number[]
  /** For fields of the file that must be there, so that the rest can be checked without them. */
  readonly standIns?: Partial<z.input<S>>
}

/** Checks a file against its schema. */
export function validate<S extends z.ZodObject>(
  schema: S,
  source: Source,
  { depths = [3, 2], standIns }: ValidateOptions<S> = {},
): Valid<z.output<S>> {
  const { value, problems } = source
  const wrong = new Set<string>()
  const isWrong = (...path: string[]): boolean => wrong.has(path.join('\0'))
  let result = schema.safeParse(value)
  for (const issue of result.error?.issues ?? []) report(issue, [], value, schema, problems)
  let right = value
  for (const depth of depths) {
    if (result.success || !isMapping(right)) break
    right = without(
      right,
      result.error.issues.flatMap((issue) => wrongFields(issue, depth)),
      wrong,
    )
    right = { ...standIns, ...(right as object) }
    result = schema.safeParse(right)
  }
  return { data: result.data, isWrong }
}

function wrongFields(issue: z.core.$ZodIssue, depth: number): string[][] {
  const path = issue.path.map(String)
  const paths = issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...path, key]) : [path]
  return paths.map((one) => one.slice(0, depth))
}

/** @param wrong is told the entries that change, and which of their fields */
function without(
  file: Record<string, unknown>,
  paths: readonly string[][],
  wrong: Set<string>,
): Record<string, unknown> {
  const right = { ...file }
  const copied = new Set<string>()
  for (const path of paths) {
    let at: Record<string, unknown> = right
    for (const [index, step] of path.entries()) {
      if (index > 0) wrong.add(path.slice(0, index + 1).join('\0'))
      const next = at[step]
      if (index === path.length - 1 || !isMapping(next)) {
        delete at[step]
        break
      }
      const key = path.slice(0, index + 1).join('\0')
      at[step] = copied.has(key) ? next : { ...next }
      copied.add(key)
      at = at[step] as Record<string, unknown>
    }
  }
  return right
}

function report(
  issue: z.core.$ZodIssue,
  above: Path,
  value: unknown,
  schema: z.ZodType,
  problems: ProblemList,
): void {
  const path = [...above, ...issue.path]
  if (issue.code === 'unrecognized_keys') {
    const known = fieldsAt(schema, path)
    for (const key of issue.keys)
      problems.addAt([...path, key], `there is no such field${didYouMean(key, known)}`)
  } else if (issue.code === 'invalid_key') {
    for (const one of issue.issues) problems.addAt(path, reasonOf(one, path.at(-1)))
  } else if (issue.code === 'invalid_union' && valueAt(value, path) === undefined) {
    problems.addAt(path, 'is missing')
  } else if (issue.code === 'invalid_union') {
    // What is meant is the form whose type it has.
    const meant = issue.errors.find((issues) =>
      issues.every(({ path: place, code }) => place.length > 0 || code !== 'invalid_type'),
    )
    for (const one of meant ?? []) report(one, path, value, schema, problems)
    if (meant === undefined) {
      const forms = issue.errors
        .flat()
        .map((one) => (one.code === 'invalid_type' ? wordFor(one.expected) : ''))
      problems.addAt(
        path,
        `must be ${[...new Set(forms)].join(' or ')}, and is ${kindOf(valueAt(value, path))}`,
      )
    }
  } else problems.addAt(path, reasonOf(issue, valueAt(value, path)))
}

function reasonOf(issue: z.core.$ZodRawIssue | z.core.$ZodIssue, value: unknown): string {
  switch (issue.code) {
    case 'invalid_type':
      if (value === undefined) return 'is missing'
      return `must be ${wordFor(issue.expected as string)}, and is ${kindOf(value)}${quotesFor(issue.expected as string, value)}`
    case 'too_small':
      return issue.origin === 'array'
        ? 'must name one at least'
        : `must be ${issue.inclusive ? 'at least' : 'more than'} ${issue.minimum}, and is ${value}`
    case 'too_big':
      if (issue.origin === 'array') return `has more than ${issue.maximum} entries`
      return issue.origin === 'string'
        ? `is longer than ${issue.maximum} characters`
        : `must be at most ${issue.maximum}, and is ${value}`
    default:
      return issue.message as string
  }
}

const WORDS: Readonly<Record<string, string>> = {
  int: 'a whole number',
  number: 'a number',
  string: 'text',
  array: 'a list',
  object: 'a mapping',
  record: 'a mapping',
  boolean: 'true or false',
}

function wordFor(type: string): string {
  return WORDS[type] ?? type
}

function kindOf(value: unknown): string {
  if (value === undefined) return 'missing'
  if (value === null) return 'empty'
  if (typeof value === 'number') return `the number ${value}`
  if (typeof value === 'boolean') return `${value}`
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'string' ? `the text '${value.slice(0, 40)}'` : 'a mapping'
}

/** A name that looks like something else. */
function quotesFor(expected: string, value: unknown): string {
  return expected === 'string' && ['number', 'boolean'].includes(typeof value) ? `: write '${value}'` : ''
}

function valueAt(value: unknown, path: Path): unknown {
  let found = value
  for (const step of path) found = (found as Record<PropertyKey, unknown> | null | undefined)?.[step]
  return found
}

/** The fields that a mapping may have. */
function fieldsAt(schema: z.ZodType, path: Path): string[] {
  let found = inner(schema)
  for (const step of path) {
    if (found instanceof z.ZodObject) found = inner(found.shape[step as string])
    else if (found instanceof z.ZodRecord) found = inner(found.valueType as z.ZodType)
    else if (found instanceof z.ZodArray) found = inner(found.element as z.ZodType)
  }
  return found instanceof z.ZodObject ? Object.keys(found.shape) : []
}

/** A schema without what says that it may be missing; of several forms the one with fields. */
function inner(schema: z.ZodType): z.ZodType {
  let found = schema
  while (found instanceof z.ZodDefault || found instanceof z.ZodPrefault || found instanceof z.ZodOptional)
    found = found.def.innerType as z.ZodType
  if (!(found instanceof z.ZodUnion)) return found
  return (found.options as z.ZodType[]).find((form) => form instanceof z.ZodObject) ?? found
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
