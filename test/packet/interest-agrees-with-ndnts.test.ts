import assert from 'node:assert/strict'
import {
  digestSigning,
  FwHint,
  LLSign,
  SigInfo,
  Interest as TheirInterest,
  Name as TheirName,
} from '@ndn/packet'
import { Decoder, Encoder } from '@ndn/tlv'
import fc from 'fast-check'
import {
  encodeInterest,
  flatName,
  Interest,
  type InterestFields,
  type Name,
  SignatureType,
  TT,
} from '../../src/packet/index.ts'
import { bytes, chain, digestSigner, type Fields, interestFields, nni, plainName } from './arbitraries.ts'
import { holds } from './holds.ts'

const hex = (value: Uint8Array): string => Buffer.from(value).toString('hex')
const theirName = ({ value }: Name): TheirName => new TheirName(value)

/** What both sides must agree on; an absent HopLimit is 255 to NDNts. */
function expected(fields: InterestFields) {
  return {
    name: hex(fields.name.value),
    canBePrefix: fields.canBePrefix ?? false,
    mustBeFresh: fields.mustBeFresh ?? false,
    forwardingHint: (fields.forwardingHint ?? []).map(({ value }) => hex(value)),
    nonce: fields.nonce,
    lifetime: fields.lifetime ?? 4000,
    hopLimit: fields.hopLimit ?? 255,
    parameters: fields.applicationParameters && hex(fields.applicationParameters),
  }
}

function summaryOfTheirs(interest: TheirInterest) {
  const isParameterised = interest.appParameters !== undefined
  return {
    name: hex((isParameterised ? interest.name.getPrefix(-1) : interest.name).value),
    canBePrefix: interest.canBePrefix,
    mustBeFresh: interest.mustBeFresh,
    forwardingHint: (interest.fwHint?.delegations ?? []).map(({ value }) => hex(value)),
    nonce: interest.nonce,
    lifetime: interest.lifetime,
    hopLimit: interest.hopLimit,
    parameters: interest.appParameters && hex(interest.appParameters),
  }
}

function summaryOfOurs(interest: Interest) {
  const isParameterised = interest.applicationParameters !== undefined
  const { canBePrefix, mustBeFresh, forwardingHint, nonce, lifetime, hopLimit, applicationParameters } =
    interest
  return expected({
    ...{ canBePrefix, mustBeFresh, forwardingHint, nonce, lifetime, hopLimit, applicationParameters },
    name: isParameterised ? interest.name.slice(0, -1) : interest.name,
  } as InterestFields)
}

function makeTheirs(fields: InterestFields): TheirInterest {
  const interest = new TheirInterest(theirName(fields.name))
  interest.canBePrefix = fields.canBePrefix ?? false
  interest.mustBeFresh = fields.mustBeFresh ?? false
  if (fields.forwardingHint) interest.fwHint = new FwHint(fields.forwardingHint.map(theirName))
  if (fields.nonce !== undefined) interest.nonce = fields.nonce
  if (fields.lifetime !== undefined) interest.lifetime = fields.lifetime
  if (fields.hopLimit !== undefined) interest.hopLimit = fields.hopLimit
  if (fields.applicationParameters) interest.appParameters = fields.applicationParameters
  return interest
}

holds('NDNts reads from our Interest the fields that were encoded', interestFields, async (fields) => {
  const theirs = Decoder.decode(encodeInterest(fields), TheirInterest)
  assert.deepEqual(summaryOfTheirs(theirs), expected(fields))
  await theirs.validateParamsDigest()
})

holds('we read from an Interest of NDNts the fields that were encoded', interestFields, async (fields) => {
  const theirs = makeTheirs(fields)
  if (fields.applicationParameters) await theirs.updateParamsDigest()
  const ours = Interest.decode(Encoder.encode(theirs))
  assert.deepEqual(summaryOfOurs(ours), expected(fields))
  assert.equal(ours.form, 'flat')
  assert.equal(ours.parametersDigestAgrees, true)
})

holds('both encode the same fields as the same octets', interestFields, async (fields) => {
  const theirs = makeTheirs(fields)
  if (fields.applicationParameters) await theirs.updateParamsDigest()
  const { hopLimit, ...rest } = fields
  // NDNts leaves a HopLimit of 255 out.
  const ours = encodeInterest(hopLimit === 255 || hopLimit === undefined ? rest : { ...rest, hopLimit })
  assert.equal(hex(ours), hex(Encoder.encode(theirs)))
})

holds(
  'NDNts verifies an Interest that we signed, in any form that is made flat again',
  interestFields,
  async (fields) => {
    const wire = encodeInterest({ ...fields, signer: digestSigner }, 'extended')
    const flat = Interest.decode(wire).encodeAs('flat')
    const theirs = Decoder.decode(flat, TheirInterest)
    await digestSigning.verify(theirs)
    const parameters = fields.applicationParameters ?? new Uint8Array()
    assert.deepEqual(summaryOfTheirs(theirs), expected({ ...fields, applicationParameters: parameters }))
    assert.equal(theirs.sigInfo?.nonce?.length, 8)
    assert.ok(Math.abs((theirs.sigInfo?.time ?? 0) - Date.now()) < 60_000)
  },
)

const signatureInfo = fc.record(
  { nonce: fc.uint8Array({ minLength: 1, maxLength: 12 }), time: nni, seqNum: nni, keyLocator: plainName(1) },
  { requiredKeys: [] },
)

holds(
  'our signed portion is what NDNts signs, and its signature fields are read',
  fc.tuple(interestFields, signatureInfo, bytes(70)),
  async ([fields, info, signature]) => {
    const theirs = makeTheirs({ applicationParameters: new Uint8Array(), ...fields })
    const sigInfo = new SigInfo(SignatureType.SignatureSha256WithEcdsa)
    if (info.keyLocator) theirs.sigInfo = new SigInfo(sigInfo, theirName(info.keyLocator))
    else theirs.sigInfo = sigInfo
    if (info.nonce) theirs.sigInfo.nonce = info.nonce
    if (info.time !== undefined) theirs.sigInfo.time = info.time
    if (info.seqNum !== undefined) theirs.sigInfo.seqNum = BigInt(info.seqNum)
    let signed = ''
    await theirs[LLSign.OP](async (portion) => {
      signed = hex(portion)
      return signature
    })
    const ours = Interest.decode(Encoder.encode(theirs))
    assert.equal(hex(ours.signedPortion), signed)
    assert.equal(ours.parametersDigestAgrees, true)
    assert.equal(hex(ours.signatureValue ?? Buffer.of(0)), hex(signature))
    assert.equal(ours.signatureInfo?.type, SignatureType.SignatureSha256WithEcdsa)
    assert.equal(String(ours.signatureInfo?.keyLocator), String(info.keyLocator))
    assert.equal(ours.signatureInfo?.nonce && hex(ours.signatureInfo.nonce), info.nonce && hex(info.nonce))
    assert.equal(ours.signatureInfo?.time, info.time)
    assert.equal(ours.signatureInfo?.sequence, info.seqNum)
  },
)

holds(
  'a parameters digest that does not agree is seen by both',
  fc.tuple(interestFields, bytes(40), fc.nat(31), fc.integer({ min: 1, max: 255 })),
  async ([fields, applicationParameters, at, change]) => {
    const wire = Buffer.from(encodeInterest({ ...fields, applicationParameters }))
    const digest = Interest.decode(wire).name.at(-1)
    assert.equal(digest?.type, TT.ParametersSha256DigestComponent)
    const offset = wire.indexOf(digest?.value ?? '') + at
    wire[offset] = (wire[offset] as number) ^ change
    assert.equal(Interest.decode(wire).parametersDigestAgrees, false)
    await assert.rejects(Decoder.decode(wire, TheirInterest).validateParamsDigest())
  },
  500,
)

holds(
  'NDNts drops an extended or dispatched Interest: its elements are critical',
  fc.tuple(chain, fc.constantFrom('extended' as const, 'dispatched' as const)),
  ([{ functions, content }, form]) => {
    const fields: Fields<InterestFields> = { name: flatName({ functions, content }) }
    const decode = () => Decoder.decode(encodeInterest(fields, form), TheirInterest)
    if (functions.length === 0) assert.doesNotThrow(decode)
    else assert.throws(decode, /TLV-TYPE 0x8[13] is unknown/)
  },
  500,
)
