/** Largest array that V8 keeps in its object, in octets (its flag typed_array_max_size_in_heap). */
const IN_OBJECT = 64

/**
 * A copy with memory of its own, for what a table keeps. A view would keep alive the chunk of a socket that the packet
 * came in, and a small `Buffer.from` the 8 kB slab that it shares: either way a bound in octets would bound nothing.
 */
export function ownCopy(bytes: Uint8Array): Uint8Array {
  // V8 keeps the octets of a small array, but not of a Buffer, in the object itself: no memory of its own is to be had
  // for it and given back.
  const copy = bytes.length <= IN_OBJECT ? new Uint8Array(bytes.length) : Buffer.allocUnsafeSlow(bytes.length)
  copy.set(bytes)
  return copy
}
