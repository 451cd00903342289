import { MAX_PACKET_SIZE, type Name, type Signer } from '../packet/index.ts'

/**
 * What a segment needs beside its object's name, key locator, media type and content, at most, in octets: the
 * remaining TLV headers, MetaInfo, the segment's number twice, a signature of at most 72 octets, and the link's header
 * with a PIT token of 32.
 */
const OVERHEAD = 256

/** Octets that are left for content in a segment of an object; negative where not even the rest has room. */
export function roomFor(object: Name, signer: Signer, mediaType = ''): number {
  const keyLocator = signer.keyLocator?.value.length ?? 0
  return MAX_PACKET_SIZE - object.value.length - keyLocator - mediaType.length - OVERHEAD
}
