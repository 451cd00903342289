export {
  type Chain,
  callComponents,
  chainOf,
  type FunctionCall,
  flatName,
  formatCall,
  formatChain,
  formatName,
  type Parameter,
  parseCall,
  parseChain,
} from './chain.ts'
export { Component } from './component.ts'
export { ContentType, Data, type DataFields, encodeData } from './data.ts'
export { encodeInterest, type InterestFields, randomNonce } from './encode-interest.ts'
export { PacketError, type PacketErrorCode, UriError } from './errors.ts'
export type { InterestForm } from './function-names.ts'
export { DEFAULT_INTEREST_LIFETIME_MS, Interest } from './interest.ts'
export {
  decodePacket,
  encodeLp,
  Frame,
  type LpFields,
  MAX_PIT_TOKEN_SIZE,
  NackReason,
  notAPacket,
  type Packet,
  writeNack,
} from './lp.ts'
export { Name } from './name.ts'
export { type SignatureInfo, SignatureType, type Signer } from './signature.ts'
export {
  copyBytes,
  encodeNni,
  encodeTlv,
  MAX_PACKET_SIZE,
  readNni,
  readUint32,
  TlvReader,
  TlvWriter,
  writer,
} from './tlv.ts'
export { TT } from './tlv-types.ts'
