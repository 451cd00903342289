import { encodeNni, encodeTlv, TT } from '../packet/index.ts'

/** CachePolicyType "NoCache". */
const NO_CACHE = 1

const POLICY = encodeTlv(TT.LpCachePolicy, encodeTlv(TT.LpCachePolicyType, encodeNni(NO_CACHE)))

/** The frame for a Data that the forwarder is not to keep (NDNLPv2, "Cache Policy"). */
export function withoutCaching(data: Uint8Array, pitToken: Uint8Array | undefined): Uint8Array {
  const token = pitToken === undefined ? [] : [encodeTlv(TT.LpPitToken, pitToken)]
  return encodeTlv(TT.LpPacket, ...token, POLICY, encodeTlv(TT.LpFragment, data))
}
