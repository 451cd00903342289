import fc from 'fast-check'
import { Component, Name, TT } from '../../src/packet/index.ts'

/** Numbers of every encoded size. */
export const number = fc.oneof(
  fc.constantFrom(0, 255, 256, 65535, 65536, 0xffffffff, 0x100000000, Number.MAX_SAFE_INTEGER),
  fc.nat(1000),
  fc.maxSafeNat(),
)

/** The values of the components of a name. */
export const componentValues = fc.array(fc.uint8Array({ maxLength: 12 }), { maxLength: 5 })

export const nameOf = (values: readonly Uint8Array[]): Name =>
  Name.of(...values.map((value) => new Component(TT.GenericNameComponent, value)))

export const text = fc.string({ unit: 'grapheme', maxLength: 20 })

export const persistency = fc.constantFrom('on-demand', 'persistent', 'permanent')
export const scope = fc.constantFrom('non-local', 'local')
export const linkType = fc.constantFrom('point-to-point', 'multi-access', 'ad-hoc')

/** The number that stands for a word on the wire, as in ndn-cxx (`nfd-constants.hpp`). */
export const wireNumber = (word: string): number =>
  ['persistent', 'non-local', 'point-to-point'].includes(word)
    ? 0
    : ['on-demand', 'local', 'multi-access'].includes(word)
      ? 1
      : 2
