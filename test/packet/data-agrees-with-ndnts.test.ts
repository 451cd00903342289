import assert from 'node:assert/strict'
import {
  digestSigning,
  KeyLocator,
  LLSign,
  SigInfo,
  Component as TheirComponent,
  Data as TheirData,
  Interest as TheirInterest,
  Name as TheirName,
  ValidityPeriod,
} from '@ndn/packet'
import { Decoder, Encoder } from '@ndn/tlv'
import fc from 'fast-check'
import {
  Component,
  Data,
  type DataFields,
  encodeData,
  type Name,
  type Signer,
  TT,
} from '../../src/packet/index.ts'
import { dataFields, digestSigner, plainName, signer } from './arbitraries.ts'
import { holds } from './holds.ts'

const hex = (value: Uint8Array): string => Buffer.from(value).toString('hex')
const theirName = ({ value }: Name): TheirName => new TheirName(value)

function expected(fields: DataFields) {
  const { finalBlockId } = fields
  return {
    name: hex(fields.name.value),
    contentType: fields.contentType ?? 0,
    freshnessPeriod: fields.freshnessPeriod ?? 0,
    finalBlockId: finalBlockId && `${finalBlockId.type}=${hex(finalBlockId.value)}`,
    content: hex(fields.content ?? new Uint8Array()),
  }
}

function summaryOfTheirs({ name, contentType, freshnessPeriod, finalBlockId, content }: TheirData) {
  return {
    name: hex(name.value),
    contentType,
    freshnessPeriod,
    finalBlockId: finalBlockId && `${finalBlockId.type}=${hex(finalBlockId.value)}`,
    content: hex(content),
  }
}

function expectedSignature({ type, keyLocator, validity }: Omit<Signer, 'sign'>) {
  return { type, keyLocator: keyLocator && hex(keyLocator.value), validity }
}

function makeTheirs(fields: DataFields): TheirData {
  const data = new TheirData(theirName(fields.name))
  data.contentType = fields.contentType ?? 0
  data.freshnessPeriod = fields.freshnessPeriod ?? 0
  const { finalBlockId } = fields
  if (finalBlockId) data.finalBlockId = new TheirComponent(finalBlockId.type, finalBlockId.value)
  if (fields.content) data.content = fields.content
  return data
}

const signedData = fc.tuple(dataFields, signer)

holds(
  'NDNts reads from our Data the fields that were encoded, whatever its MediaType',
  signedData,
  async ([fields, signer]) => {
    let signed = ''
    const sign = (portion: Uint8Array): Uint8Array => {
      signed = hex(portion)
      return signer.sign(portion)
    }
    const wire = encodeData(fields, { ...signer, sign })
    const theirs = Decoder.decode(wire, TheirData)
    assert.deepEqual(summaryOfTheirs(theirs), expected(fields))
    const { type, keyLocator, validity } = theirs.sigInfo
    assert.deepEqual(
      {
        type,
        keyLocator: keyLocator?.name && hex(keyLocator.name.value),
        validity: validity && { notBefore: validity.notBefore, notAfter: validity.notAfter },
      },
      expectedSignature(signer),
    )
    assert.equal(hex(theirs.sigValue), hex(signer.sign(new Uint8Array())))
    const ours = Data.decode(wire)
    assert.equal(hex(ours.signedPortion), signed)
    assert.equal(hex(ours.implicitDigest), hex(await theirs.computeImplicitDigest()))
  },
)

holds('we read from a Data of NDNts the fields that were encoded', signedData, async ([fields, signer]) => {
  const theirs = makeTheirs(fields)
  theirs.sigInfo = new SigInfo(signer.type)
  if (signer.keyLocator) theirs.sigInfo.keyLocator = new KeyLocator(theirName(signer.keyLocator))
  if (signer.validity)
    theirs.sigInfo.validity = new ValidityPeriod(signer.validity.notBefore, signer.validity.notAfter)
  let signed = ''
  await theirs[LLSign.OP](async (portion) => {
    signed = hex(portion)
    return signer.sign(portion)
  })
  const wire = Encoder.encode(theirs)
  const { mediaType: _, content, ...rest } = fields
  // NDNts leaves an empty Content out.
  const shared = content === undefined || content.length === 0 ? rest : { ...rest, content }
  assert.equal(hex(encodeData(shared, signer)), hex(wire), 'both encode the same fields as the same octets')
  const ours = Data.decode(wire)
  assert.deepEqual(expected(ours), expected(fields))
  assert.equal(ours.mediaType, undefined)
  assert.deepEqual(expectedSignature(ours.signatureInfo), expectedSignature(signer))
  assert.equal(hex(ours.signatureValue), hex(signer.sign(new Uint8Array())))
  assert.equal(hex(ours.signedPortion), signed)
  assert.equal(hex(ours.implicitDigest), hex(await theirs.computeImplicitDigest()))
})

holds('NDNts verifies a Data that we signed', dataFields, async (fields) => {
  await digestSigning.verify(Decoder.decode(encodeData(fields, digestSigner), TheirData))
})

holds('we see the signed portion of a Data that NDNts signed', dataFields, async (fields) => {
  const theirs = makeTheirs(fields)
  await digestSigning.sign(theirs)
  const ours = Data.decode(Encoder.encode(theirs))
  assert.equal(hex(ours.signatureValue), hex(digestSigner.sign(ours.signedPortion)))
})

const wanted = fc.record({
  fields: dataFields,
  // How the Interest's name comes from the Data's: cut, extended, with the right or a wrong digest.
  cut: fc.nat(2),
  extra: fc.option(plainName(1)),
  digest: fc.constantFrom('none', 'right', 'wrong'),
  canBePrefix: fc.boolean(),
})

holds(
  'both agree which Data answers which Interest',
  wanted,
  async ({ fields, cut, extra, digest, canBePrefix }) => {
    const data = Data.decode(encodeData(fields, digestSigner))
    let name = data.name.slice(0, Math.max(0, data.name.length - cut))
    if (extra !== null) name = name.append(...extra.components)
    if (digest !== 'none') {
      const value = digest === 'right' ? data.implicitDigest : Buffer.alloc(32, 7)
      name = name.append(new Component(TT.ImplicitSha256DigestComponent, value))
    }
    const theirInterest = new TheirInterest(theirName(name))
    theirInterest.canBePrefix = canBePrefix
    const theirData = Decoder.decode(data.wire, TheirData)
    assert.equal(data.answers({ name, canBePrefix }), await theirData.canSatisfy(theirInterest))
  },
)
