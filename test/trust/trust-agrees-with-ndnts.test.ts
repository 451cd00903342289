import {
  createVerifier as createNdntsVerifier,
  ECDSA,
  Ed25519,
  generateSigningKey,
  type NamedVerifier,
  Certificate as NdntsCertificate,
  SigningAlgorithmListFull,
} from '@ndn/keychain'
import {
  Component as NdntsComponent,
  Data as NdntsData,
  Interest as NdntsInterest,
  SignedInterestPolicy,
  ValidityPeriod,
} from '@ndn/packet'
import { Decoder, Encoder } from '@ndn/tlv'
import t from 'tap'
import { Data, encodeInterest, Interest, Name } from '../../src/packet/index.ts'
import {
  Certificate,
  createVerifier,
  type Identity,
  producerName,
  verifySignature,
} from '../../src/trust/index.ts'
import { HOUR, makeAnchor, makeData, makeIdentity, OPERATOR } from './fixtures/world.ts'

// NDNts reads the clock itself.
const NOW = Date.now()
const VALID = {
  notBefore: Math.floor(NOW / 1000) * 1000 - HOUR,
  notAfter: Math.ceil(NOW / 1000) * 1000 + HOUR,
}
const TYPES = [
  ['p-256', (name: Name) => generateSigningKey(name.toString(), ECDSA)],
  ['ed25519', (name: Name) => generateSigningKey(name.toString(), Ed25519)],
] as const

function toNdnts({ certificate }: Identity): NdntsCertificate {
  return NdntsCertificate.fromData(Decoder.decode(certificate.wire, NdntsData))
}

function verifierOf(certificate: NdntsCertificate): Promise<NamedVerifier.PublicKey> {
  // Without this list NDNts knows ECDSA only.
  return createNdntsVerifier(certificate, {
    algoList: SigningAlgorithmListFull,
  }) as Promise<NamedVerifier.PublicKey>
}

function fromNdnts(certificate: NdntsCertificate): Certificate {
  return Certificate.decode(Encoder.encode(certificate.data))
}

for (const [keyType, generate] of TYPES) {
  t.test(`${keyType}: our certificates and Data verify in NDNts`, async (t) => {
    const anchor = makeAnchor(OPERATOR, VALID, keyType)
    const producer = makeIdentity(producerName(OPERATOR, 'p'), anchor, VALID, keyType)
    const theirAnchor = toNdnts(anchor)
    const theirProducer = toNdnts(producer)
    t.ok(theirAnchor.isSelfSigned)
    t.same([theirProducer.validity.notBefore, theirProducer.validity.notAfter], Object.values(VALID))
    t.equal(theirProducer.issuer?.toString(), `/8=${theirAnchor.name.toString().slice(3)}`)
    theirProducer.checkValidity()
    const anchorVerifier = await verifierOf(theirAnchor)
    await anchorVerifier.verify(theirAnchor.data)
    await anchorVerifier.verify(theirProducer.data)
    const wire = makeData('/camera/1', producer.signer, { mediaType: 'image/jpeg' }).wire
    await (await verifierOf(theirProducer)).verify(Decoder.decode(wire, NdntsData))
    await t.rejects(async () => anchorVerifier.verify(Decoder.decode(wire, NdntsData)))
  })

  t.test(`${keyType}: our commands verify in NDNts`, async (t) => {
    const anchor = makeAnchor(OPERATOR, VALID, keyType)
    const wire = encodeInterest({
      name: Name.parse('/localhost/x'),
      applicationParameters: Buffer.from('p'),
      signer: anchor.signer,
    })
    const policy = new SignedInterestPolicy(SignedInterestPolicy.Nonce(), SignedInterestPolicy.Time())
    const verifier = policy.makeVerifier(await verifierOf(toNdnts(anchor)))
    await t.resolves(verifier.verify(Decoder.decode(wire, NdntsInterest)))
    await t.rejects(verifier.verify(Decoder.decode(wire, NdntsInterest)), 'and only once')
  })

  t.test(`${keyType}: a chain that NDNts issued verifies here, and its commands`, async (t) => {
    const [anchorKey, anchorPublic] = await generate(OPERATOR)
    const validity = new ValidityPeriod(VALID.notBefore, VALID.notAfter)
    const theirAnchor = await NdntsCertificate.selfSign({
      privateKey: anchorKey,
      publicKey: anchorPublic,
      validity,
    })
    const [key, publicKey] = await generate(producerName(OPERATOR, 'p'))
    const theirProducer = await NdntsCertificate.issue({
      validity,
      issuerId: NdntsComponent.from('op'),
      issuerPrivateKey: anchorKey.withKeyLocator(theirAnchor.name),
      publicKey,
    })
    const anchor = fromNdnts(theirAnchor)
    t.ok(verifySignature(anchor.data, anchor.publicKey))
    const verifier = createVerifier({
      anchor,
      now: () => NOW,
      fetchCertificate: async () => fromNdnts(theirProducer).data,
    })
    // By the name of the key, as NDNts does unless told otherwise, and of the certificate.
    for (const signer of [key, key.withKeyLocator(theirProducer.name)]) {
      const data = new NdntsData('/camera/1', Buffer.from('picture'))
      await signer.sign(data)
      t.match(await verifier.verify(Data.decode(Encoder.encode(data))), { kind: 'producer', producer: 'p' })
    }
    for (const rules of [
      [SignedInterestPolicy.Time()],
      [SignedInterestPolicy.Nonce(), SignedInterestPolicy.Time()],
    ] as const) {
      const policy = new SignedInterestPolicy(...rules)
      const interest = new NdntsInterest('/localhost/x')
      interest.appParameters = Buffer.from('p')
      await policy.makeSigner(key).sign(interest)
      const received = Interest.decode(Encoder.encode(interest))
      t.match(await verifier.verifyCommand(received), { kind: 'producer' })
      await t.rejects(verifier.verifyCommand(received), { code: 'replayed' })
    }
  })
}
