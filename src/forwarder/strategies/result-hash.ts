import { Component, TT } from '../../packet/index.ts'
import type { NameHashes } from '../name-hashes.ts'

/** What stands below the version of a result and is made with it: how the function came to it. */
const TRACE = encode(Component.keyword('trace'))

function encode({ type, value }: Component): Uint8Array {
  return Buffer.from([type, value.length, ...value])
}

/**
 * The hash of what a name asks for, whichever version and part of it: the name without versions, segments and an implicit digest
 * at its end (NDN naming conventions rev. 3), and without `32=trace` below a version and all that follows. So `/F/a`,
 * `/F/a/v=1/seg=2` and `/F/a/v=1/32=trace/v=1/seg=0` have one hash. All versions at the end go, for nobody can tell which of two
 * is the content's and which the result's.
 */
export function resultHash(name: NameHashes): number {
  const { buffer, ends, hashes } = name
  let length = name.length
  for (let i = 1; i < name.length; i++) {
    const isBelowVersion = buffer[ends[i - 1] as number] === TT.VersionNameComponent
    if (isBelowVersion && isTrace(name, i)) length = i
    if (length === i) break
  }
  while (length > 1 && isOfOnePacket(buffer[ends[length - 1] as number] as number)) length--
  return hashes[length] as number
}

function isOfOnePacket(type: number): boolean {
  return (
    type === TT.VersionNameComponent ||
    type === TT.SegmentNameComponent ||
    type === TT.ImplicitSha256DigestComponent
  )
}

/** Whether the component at an index is the keyword `trace`. */
function isTrace({ buffer, ends }: NameHashes, index: number): boolean {
  const start = ends[index] as number
  if ((ends[index + 1] as number) - start !== TRACE.length) return false
  for (let i = 0; i < TRACE.length; i++) if (buffer[start + i] !== TRACE[i]) return false
  return true
}
