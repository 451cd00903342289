import { TT } from '../packet/index.ts'
import { type Decoded, optional, required, Structure } from './structure.ts'
import { MT } from './tlv-numbers.ts'
import { bits, facePersistency, name, nestedName, number, text } from './value-types.ts'

/** Bits of Flags and Mask in commands of `faces`. */
export const FaceFlag = { LocalFields: 1, LpReliability: 2, CongestionMarking: 4 } as const

/** Bits of Flags and Mask in commands of `cs`. */
export const CsFlag = { EnableAdmit: 1, EnableServe: 2 } as const

/** Bits of Flags of a route. */
export const RouteFlag = { ChildInherit: 1, Capture: 2 } as const

/** Who has made a route (NFD wiki, RibMgmt, "Route origin"). */
export const RouteOrigin = {
  App: 0,
  AutoReg: 64,
  Client: 65,
  AutoConf: 66,
  Nlsr: 128,
  PrefixAnn: 129,
  Static: 255,
} as const

/** ControlParameters of a command and of its response; which of them there are is the command's matter. */
export const controlParameters = new Structure('ControlParameters', MT.ControlParameters, {
  name: optional(TT.Name, name),
  faceId: optional(MT.FaceId, number),
  uri: optional(MT.Uri, text),
  localUri: optional(MT.LocalUri, text),
  origin: optional(MT.Origin, number),
  cost: optional(MT.Cost, number),
  capacity: optional(MT.Capacity, number),
  count: optional(MT.Count, number),
  flags: optional(MT.Flags, bits),
  /** Which bits of `flags` are meant. */
  mask: optional(MT.Mask, bits),
  strategy: optional(MT.Strategy, nestedName),
  /** Milliseconds. */
  expirationPeriod: optional(MT.ExpirationPeriod, number),
  facePersistency: optional(MT.FacePersistency, facePersistency),
  /** Nanoseconds. */
  baseCongestionMarkingInterval: optional(MT.BaseCongestionMarkingInterval, number),
  /** Octets. */
  defaultCongestionThreshold: optional(MT.DefaultCongestionThreshold, number),
  /** Octets. */
  mtu: optional(MT.Mtu, number),
})

export type ControlParameters = Decoded<typeof controlParameters>

/** What a command is answered with. */
export const controlResponse = new Structure('ControlResponse', MT.ControlResponse, {
  statusCode: required(MT.StatusCode, number),
  statusText: required(MT.StatusText, text),
  parameters: optional(MT.ControlParameters, controlParameters),
})

export type ControlResponse = Decoded<typeof controlResponse>
