import { stringify } from 'yaml'
import { z } from 'zod'
import { schema } from './config-schema.ts'
import { type Field, fieldsOf, itemForms } from './config-walk.ts'
import { FIXED_BOUNDS } from './fixed-bounds.ts'

const HEAD = `# All that the configuration of an ndn-sfc node can say, with the defaults, as 'ndn-sfc config --sample' prints it.
# What begins with '#' and has no blank after it is not set by default; take the '#' away to set it.
# Paths are relative to this file. At SIGHUP 'ndn-sfc up' reads it again, and what is marked 'live' is changed: nothing
# that is pending is lost, and no link that stays is closed. All else takes effect when the node starts again.
`

const BOUNDS_HEAD = `# Bounds that are fixed, with the names of their constants:
`

/** A configuration with every field, its description and its default, as YAML; and all bounds that cannot be set. */
export function sampleConfig(): string {
  const fields = fieldsOf(schema).map((field) => `${writeField(field, '').join('\n')}\n`)
  const bounds = FIXED_BOUNDS.map(
    ({ name, value, unit, what }) => `# ${name} = ${value}${unit === '' ? '' : ` ${unit}`}: ${what}\n`,
  )
  return [HEAD, ...fields, BOUNDS_HEAD + bounds.join('')].join('\n')
}

/** Its lines. What is not set by default has a '#' before it. */
function writeField(field: Field, indent: string): string[] {
  const { key, meta, schema: held, fallback } = field
  const comment = `${indent}# ${meta.description}${detailsOf(field)}`
  if (held instanceof z.ZodObject) {
    const lines = writeFields(held, `${indent}  `)
    // A mapping in which nothing is set would be no mapping.
    const isSet = lines.some((line) => !line.trimStart().startsWith('#'))
    return [comment, `${indent}${isSet ? '' : '#'}${key}:`, ...lines]
  }
  if (held instanceof z.ZodRecord)
    return [comment, ...[`${key}:`, ...writeEntries(meta.example)].map((line) => `${indent}#${line}`)]
  if (held instanceof z.ZodArray) {
    const lines = [`${key}:`, ...itemForms(held).flatMap((form) => writeItem(form, '  '))]
    return [comment, ...lines.map((line) => `${indent}#${line}`)]
  }
  return meta.otherwise === undefined && fallback !== undefined
    ? [comment, `${indent}${key}: ${write(fallback)}`]
    : [comment, `${indent}#${key}: ${write(meta.example)}`]
}

function writeEntries(mapping: unknown): string[] {
  return write(mapping)
    .split('\n')
    .map((line) => `  ${line}`)
}

function writeFields(mapping: z.ZodObject, indent: string): string[] {
  return fieldsOf(mapping).flatMap((field) => writeField(field, indent))
}

/** An item of a list, in one of its forms, with all that it can say. */
function writeItem(form: Field, indent: string): string[] {
  const { meta, schema: held } = form
  if (!(held instanceof z.ZodObject)) {
    const examples = Array.isArray(meta.example) ? meta.example : [meta.example]
    return examples.map((example) => `${indent}- ${write(example)}`)
  }
  const lines = fieldsOf(held).flatMap((field) => [
    `${indent}  # ${field.meta.description}${detailsOf(field)}`,
    `${indent}  ${field.key}: ${write(field.fallback ?? field.meta.example)}`,
  ])
  return [`${indent}-`, ...lines]
}

/** Unit, range and default, in brackets. */
function detailsOf({ meta, schema: held, fallback }: Field): string {
  const details: string[] = []
  if (meta.unit !== undefined) details.push(meta.unit)
  if (held instanceof z.ZodEnum) details.push(held.options.join(' | '))
  if (held instanceof z.ZodBoolean) details.push('true | false')
  if (held instanceof z.ZodNumber) details.push(rangeOf(held))
  if (meta.otherwise !== undefined) details.push(`default: ${meta.otherwise}`)
  else if (fallback !== undefined) details.push(`default: ${write(fallback)}`)
  if (meta.live) details.push('live')
  return details.length === 0 ? '' : ` (${details.join('; ')})`
}

function rangeOf({ minValue, maxValue }: z.ZodNumber): string {
  return maxValue === null || maxValue === Number.MAX_SAFE_INTEGER
    ? `${minValue} or more`
    : `${minValue} to ${maxValue}`
}

function write(value: unknown): string {
  return stringify(value).trim()
}
