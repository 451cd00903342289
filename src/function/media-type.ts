/** RFC 6838 §4.2, at most 127 characters. */
const RESTRICTED_NAME = '[a-z0-9][a-z0-9!#$&^_.+-]{0,126}'
const CONCRETE = new RegExp(`^${RESTRICTED_NAME}/${RESTRICTED_NAME}$`)
const PATTERN = new RegExp(`^(?:\\*/\\*|${RESTRICTED_NAME}/\\*|${RESTRICTED_NAME}/${RESTRICTED_NAME})$`)

/** Whether `text` is one concrete media type in lower case and without parameters, e.g. `image/jpeg` (RFC 6838 §4.2). */
export function isMediaType(text: string): boolean {
  return CONCRETE.test(text)
}

/** Whether `text` is a media type, a `type/*`, or the pattern for any type. */
export function isMediaTypePattern(text: string): boolean {
  return PATTERN.test(text)
}

/**
 * Whether data of type `output` may be the input of a function that takes `patterns`.
 * Case and parameters (`; charset=utf-8`) of `output` do not count.
 */
export function mediaTypeFits(output: string, patterns: readonly string[]): boolean {
  const essence = (output.split(';', 1)[0] as string).trim().toLowerCase()
  if (!isMediaType(essence)) return false
  const anySubtype = `${essence.slice(0, essence.indexOf('/'))}/*`
  return patterns.some((pattern) => pattern === '*/*' || pattern === anySubtype || pattern === essence)
}

/** Writes a list of patterns for a person: `image/jpeg, image/png or image/webp`. */
export function formatMediaTypes(patterns: readonly string[]): string {
  if (patterns.includes('*/*')) return 'anything'
  if (patterns.length < 2) return patterns[0] ?? 'nothing'
  return `${patterns.slice(0, -1).join(', ')} or ${patterns.at(-1)}`
}
