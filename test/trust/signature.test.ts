import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import fc from 'fast-check'
import t from 'tap'
import {
  Component,
  Data,
  encodeData,
  encodeInterest,
  Interest,
  Name,
  SignatureType,
  TT,
} from '../../src/packet/index.ts'
import {
  createSigner,
  digestSigner,
  generatePrivateKey,
  type SignedPacket,
  verifySignature,
} from '../../src/trust/index.ts'

const KEY_LOCATOR = Name.parse('/op/node/n/KEY/1/self/v=1')
const KEYS = [
  { what: 'DigestSha256', signer: digestSigner, publicKey: undefined },
  ...(['ed25519', 'p-256'] as const).map((what) => {
    const privateKey = generatePrivateKey(what)
    return { what, signer: createSigner(privateKey, KEY_LOCATOR), publicKey: createPublicKey(privateKey) }
  }),
]

for (const { what, signer, publicKey } of KEYS) {
  const wire = encodeData({ name: Name.parse('/camera/lobby/1'), content: Buffer.from('picture') }, signer)

  t.test(`${what}: a Data and a signed Interest verify as they were signed`, async (t) => {
    t.ok(verifySignature(Data.decode(wire), publicKey))
    const fields = { name: Name.parse('/localhost/x'), applicationParameters: Buffer.from('p'), signer }
    t.ok(verifySignature(Interest.decode(encodeInterest(fields)), publicKey))
  })

  t.test(`${what}: no Data with a bit changed verifies, whatever its name and content`, async () => {
    const anything = fc.record({
      name: fc.array(fc.uint8Array({ maxLength: 8 }), { minLength: 1, maxLength: 4 }),
      content: fc.uint8Array({ maxLength: 300 }),
      bit: fc.nat(1_000_000),
    })
    fc.assert(
      fc.property(anything, ({ name, content, bit }) => {
        const components = name.map((value) => new Component(TT.GenericNameComponent, value))
        const changed = Buffer.from(encodeData({ name: Name.of(...components), content }, signer))
        if (!verifySignature(Data.decode(changed), publicKey)) return false
        const at = bit % (changed.length * 8)
        changed[at >> 3] = (changed[at >> 3] as number) ^ (1 << (at & 7))
        return !verifies(() => verifySignature(Data.decode(changed), publicKey))
      }),
      { numRuns: 1000 },
    )
  })

  t.test(`${what}: a signature value of another length does not verify`, async (t) => {
    const data = Data.decode(wire)
    for (const length of [0, 1, data.signatureValue.length - 1]) {
      t.notOk(verifySignature(withValue(data, data.signatureValue.subarray(0, length)), publicKey))
    }
    t.notOk(verifySignature(withValue(data, Buffer.concat([data.signatureValue, Buffer.of(0)])), publicKey))
  })
}

t.test('a digest does not pass for a signature', async (t) => {
  const data = Data.decode(encodeData({ name: Name.parse('/a') }, digestSigner))
  t.notOk(verifySignature(data, createPublicKey(generatePrivateKey())))
})

t.test('a digest that says it is a signature does not verify as a digest', async (t) => {
  const lying = { ...digestSigner, type: SignatureType.SignatureEd25519 }
  t.notOk(verifySignature(Data.decode(encodeData({ name: Name.parse('/a') }, lying))))
})

t.test('a signature verifies neither without a key nor with another key of its kind', async (t) => {
  for (const { what, signer } of KEYS.slice(1)) {
    const data = Data.decode(encodeData({ name: Name.parse('/a') }, signer))
    t.notOk(verifySignature(data), what)
    t.notOk(verifySignature(data, createPublicKey(generatePrivateKey('ed25519'))), what)
    t.notOk(verifySignature(data, createPublicKey(generatePrivateKey('p-256'))), what)
  }
})

t.test('a signature that says it is of another type does not verify', async (t) => {
  for (const { what, signer, publicKey } of KEYS.slice(1)) {
    const lying = { ...signer, type: SignatureType.SignatureSha256WithRsa }
    t.notOk(verifySignature(Data.decode(encodeData({ name: Name.parse('/a') }, lying)), publicKey), what)
  }
})

t.test('an Interest that is not signed does not verify', async (t) => {
  t.notOk(verifySignature(Interest.decode(encodeInterest({ name: Name.parse('/a') }))))
})

t.test('a key that cannot sign packets is refused', async (t) => {
  const { privateKey: p384 } = generateKeyPairSync('ec', { namedCurve: 'P-384' })
  const { privateKey: x25519 } = generateKeyPairSync('x25519')
  for (const key of [p384, x25519, createPublicKey(generatePrivateKey())]) {
    t.throws(() => createSigner(key, KEY_LOCATOR), { name: 'TrustError', code: 'bad-key' })
  }
})

function withValue(data: Data, signatureValue: Uint8Array): SignedPacket {
  return { signedPortion: data.signedPortion, signatureInfo: data.signatureInfo, signatureValue }
}

/** Whether it is verified; a packet that cannot even be decoded is not. */
function verifies(verify: () => boolean): boolean {
  try {
    return verify()
  } catch (error) {
    if ((error as Error).name === 'PacketError') return false
    throw error
  }
}
