import { TT } from '../packet/index.ts'
import { type Decoded, optional, repeated, required, Structure } from './structure.ts'
import { MT } from './tlv-numbers.ts'
import { bits, name, nestedName, number, text } from './value-types.ts'

/** One prefix, in `fib/list` (NFD wiki, FibMgmt). */
export const fibEntry = new Structure('FibEntry', MT.FibEntry, {
  prefix: required(TT.Name, name),
  nextHops: repeated(
    MT.NextHopRecord,
    new Structure('NextHopRecord', MT.NextHopRecord, {
      faceId: required(MT.FaceId, number),
      cost: required(MT.Cost, number),
    }),
  ),
})

export type FibEntry = Decoded<typeof fibEntry>

/** One prefix, in `rib/list` (NFD wiki, RibMgmt). */
export const ribEntry = new Structure('RibEntry', MT.RibEntry, {
  name: required(TT.Name, name),
  routes: repeated(
    MT.Route,
    new Structure('Route', MT.Route, {
      faceId: required(MT.FaceId, number),
      origin: required(MT.Origin, number),
      cost: required(MT.Cost, number),
      flags: required(MT.Flags, bits),
      /** Milliseconds that are left. */
      expirationPeriod: optional(MT.ExpirationPeriod, number),
    }),
  ),
})

export type RibEntry = Decoded<typeof ribEntry>

/** One choice, in `strategy-choice/list`. */
export const strategyChoice = new Structure('StrategyChoice', MT.StrategyChoice, {
  name: required(TT.Name, name),
  strategy: required(MT.Strategy, nestedName),
})

export type StrategyChoice = Decoded<typeof strategyChoice>

/** The Content Store, in `cs/info` (NFD wiki, CsMgmt). */
export const csInfo = new Structure('CsInfo', MT.CsInfo, {
  /** Packets. */
  capacity: required(MT.Capacity, number),
  /** Bits: `CsFlag`. */
  flags: required(MT.Flags, bits),
  nCsEntries: required(MT.NCsEntries, number),
  nHits: required(MT.NHits, number),
  nMisses: required(MT.NMisses, number),
})

export type CsInfo = Decoded<typeof csInfo>

/** The forwarder as a whole: all of `status/general` (NFD wiki, ForwarderStatus). */
export const forwarderStatus = new Structure('ForwarderStatus', undefined, {
  nfdVersion: required(MT.NfdVersion, text),
  /** Milliseconds since the epoch. */
  startTimestamp: required(MT.StartTimestamp, number),
  /** Milliseconds since the epoch. */
  currentTimestamp: required(MT.CurrentTimestamp, number),
  nNameTreeEntries: required(MT.NNameTreeEntries, number),
  nFibEntries: required(MT.NFibEntries, number),
  nPitEntries: required(MT.NPitEntries, number),
  nMeasurementsEntries: required(MT.NMeasurementsEntries, number),
  nCsEntries: required(MT.NCsEntries, number),
  nInInterests: required(MT.NInInterests, number),
  nInData: required(MT.NInData, number),
  nInNacks: required(MT.NInNacks, number),
  nOutInterests: required(MT.NOutInterests, number),
  nOutData: required(MT.NOutData, number),
  nOutNacks: required(MT.NOutNacks, number),
  nSatisfiedInterests: required(MT.NSatisfiedInterests, number),
  nUnsatisfiedInterests: required(MT.NUnsatisfiedInterests, number),
})

export type ForwarderStatus = Decoded<typeof forwarderStatus>
