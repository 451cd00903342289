/**
 * Where the value of the element that begins at `start` begins, if it ends exactly at `end`; -1 if it does not, or if its
 * header is none. Nothing is thrown: this is asked of every datagram. TLV-TYPEs of up to 4 octets, TLV-LENGTHs of up
 * to 2 (NDN Packet Format 0.3 §1.2), which is more than a packet may have.
 */
export function wholeElement(buffer: Uint8Array, start: number, end: number): number {
  const first = buffer[start] as number
  const at = start + (first < 253 ? 1 : first === 253 ? 3 : first === 254 ? 5 : end)
  return valueEndOf(buffer, at, end) === end && first !== 0 ? valueStart(buffer, at) : -1
}

/** Where the value begins whose TLV-LENGTH, of 1 or 3 octets, is at `at`. */
export function valueStart(buffer: Uint8Array, at: number): number {
  return at + ((buffer[at] as number) < 253 ? 1 : 3)
}

/** Where the value ends whose TLV-LENGTH is at `at`; -1 if that is beyond `end` or the length is not in its shortest form. */
export function valueEndOf(buffer: Uint8Array, at: number, end: number): number {
  if (at >= end) return -1
  const first = buffer[at] as number
  if (first < 253) return at + 1 + first <= end ? at + 1 + first : -1
  if (first > 253 || at + 3 > end) return -1
  const length = ((buffer[at + 1] as number) << 8) | (buffer[at + 2] as number)
  return length >= 253 && at + 3 + length <= end ? at + 3 + length : -1
}

/** Octets of the header of an element whose TLV-TYPE has 1 octet. */
export function headerSize(length: number): number {
  return length < 253 ? 2 : 4
}

/** Writes such a header; returns where the value begins. */
export function writeHeader(buffer: Uint8Array, at: number, type: number, length: number): number {
  buffer[at] = type
  if (length < 253) {
    buffer[at + 1] = length
    return at + 2
  }
  buffer[at + 1] = 253
  buffer[at + 2] = length >>> 8
  buffer[at + 3] = length
  return at + 4
}
