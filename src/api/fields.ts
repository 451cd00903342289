import { z } from 'zod'

/** A schema for each field of a view: one that is forgotten does not compile. */
export type Fields<View> = { readonly [Key in keyof Required<View>]: z.ZodType }

/** What a controller answers, of a newer version with more fields than these; under a name in the OpenAPI document. */
export function view<const Shape extends z.core.$ZodLooseShape>(id: string, shape: Shape) {
  return z.looseObject(shape).meta({ id })
}

/** Numbers that go along with their unit. */
export const ms = z.number().describe('Milliseconds')
export const octets = z.number().describe('Octets')
export const since = z.number().describe('Milliseconds since the epoch')
export const seconds = z.number().describe('Seconds')
export const uri = z.string().describe('NDN URI')
export const cpus = z.array(z.number()).describe("By the node's system's numbers; none: any")
