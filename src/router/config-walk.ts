import { z } from 'zod'
import type { FieldMeta } from './config-fields.ts'

/** A field of the configuration, as its schema has it. */
export interface Field {
  readonly key: string
  readonly meta: FieldMeta
  /** What it holds, without what says that it may be missing or becomes something else. */
  readonly schema: z.ZodType
  /** Where nothing is said; undefined also for an object, whose fields have their own. */
  readonly fallback: unknown
}

/** The fields of a mapping, in their order. */
export function fieldsOf(mapping: z.ZodObject): Field[] {
  return Object.entries(mapping.shape).map(([key, schema]) => describe(key, schema as z.ZodType))
}

/** What is in a list: the forms that an item may have. */
export function itemForms(list: z.ZodArray): Field[] {
  const item = describe('', list.element as z.ZodType)
  return item.schema instanceof z.ZodUnion
    ? item.schema.options.map((option) => describe('', option as z.ZodType))
    : [item]
}

/** Paths, with dots, of the fields that a reload changes while the node runs. */
export function liveFields(mapping: z.ZodObject, above = ''): string[] {
  return fieldsOf(mapping).flatMap(({ key, meta, schema }) => {
    if (meta.live) return [above + key]
    return schema instanceof z.ZodObject ? liveFields(schema, `${above}${key}.`) : []
  })
}

function describe(key: string, outer: z.ZodType): Field {
  let meta: Partial<FieldMeta> = {}
  let fallback: unknown
  let schema = outer
  for (;;) {
    meta = { ...(schema.meta() as Partial<FieldMeta> | undefined), ...meta }
    if (schema instanceof z.ZodDefault) {
      fallback = schema.def.defaultValue
      schema = schema.def.innerType as z.ZodType
    } else if (schema instanceof z.ZodPrefault || schema instanceof z.ZodOptional)
      schema = schema.def.innerType as z.ZodType
    else if (schema instanceof z.ZodPipe) schema = schema.def.in as z.ZodType
    else return { key, meta: { description: '', ...meta }, schema, fallback }
  }
}
