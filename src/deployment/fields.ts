import { z } from 'zod'
import { parseDuration, parseSize } from '../function/index.ts'

/** Largest deployment or network file, in octets. */
export const MAX_FILE_BYTES = 1024 * 1024

/** Most characters of a chain, of a function call, and of the name of content. */
export const MAX_TEXT_LENGTH = 2048

export const FUNCTION_NAME = /^[a-z0-9-]{1,64}$/

/** A deployment's, a workflow's or a task's. */
export const ownName = () =>
  z.string().regex(/^[a-z0-9-]{1,63}$/, 'is no name: one has 1 to 63 of a-z, 0-9 and -')

export const functionName = () =>
  z.string().regex(FUNCTION_NAME, 'is no name of a function: one has 1 to 64 of a-z, 0-9 and -')

export const nodeName = () =>
  z
    .string()
    .regex(
      /^[a-z0-9][a-z0-9-]{0,62}$/,
      'is no name of a node: one has 1 to 63 of a-z, 0-9 and -, and - not first',
    )

/** What is read by `texts.ts`. */
export const text = () => z.string().max(MAX_TEXT_LENGTH)

/** Milliseconds, at least 1; a text with a unit or a number. */
export const duration = (most: number) => quantity(parseDuration, most, 'a duration such as 30s')

/** Octets, at least 1; a text with a unit or a number. */
export const size = (most: number) => quantity(parseSize, most, 'a size such as 3MB')

function quantity(parse: (text: string | number) => number | undefined, most: number, what: string) {
  return z.union([z.string(), z.number()]).transform((value, context) => {
    const read = parse(value)
    if (read !== undefined && read >= 1 && read <= most) return read
    context.addIssue(
      read === undefined
        ? `must be ${what}, and is ${JSON.stringify(value)}`
        : `must be from 1 to ${most}, and is ${read}`,
    )
    return z.NEVER
  })
}
