import { TT } from '../packet/index.ts'
import { componentEnd } from './name-hashes.ts'

const LOCALHOST = encodeGeneric('localhost')
const LOCALHOP = encodeGeneric('localhop')

function encodeGeneric(text: string): Uint8Array {
  return Buffer.from([TT.GenericNameComponent, text.length, ...Buffer.from(text)])
}

/** A Name's TLV-VALUE in a buffer. */
interface NameRange {
  readonly buffer: Uint8Array
  readonly start: number
  readonly end: number
}

/** Whether a flat name begins with that function. @param component encoded */
export function isNameOf(component: Uint8Array, { buffer, start, end }: NameRange): boolean {
  return startsWith(buffer, start, end, component)
}

/** Where in a flat name the components end that stand for functions and their parameters. */
function functionsEnd({ buffer, start, end }: NameRange): number {
  let at = start
  while (at < end) {
    const type = buffer[at]
    if (type !== TT.FunctionComponent && type !== TT.FunctionParametersComponent) break
    at = componentEnd(buffer, at)
  }
  return at
}

/** Whether a flat name has functions and no content: there is no Interest for it in another form than flat. */
export function isWithoutContent(name: NameRange): boolean {
  return functionsEnd(name) === name.end
}

/** How far a name may go. */
export type Scope = 'localhost' | 'localhop' | 'global'

/**
 * The scope of a name (NFD, "name-based scope control"). That of a chain is its content's: otherwise who may not ask for
 * `/localhost/…` could ask a function of it, and the function may.
 */
export function scopeOf(name: NameRange): Scope {
  const { buffer, end } = name
  const at = functionsEnd(name)
  // Nearly every name is told from these two by its length or its first letter.
  const length = buffer[at + 1]
  if (length !== LOCALHOST.length - 2 && length !== LOCALHOP.length - 2) return 'global'
  if (startsWith(buffer, at, end, LOCALHOST)) return 'localhost'
  return startsWith(buffer, at, end, LOCALHOP) ? 'localhop' : 'global'
}

function startsWith(buffer: Uint8Array, start: number, end: number, prefix: Uint8Array): boolean {
  if (start + prefix.length > end) return false
  for (let i = 0; i < prefix.length; i++) if (buffer[start + i] !== prefix[i]) return false
  return true
}
