import { createHash } from 'node:crypto'
import fc from 'fast-check'
import {
  type Chain,
  Component,
  type DataFields,
  encodeNni,
  type FunctionCall,
  flatName,
  type InterestFields,
  type LpFields,
  Name,
  type Signer,
  TT,
} from '../../src/packet/index.ts'

const { MAX_SAFE_INTEGER } = Number
const DIGEST_TYPES: readonly number[] = [TT.ImplicitSha256DigestComponent, TT.ParametersSha256DigestComponent]
const FUNCTION_TYPES: readonly number[] = [TT.FunctionComponent, TT.FunctionParametersComponent]
const NUMBER_TYPES = [
  TT.SegmentNameComponent,
  TT.ByteOffsetNameComponent,
  TT.VersionNameComponent,
  TT.TimestampNameComponent,
  TT.SequenceNumNameComponent,
]

/** Octets of all lengths, those at which a TLV-LENGTH takes another form among them. */
export const bytes = (maxLength: number): fc.Arbitrary<Uint8Array> =>
  fc.oneof(
    fc.uint8Array({ maxLength }),
    fc
      .tuple(
        fc.oneof(
          fc.constantFrom(...[0, 1, 252, 253, 255, 256, 65535, 65536].filter((edge) => edge <= maxLength)),
          fc.nat(maxLength),
        ),
        fc.nat(),
      )
      .map(([length, seed]) => Uint8Array.from({ length }, (_, i) => (i * 167) ^ (i >> 8) ^ seed)),
  )

/** Numbers of every encoded size, the bounds of each among them. */
export const nni: fc.Arbitrary<number> = fc.oneof(
  fc.constantFrom(0, 1, 252, 253, 255, 256, 65535, 65536, 0xffffffff, 0x100000000, MAX_SAFE_INTEGER),
  fc.nat(0xffff),
  fc.maxSafeNat(),
)

const otherType = fc
  .oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 65535 }), fc.constant(65535))
  .filter((type) => !DIGEST_TYPES.includes(type) && !FUNCTION_TYPES.includes(type))

/** Components whose value is a number, in its shortest form. */
export const numberComponent = fc
  .tuple(fc.constantFrom(...NUMBER_TYPES), nni)
  .map(([type, value]) => new Component(type, encodeNni(value)))

/** Any component but functions, their parameters, and the digest of parameters. */
export const plainComponent: fc.Arbitrary<Component> = fc.oneof(
  fc.stringMatching(/^[a-z0-9.~_-]{0,8}$/).map(Component.generic),
  bytes(12).map((value) => new Component(TT.GenericNameComponent, value)),
  fc.tuple(otherType, bytes(12)).map(([type, value]) => new Component(type, value)),
  numberComponent,
  fc
    .uint8Array({ minLength: 32, maxLength: 32 })
    .map((value) => new Component(TT.ImplicitSha256DigestComponent, value)),
)

/** Any component at all. */
export const component: fc.Arbitrary<Component> = fc.oneof(
  plainComponent,
  fc.tuple(fc.constantFrom(...FUNCTION_TYPES), bytes(12)).map(([type, value]) => new Component(type, value)),
  fc
    .uint8Array({ minLength: 32, maxLength: 32 })
    .map((value) => new Component(TT.ParametersSha256DigestComponent, value)),
)

export const plainName = (minLength = 0): fc.Arbitrary<Name> =>
  fc.array(plainComponent, { minLength, maxLength: 6 }).map((components) => Name.of(...components))

export const anyName: fc.Arbitrary<Name> = fc
  .array(component, { maxLength: 6 })
  .map((components) => Name.of(...components))

/** Text of any characters (no lone surrogates, which have no encoding). */
const text = (minLength: number): fc.Arbitrary<string> =>
  fc.oneof(
    fc.stringMatching(minLength > 0 ? /^[a-z0-9-]{1,8}$/ : /^[a-z0-9.-]{0,8}$/),
    fc.string({ unit: 'binary', minLength, maxLength: 6 }),
    fc.string({ unit: 'grapheme', minLength, maxLength: 6 }),
  )

export const call: fc.Arbitrary<FunctionCall> = fc
  .record({
    name: text(1),
    parameters: fc.uniqueArray(fc.record({ key: text(1), value: text(0) }), {
      selector: ({ key }) => key,
      maxLength: 4,
    }),
  })
  .map(({ name, parameters }) => ({
    name,
    parameters: parameters.toSorted((a, b) => (a.key < b.key ? -1 : 1)),
  }))

export const chain: fc.Arbitrary<Chain> = fc.record({
  functions: fc.array(call, { maxLength: 4 }),
  content: plainName(1),
})

/** Names that a forwarder sees: of chains, of plain content, and of functions in places where nobody puts them. */
export const interestName: fc.Arbitrary<Name> = fc.oneof(
  chain.map(flatName),
  plainName(1),
  fc
    .array(fc.oneof(plainComponent, functionComponent()), { minLength: 1, maxLength: 5 })
    .map((components) => {
      return Name.of(...components)
    }),
)

function functionComponent(): fc.Arbitrary<Component> {
  return fc
    .tuple(fc.constantFrom(...FUNCTION_TYPES), bytes(4))
    .map(([type, value]) => new Component(type, value))
}

/** A property that is there or not; never there as undefined. */
export type Fields<T> = { -readonly [K in keyof T]: T[K] }

export const interestFields: fc.Arbitrary<Fields<InterestFields>> = fc.record(
  {
    name: interestName,
    canBePrefix: fc.boolean(),
    mustBeFresh: fc.boolean(),
    forwardingHint: fc.array(plainName(), { minLength: 1, maxLength: 3 }),
    nonce: fc.oneof(fc.constantFrom(0, 0xffffffff), fc.nat(0xffffffff)),
    lifetime: nni,
    hopLimit: fc.nat(255),
    applicationParameters: bytes(1000),
  },
  { requiredKeys: ['name', 'nonce'] },
)

export const dataFields: fc.Arbitrary<Fields<DataFields>> = fc.record(
  {
    name: anyName,
    contentType: nni,
    freshnessPeriod: nni,
    finalBlockId: component,
    mediaType: fc.stringMatching(/^[a-z]{1,8}\/[a-z0-9.+-]{1,20}$/),
    content: bytes(1000),
  },
  { requiredKeys: ['name'] },
)

/** Signature types with values as random as their bytes mean nothing here; seconds, as certificates have them. */
export const signer: fc.Arbitrary<Signer> = fc
  .record(
    {
      type: fc.oneof(fc.constantFrom(0, 1, 3, 4, 5, 200), nni),
      value: bytes(80),
      keyLocator: plainName(),
      validity: fc.record({ notBefore: seconds(), notAfter: seconds() }, { noNullPrototype: true }),
    },
    { requiredKeys: ['type', 'value'], noNullPrototype: true },
  )
  .map(({ value, ...rest }) => ({ ...rest, sign: () => value }))

function seconds(): fc.Arbitrary<number> {
  return fc.integer({ min: 0, max: 253402300799 }).map((time) => time * 1000)
}

/** SHA-256 in place of a signature (NDN Packet Format 0.3 §5, DigestSha256). */
export const digestSigner: Signer = {
  type: 0,
  sign: (signed) => createHash('sha256').update(signed).digest(),
}

export const lpFields: fc.Arbitrary<Fields<LpFields>> = fc.record(
  {
    pitToken: fc.uint8Array({ minLength: 1, maxLength: 32 }),
    nackReason: fc.oneof(fc.constantFrom(0, 50, 100, 150), nni),
    congestionMark: nni,
    incomingFaceId: nni,
  },
  { requiredKeys: [] },
)
