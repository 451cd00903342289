export type PacketErrorCode =
  /** The bytes end before the element does. */
  | 'truncated'
  /** More bytes than a packet may have. */
  | 'oversized'
  /** A number in more octets than it needs (NDN Packet Format 0.3 §1.2). */
  | 'non-minimal'
  /** An element that must be understood and is not (§1.3). */
  | 'unknown-critical'
  /** A critical element that stands where it may not, or twice. */
  | 'out-of-order'
  /** A required element is not there. */
  | 'missing-element'
  /** An element whose value is not what its type demands. */
  | 'bad-value'
  /** A name or component that the rules forbid. */
  | 'bad-name'
  /** `FunctionNames` or `CurrentFunction` with something else than functions in it. */
  | 'bad-function-names'
  /** Not an Interest, a Data or an LpPacket. */
  | 'not-a-packet'

/** What decoding throws at bytes that are not a packet. */
export class PacketError extends Error {
  override readonly name = 'PacketError'
  readonly code: PacketErrorCode

  constructor(code: PacketErrorCode, message: string) {
    super(message)
    this.code = code
  }
}

/** A chain or name in text form that cannot be read. The message shows the text with a mark under the fault. */
export class UriError extends Error {
  override readonly name = 'UriError'
  readonly code = 'bad-uri'
  /** The text as given. */
  readonly uri: string
  /** Where it goes wrong, in characters from 0. */
  readonly position: number

  constructor(uri: string, position: number, reason: string) {
    super(`${reason} at position ${position}\n  ${uri}\n  ${' '.repeat(position)}^`)
    this.uri = uri
    this.position = position
  }
}
