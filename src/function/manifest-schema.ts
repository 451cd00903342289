import { z } from 'zod'
import { type Bound, FRESHNESS_BOUND, formatBound, LIMIT_BOUNDS } from './limits.ts'
import type { Manifest } from './manifest-fields.ts'
import { isMediaType, isMediaTypePattern } from './media-type.ts'
import { describeAllowed, isAllowed } from './parameters.ts'
import { parseDuration, parseSize } from './units.ts'

/** Most entries of each list in a manifest. */
const MANIFEST_MAX_ENTRIES = 64
/** Most characters of a text in a manifest, except a description. */
const MANIFEST_MAX_TEXT = 1024
/** Most that a string parameter may ask for as its `maxLength`, in characters. */
const PARAMETER_MAX_LENGTH = 4096

let schema: z.ZodType<Manifest> | undefined

/**
 * The schema of a manifest. What it gives for a manifest that it gave before is the same manifest.
 * Made on first use, so that a bundle which never checks a manifest holds neither this file nor zod.
 */
export function manifestSchema(): z.ZodType<Manifest> {
  schema ??= buildSchema()
  return schema
}

function buildSchema(): z.ZodType<Manifest> {
  return z
    .strictObject({
      name: text(/^[a-z0-9-]{1,64}$/, '1 to 64 of a-z, 0-9 and -'),
      version: text(/^\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]{1,64})?$/, 'a version such as 1.0.0').default(
        '0.0.0',
      ),
      description: z
        .string()
        .max(MANIFEST_MAX_TEXT)
        .regex(/^[^\r\n]*$/, 'must be one line')
        .default(''),
      input: inputSchema(),
      inputs: z.enum(['one', 'many'], { error: 'must be one or many' }).default('one'),
      output: z
        .string()
        .toLowerCase()
        .refine(isMediaType, 'must be one media type, such as image/jpeg, without * or parameters'),
      parameters: z
        .record(
          text(/^[a-z][a-z0-9-]{0,63}$/, 'a parameter name: a-z, then a-z, 0-9 and -'),
          parameterSchema(),
        )
        .refine((all) => Object.keys(all).length <= MANIFEST_MAX_ENTRIES, `at most ${MANIFEST_MAX_ENTRIES}`)
        .default({}),
      module: text(
        /^(?!\/)(?!(?:.*\/)?\.\.\/)[^\\\0]{1,255}\.[cm]?[jt]s$/,
        'a .ts or .js file inside the folder, such as index.ts',
      ).optional(),
      command: z
        .array(text(/^[^\0]+$/, 'text'))
        .min(1, 'must name a program')
        .max(MANIFEST_MAX_ENTRIES)
        .optional(),
      programs: list(text(/^[A-Za-z0-9_][A-Za-z0-9_.+-]{0,63}$/, "a program's name, without a path")),
      packages: list(text(/^(?:@[a-z0-9._-]+\/)?[a-z0-9][a-z0-9._-]{0,213}$/, 'the name of an npm package')),
      limits: limitsSchema(),
      freshness: quantity(FRESHNESS_BOUND),
    })
    .superRefine(({ inputs, module, command, programs }, context) => {
      if ((module === undefined) === (command === undefined)) {
        context.addIssue({ code: 'custom', message: 'needs either module or command, and not both' })
      }
      if (command !== undefined && inputs === 'many') {
        const message = 'a command reads one input from stdin: only a module can take many'
        context.addIssue({ code: 'custom', path: ['inputs'], message })
      }
      const program = command?.[0]
      if (program && !program.includes('/') && program !== 'node' && !programs.includes(program)) {
        const message = `${program} is not among programs; add "programs: [${program}]", so that containers have it`
        context.addIssue({ code: 'custom', path: ['command'], message })
      }
    })
}

function inputSchema() {
  const reason = "must be a media type, a type/* or '*/*', or a list of these"
  const pattern = z.string({ error: reason }).toLowerCase().refine(isMediaTypePattern, reason)
  return z.preprocess(
    (value) => (typeof value === 'string' ? [value] : value),
    z.array(pattern, { error: reason }).min(1, reason).max(MANIFEST_MAX_ENTRIES),
  )
}

function parameterSchema() {
  const value = z.union([z.string().max(PARAMETER_MAX_LENGTH), z.number(), z.boolean()])
  return z
    .strictObject({
      type: z.enum(['string', 'integer', 'number', 'boolean']),
      description: z.string().max(MANIFEST_MAX_TEXT).optional(),
      default: value.optional(),
      required: z.boolean().optional(),
      minimum: z.number().optional(),
      maximum: z.number().optional(),
      enum: z.array(value).min(1).max(MANIFEST_MAX_ENTRIES).optional(),
      pattern: z
        .string()
        .max(MANIFEST_MAX_TEXT)
        .refine(isRegularExpression, 'is no regular expression')
        .optional(),
      maxLength: z.int().min(0).max(PARAMETER_MAX_LENGTH).optional(),
    })
    .superRefine((spec, context) => {
      const refuse = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message })
      const isNumber = spec.type === 'integer' || spec.type === 'number'
      for (const key of ['minimum', 'maximum'] as const) {
        if (spec[key] !== undefined && !isNumber) refuse([key], `has no meaning for type ${spec.type}`)
      }
      for (const key of ['pattern', 'maxLength'] as const) {
        if (spec[key] !== undefined && spec.type !== 'string')
          refuse([key], `has no meaning for type ${spec.type}`)
      }
      if ((spec.minimum ?? -Infinity) > (spec.maximum ?? Infinity)) refuse(['minimum'], 'is above maximum')
      const misfit = spec.enum?.find((entry) => !isAllowed({ ...spec, enum: undefined }, entry))
      if (misfit !== undefined)
        refuse(['enum'], `${misfit} is not ${describeAllowed({ ...spec, enum: undefined })}`)
      if (spec.default !== undefined && !isAllowed(spec, spec.default)) {
        refuse(['default'], `is not ${describeAllowed(spec)}`)
      }
      if (spec.default !== undefined && spec.required) refuse(['required'], 'has no meaning beside a default')
    })
}

function limitsSchema() {
  return z
    .strictObject({
      cpus: number(LIMIT_BOUNDS.cpus),
      memory: quantity(LIMIT_BOUNDS.memory),
      pids: integer(LIMIT_BOUNDS.pids),
      timeout: quantity(LIMIT_BOUNDS.timeout),
      concurrency: integer(LIMIT_BOUNDS.concurrency),
      queue: integer(LIMIT_BOUNDS.queue),
    })
    .prefault({})
}

function text(form: RegExp, what: string) {
  return z
    .string({ error: `must be ${what}` })
    .max(MANIFEST_MAX_TEXT)
    .regex(form, `must be ${what}`)
}

function list<T extends z.ZodType>(entry: T) {
  return z.array(entry).max(MANIFEST_MAX_ENTRIES).default([])
}

function number(bound: Bound) {
  const error = `must be a number ${formatBound(bound)}`
  return z.number({ error }).min(bound.minimum, error).max(bound.maximum, error).default(bound.default)
}

function integer(bound: Bound) {
  const error = `must be an integer ${formatBound(bound)}`
  return z.int({ error }).min(bound.minimum, error).max(bound.maximum, error).default(bound.default)
}

/** A duration or a size, as text with a unit or as a plain number of milliseconds or bytes. */
function quantity(bound: Bound) {
  const isSize = bound.unit === 'bytes'
  const what = isSize ? 'a size such as 256MiB' : 'a duration such as 10s or 500ms'
  const error = `must be ${what}, ${formatBound(bound)}`
  return z
    .union([z.string(), z.number()], { error })
    .transform((value, context) => {
      const parsed = isSize ? parseSize(value) : parseDuration(value)
      if (parsed !== undefined && parsed >= bound.minimum && parsed <= bound.maximum) return parsed
      context.addIssue({ code: 'custom', message: error })
      return z.NEVER
    })
    .prefault(bound.default)
}

function isRegularExpression(source: string): boolean {
  try {
    return Boolean(new RegExp(source, 'u'))
  } catch {
    return false
  }
}
