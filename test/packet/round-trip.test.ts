import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import {
  Component,
  type ContentType,
  Data,
  DEFAULT_INTEREST_LIFETIME_MS,
  decodePacket,
  encodeData,
  encodeInterest,
  encodeLp,
  encodeNni,
  encodeTlv,
  Interest,
  type InterestForm,
  MAX_PACKET_SIZE,
  Name,
  readNni,
  SignatureType,
  type Signer,
  TlvReader,
  TT,
} from '../../src/packet/index.ts'
import { bytes, dataFields, digestSigner, interestFields, lpFields, nni, signer } from './arbitraries.ts'
import { holds } from './holds.ts'
import { tlv } from './wire.ts'

const form = fc.constantFrom<InterestForm>('flat', 'extended', 'dispatched')

holds('an Interest is decoded as it was encoded', fc.tuple(interestFields, form), ([fields, form]) => {
  const interest = Interest.decode(encodeInterest(fields, form))
  const { name } = interest
  const isParameterised = fields.applicationParameters !== undefined
  assert.equal((isParameterised ? name.slice(0, -1) : name).key, fields.name.key)
  assert.equal(interest.canBePrefix, fields.canBePrefix ?? false)
  assert.equal(interest.mustBeFresh, fields.mustBeFresh ?? false)
  assert.deepEqual(interest.forwardingHint.map(String), (fields.forwardingHint ?? []).map(String))
  assert.equal(interest.nonce, fields.nonce)
  assert.equal(interest.lifetime, fields.lifetime ?? DEFAULT_INTEREST_LIFETIME_MS)
  assert.equal(interest.hopLimit, fields.hopLimit)
  assert.deepEqual(
    interest.applicationParameters && Buffer.from(interest.applicationParameters),
    fields.applicationParameters && Buffer.from(fields.applicationParameters),
  )
  assert.equal(interest.signatureInfo, undefined)
})

holds('a Data is decoded as it was encoded', fc.tuple(dataFields, signer), ([fields, signer]) => {
  const data = Data.decode(encodeData(fields, signer))
  assert.equal(data.name.key, fields.name.key)
  assert.equal(data.contentType, fields.contentType ?? 0)
  assert.equal(data.freshnessPeriod, fields.freshnessPeriod ?? 0)
  assert.equal(String(data.finalBlockId), String(fields.finalBlockId))
  assert.equal(data.mediaType, fields.mediaType)
  assert.deepEqual(Buffer.from(data.content), Buffer.from(fields.content ?? []))
  const { type, keyLocator, validity } = data.signatureInfo
  assert.equal(type, signer.type)
  assert.equal(String(keyLocator), String(signer.keyLocator))
  assert.deepEqual(validity, signer.validity)
  assert.deepEqual(Buffer.from(data.signatureValue), Buffer.from(signer.sign(data.signedPortion)))
})

holds('a link header is decoded as it was encoded', fc.tuple(interestFields, lpFields), ([fields, lp]) => {
  const fragment = encodeInterest(fields)
  const packet = decodePacket(encodeLp(fragment, lp))
  assert.equal(packet.kind, lp.nackReason === undefined ? 'interest' : 'nack')
  if (packet.kind === 'nack') assert.equal(packet.reason, lp.nackReason)
  assert.deepEqual(packet.pitToken && Buffer.from(packet.pitToken), lp.pitToken && Buffer.from(lp.pitToken))
  assert.equal(packet.congestionMark, lp.congestionMark)
  assert.equal(packet.incomingFaceId, lp.incomingFaceId)
})

holds('a number is read as it was written, in 1, 2, 4 or 8 octets', nni, (value) => {
  const encoded = encodeNni(value)
  assert.ok([1, 2, 4, 8].includes(encoded.length))
  assert.equal(readNni(encoded, 0, encoded.length), value)
  assert.equal(BigInt(`0x${Buffer.from(encoded).toString('hex')}`), BigInt(value))
})

holds(
  'an element of any type and size is read as it was written, like a second encoder writes it',
  fc.tuple(
    fc.oneof(fc.integer({ min: 1, max: 70000 }), fc.integer({ min: 1, max: 0xffffffff })),
    bytes(70000),
  ),
  ([type, value]) => {
    const element = encodeTlv(type, value.subarray(0, 3), value.subarray(3))
    assert.deepEqual(Buffer.from(element), tlv(type, value))
    const reader = new TlvReader(element)
    assert.equal(reader.next(), true)
    assert.equal(reader.type, type)
    assert.deepEqual(Buffer.from(reader.value), Buffer.from(value))
    assert.equal(reader.next(), false)
  },
  300,
)

const NAME = Name.parse('/a')

t.test('a signer signs an Interest even where no parameters are given', async (t) => {
  const interest = Interest.decode(encodeInterest({ name: NAME, signer: digestSigner }))
  t.equal(interest.applicationParameters?.length, 0)
  t.same(interest.signatureValue, digestSigner.sign(interest.signedPortion))
  t.ok(interest.parametersDigestAgrees)
})

t.test('a parameters digest that the name has already is replaced', async (t) => {
  const applicationParameters = Buffer.from('new')
  const first = Interest.decode(encodeInterest({ name: NAME, applicationParameters: Buffer.from('old') }))
  for (const signer of [undefined, digestSigner]) {
    const again = encodeInterest({ name: first.name, applicationParameters, ...(signer && { signer }) })
    const interest = Interest.decode(again)
    t.equal(interest.name.length, 2)
    t.ok(interest.parametersDigestAgrees)
  }
})

t.test(
  'a signer that encodes packets of its own does not disturb the one that is being signed',
  async (t) => {
    const signer: Signer = {
      type: SignatureType.DigestSha256,
      sign(portion) {
        encodeData({ name: Name.parse('/other') }, digestSigner)
        encodeTlv(TT.Content, Buffer.alloc(10))
        return digestSigner.sign(portion)
      },
    }
    const data = Data.decode(encodeData({ name: NAME, content: Buffer.from('x') }, signer))
    t.same(data.signatureValue, digestSigner.sign(data.signedPortion))
    const interest = Interest.decode(encodeInterest({ name: NAME, signer }))
    t.same(interest.signatureValue, digestSigner.sign(interest.signedPortion))
  },
)

t.test('a packet after a signer that failed is not disturbed', async (t) => {
  const failing: Signer = {
    type: 0,
    sign: () => {
      throw new Error('no key')
    },
  }
  const data = encodeData({ name: NAME }, digestSigner)
  const fail = (): void => {
    t.throws(() => encodeInterest({ name: NAME, signer: failing }), /no key/)
    t.throws(() => encodeData({ name: NAME }, failing), /no key/)
    // Fails with ApplicationParameters written already.
    t.throws(
      () => encodeInterest({ name: NAME, applicationParameters: Buffer.of(1), hopLimit: 256 }),
      RangeError,
    )
  }
  fail()
  t.same(encodeData({ name: NAME }, digestSigner), data)
  fail()
  t.same(encodeTlv(TT.Content, Buffer.of(1)), tlv(TT.Content, Buffer.of(1)))
  fail()
  t.equal(Interest.decode(encodeInterest({ name: NAME })).wire.length, 13)
  fail()
  t.same(encodeLp(tlv(5), { congestionMark: 1 }), tlv(100, tlv(832, Buffer.of(1)), tlv(80, tlv(5))))
})

t.test('a packet that the network would drop is not encoded', async (t) => {
  const content = Buffer.alloc(MAX_PACKET_SIZE)
  const oversized = { name: 'PacketError', code: 'oversized', message: /octets; a packet has at most 8800$/ }
  t.throws(() => encodeData({ name: NAME, content }, digestSigner), oversized)
  t.throws(() => encodeInterest({ name: NAME, applicationParameters: content }), oversized)
  t.throws(() => encodeInterest({ name: Name.of(new Component(8, content)) }), oversized)
})

t.test('a number that cannot be encoded is an error, not another number', async (t) => {
  const bad = { name: 'PacketError', code: 'bad-value' }
  for (const number of [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53]) {
    t.throws(() => encodeNni(number), bad, `${number}`)
    t.throws(() => Component.segment(number), bad)
  }
  t.throws(() => encodeInterest({ name: NAME, lifetime: Number.POSITIVE_INFINITY }), bad)
  t.throws(() => encodeInterest({ name: NAME, lifetime: Number.NaN }), bad)
  t.throws(() => encodeInterest({ name: NAME, nonce: -1 }), RangeError)
  t.throws(() => encodeInterest({ name: NAME, nonce: 2 ** 32 }), RangeError)
  const contentType: (typeof ContentType)[keyof typeof ContentType] | number = -3
  t.throws(() => encodeData({ name: NAME, contentType }, digestSigner), bad)
})

t.test('periods are rounded to milliseconds, and a lifetime that is over is 0', async (t) => {
  t.equal(Interest.decode(encodeInterest({ name: NAME, lifetime: 12.6 })).lifetime, 13)
  t.equal(Interest.decode(encodeInterest({ name: NAME, lifetime: -5 })).lifetime, 0)
  t.equal(Data.decode(encodeData({ name: NAME, freshnessPeriod: 0.4 }, digestSigner)).freshnessPeriod, 0)
})
