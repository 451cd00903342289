import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import t from 'tap'
import { Component, ContentType, Data, Name } from '../../src/packet/index.ts'
import {
  Certificate,
  createIdentity,
  digestSigner,
  generatePrivateKey,
  issueCertificate,
  nodeName,
  selfSignCertificate,
  verifySignature,
} from '../../src/trust/index.ts'
import { forgeCertificate, HOUR, makeAnchor, makeIdentity, NOW, OPERATOR, VALID } from './fixtures/world.ts'

t.test('a certificate is named and filled as the format asks', async (t) => {
  const anchor = makeAnchor()
  const subject = nodeName(OPERATOR, 'n1')
  const publicKey = createPublicKey(generatePrivateKey())
  const certificate = issueCertificate({ subject, publicKey, issuer: anchor, validity: VALID, issuedAt: NOW })
  const keyId = certificate.keyName.at(-1) as Component
  t.match(keyId.text, /^[0-9a-f]{16}$/)
  t.ok(certificate.keyName.equals(subject.append(Component.generic('KEY'), keyId)))
  t.ok(certificate.name.slice(0, -2).equals(certificate.keyName))
  t.ok(certificate.name.at(-2)?.equals(anchor.certificate.keyName.at(-1) as Component), 'issuer id')
  t.ok(certificate.name.at(-1)?.equals(Component.version(NOW * 1000)), 'version in microseconds')
  t.equal(certificate.data.contentType, ContentType.Key)
  t.equal(certificate.data.freshnessPeriod, HOUR)
  t.same(certificate.data.content, publicKey.export({ type: 'spki', format: 'der' }))
  t.ok(certificate.identity.equals(subject))
  t.ok(certificate.issuer.equals(anchor.certificate.name))
  t.ok(certificate.publicKey.equals(publicKey))
  t.same(certificate.validity, VALID)
  t.ok(verifySignature(certificate.data, anchor.certificate.publicKey))
})

t.test('one key has one key name, two keys have two', async (t) => {
  const privateKey = generatePrivateKey()
  const [first, second] = [NOW, NOW + 1].map((issuedAt) =>
    selfSignCertificate({ subject: OPERATOR, privateKey, validity: VALID, issuedAt }),
  ) as [Certificate, Certificate]
  t.ok(first.keyName.equals(second.keyName))
  t.notOk(first.name.equals(second.name))
  t.notOk(makeAnchor().certificate.keyName.equals(first.keyName))
})

t.test('a self-signed certificate names itself as its issuer', async (t) => {
  const { certificate } = makeAnchor()
  t.ok(verifySignature(certificate.data, certificate.publicKey))
  t.equal(certificate.name.at(-2)?.text, 'self')
  t.ok(certificate.issuer.equals(certificate.name))
})

t.test('a certificate is valid from its first to its last second', async (t) => {
  const { certificate } = makeAnchor()
  t.notOk(certificate.isValidAt(VALID.notBefore - 1))
  t.ok(certificate.isValidAt(VALID.notBefore))
  t.ok(certificate.isValidAt(VALID.notAfter))
  t.notOk(certificate.isValidAt(VALID.notAfter + 1))
})

t.test('a certificate ends no later than that of its issuer', async (t) => {
  const validity = { notBefore: NOW, notAfter: VALID.notAfter + HOUR }
  const { certificate } = makeIdentity(nodeName(OPERATOR, 'n1'), makeAnchor(), validity)
  t.equal(certificate.validity.notAfter, VALID.notAfter)
  t.throws(
    () =>
      makeIdentity(nodeName(OPERATOR, 'n1'), makeAnchor(), {
        notBefore: VALID.notAfter + 1000,
        notAfter: VALID.notAfter + HOUR,
      }),
    { code: 'bad-certificate' },
  )
  t.throws(() => makeAnchor(OPERATOR, { notBefore: NOW, notAfter: Number.NaN }), { code: 'bad-certificate' })
})

t.test('a certificate survives its text form, whatever the white space', async (t) => {
  const { certificate } = makeAnchor()
  const text = certificate.toString()
  t.ok(text.split('\n').every((line) => line.length <= 64))
  t.same(Certificate.parse(text).wire, certificate.wire)
  t.same(Certificate.parse(` ${text.replaceAll('\n', '\r\n')}`).wire, certificate.wire)
  for (const damaged of ['', 'no, really', text.slice(0, 40), 'AAAA']) {
    t.throws(() => Certificate.parse(damaged), { name: 'TrustError', code: 'bad-certificate' }, damaged)
  }
})

t.test('a decoded certificate does not depend on the buffer that it came in', async (t) => {
  const { certificate } = makeAnchor()
  const received = Buffer.from(certificate.wire)
  const decoded = [Certificate.decode(received), Certificate.decode(Data.decode(received))]
  received.fill(0)
  for (const { wire } of decoded) t.same(wire, certificate.wire)
})

t.test('what is not a certificate is refused, with its name and the reason', async (t) => {
  const anchor = makeAnchor()
  const { certificate, signer } = anchor
  const { name } = certificate
  const spki = (type: 'rsa' | 'ec') =>
    type === 'rsa'
      ? generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ type: 'spki', format: 'der' })
      : generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey.export({ type: 'spki', format: 'der' })
  const withoutValidity = { ...signer, sign: (bytes: Uint8Array) => signer.sign(bytes) }
  const cases: [Uint8Array, RegExp][] = [
    [forgeCertificate({ name: Name.parse('/a/b') }, certificate, signer), /\/a\/b .*KEY/],
    [forgeCertificate({ name: name.slice(0, -1) }, certificate, signer), /KEY/],
    [forgeCertificate({ name: name.slice(0, -1).append(Component.generic('1')) }, certificate, signer), /v=/],
    [forgeCertificate({ contentType: ContentType.Blob }, certificate, signer), /ContentType/],
    [forgeCertificate({ content: Buffer.from('key') }, certificate, signer), /public key/],
    [forgeCertificate({ content: spki('rsa') }, certificate, signer), /Ed25519 or ECDSA/],
    [forgeCertificate({ content: spki('ec') }, certificate, signer), /Ed25519 or ECDSA/],
    [forgeCertificate({}, certificate, digestSigner), /KeyLocator/],
    [forgeCertificate({}, certificate, signer, { notBefore: NOW, notAfter: NOW - 1000 }), /ends before/],
    [Buffer.from('garbage'), /not a certificate/],
  ]
  for (const [wire, message] of cases) {
    t.throws(() => Certificate.decode(wire), { name: 'TrustError', code: 'bad-certificate', message })
  }
  const unbounded = (await import('../../src/packet/index.ts')).encodeData(
    { name, contentType: ContentType.Key, content: certificate.data.content },
    withoutValidity,
  )
  t.throws(() => Certificate.decode(unbounded), { code: 'bad-certificate', message: /ValidityPeriod/ })
})

t.test('a private key and the certificate of another key make no identity', async (t) => {
  t.throws(() => createIdentity(makeAnchor().certificate, generatePrivateKey()), { code: 'bad-key' })
})

t.test('names that cannot be part of an identity are refused', async (t) => {
  for (const label of ['', '.', '../up', 'a/b', 'KEY', '-x', 'ä', 'a'.repeat(65), 'a b']) {
    t.throws(() => nodeName(OPERATOR, label), { name: 'TrustError', code: 'bad-label' }, label)
  }
})
