import { type Decoded, optional, required, Structure } from './structure.ts'
import { MT } from './tlv-numbers.ts'
import { bits, facePersistency, faceScope, linkType, number, text, word } from './value-types.ts'

/** One face, in `faces/list` and `faces/query` (NFD wiki, FaceMgmt, "Face Dataset"). */
export const faceStatus = new Structure('FaceStatus', MT.FaceStatus, {
  faceId: required(MT.FaceId, number),
  /** FaceUri of the peer. */
  uri: required(MT.Uri, text),
  localUri: required(MT.LocalUri, text),
  /** Milliseconds until the face closes unless something is sent or received; of on-demand faces only. */
  expirationPeriod: optional(MT.ExpirationPeriod, number),
  faceScope: required(MT.FaceScope, faceScope),
  facePersistency: required(MT.FacePersistency, facePersistency),
  linkType: required(MT.LinkType, linkType),
  /** Nanoseconds. */
  baseCongestionMarkingInterval: optional(MT.BaseCongestionMarkingInterval, number),
  /** Octets. */
  defaultCongestionThreshold: optional(MT.DefaultCongestionThreshold, number),
  /** Octets; not there where a packet of any size fits. */
  mtu: optional(MT.Mtu, number),
  nInInterests: required(MT.NInInterests, number),
  nInData: required(MT.NInData, number),
  nInNacks: required(MT.NInNacks, number),
  nOutInterests: required(MT.NOutInterests, number),
  nOutData: required(MT.NOutData, number),
  nOutNacks: required(MT.NOutNacks, number),
  nInBytes: required(MT.NInBytes, number),
  nOutBytes: required(MT.NOutBytes, number),
  /** Bits: `FaceFlag`. */
  flags: required(MT.Flags, bits),
})

export type FaceStatus = Decoded<typeof faceStatus>

/** Which faces `faces/query` is to give: those that agree with all that is there. */
export const faceQueryFilter = new Structure('FaceQueryFilter', MT.FaceQueryFilter, {
  faceId: optional(MT.FaceId, number),
  /** Of either FaceUri, e.g. `tcp4`. */
  uriScheme: optional(MT.UriScheme, text),
  uri: optional(MT.Uri, text),
  localUri: optional(MT.LocalUri, text),
  faceScope: optional(MT.FaceScope, faceScope),
  facePersistency: optional(MT.FacePersistency, facePersistency),
  linkType: optional(MT.LinkType, linkType),
})

export type FaceQueryFilter = Decoded<typeof faceQueryFilter>

/** A place where faces are accepted, in `faces/channels`. */
export const channelStatus = new Structure('ChannelStatus', MT.ChannelStatus, {
  localUri: required(MT.LocalUri, text),
})

/** What has become of a face, in the stream `faces/events`. */
export const faceEventNotification = new Structure('FaceEventNotification', MT.FaceEventNotification, {
  kind: required(MT.FaceEventKind, word(['created', 'destroyed', 'up', 'down'], 1)),
  faceId: required(MT.FaceId, number),
  uri: required(MT.Uri, text),
  localUri: required(MT.LocalUri, text),
  faceScope: required(MT.FaceScope, faceScope),
  facePersistency: required(MT.FacePersistency, facePersistency),
  linkType: required(MT.LinkType, linkType),
  flags: required(MT.Flags, bits),
})

export type FaceEventKind = Decoded<typeof faceEventNotification>['kind']
