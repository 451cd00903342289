import assert from 'node:assert/strict'
import { PrefixAnn } from '@ndn/nfdmgmt'
import { digestSigning, Data as NdntsData, Name as NdntsName, ValidityPeriod } from '@ndn/packet'
import { Decoder, Encoder } from '@ndn/tlv'
import fc from 'fast-check'
import t from 'tap'
import { encodePrefixAnnouncement, readPrefixAnnouncement } from '../../src/management/index.ts'
import { Data, encodeData, encodeTlv, Name } from '../../src/packet/index.ts'
import { digestSigner } from '../../src/trust/index.ts'
import { holds } from '../packet/holds.ts'
import { number } from './arbitraries.ts'

const seconds = fc.integer({ min: 0, max: 4_000_000_000 }).map((time) => time * 1000)

holds(
  'prefix announcements of NDNts are read, and ours by NDNts',
  fc.record({
    parts: fc.array(fc.constantFrom('a', 'b'), { maxLength: 4 }),
    version: number,
    expirationPeriod: number,
    validity: fc.option(fc.record({ notBefore: seconds, notAfter: seconds }), { nil: undefined }),
  }),
  async ({ parts, version, expirationPeriod, validity }) => {
    const prefix = `/${parts.join('/')}`
    const theirs = await PrefixAnn.build({
      announced: new NdntsName(prefix),
      version,
      expirationPeriod,
      signer: digestSigning,
      ...(validity && { validityPeriod: new ValidityPeriod(validity.notBefore, validity.notAfter) }),
    })
    const read = readPrefixAnnouncement(Data.decode(Encoder.encode(theirs.data)))
    assert.equal(read.prefix.toString(), prefix)
    assert.equal(read.expirationPeriod, expirationPeriod)
    assert.deepEqual(read.validity, validity && { ...validity })
    const ours = encodePrefixAnnouncement(
      { prefix: Name.parse(prefix), expirationPeriod, validity },
      version,
      digestSigner,
    )
    const back = PrefixAnn.fromData(Decoder.decode(ours, NdntsData))
    assert.ok(back.announced.equals(theirs.announced))
    assert.equal(back.expirationPeriod, expirationPeriod)
    assert.equal(back.validityPeriod?.notAfter, validity?.notAfter)
  },
  300,
)

t.test('a Data is no prefix announcement', async (t) => {
  const period = encodeTlv(109, Uint8Array.of(1))
  const refused = (
    { name = '/a/32=PA/v=1/seg=0', contentType = 5, content = period },
    error: { code: string; message?: RegExp },
  ): void => {
    const data = Data.decode(encodeData({ name: Name.parse(name), contentType, content }, digestSigner))
    t.throws(() => readPrefixAnnouncement(data), { name: 'PacketError', ...error })
  }
  const bad = { code: 'bad-name', message: /named <prefix>\/32=PA\/v=<version>\/seg=0/ }
  await t.test('with another name', async () => {
    for (const name of [
      '/',
      '/a',
      '/a/PA/v=1/seg=0',
      '/a/32=PB/v=1/seg=0',
      '/a/32=PA/seg=0',
      '/a/32=PA/v=1/seg=1',
      '/a/32=PA/v=1/v=0',
    ])
      refused({ name }, bad)
  })
  await t.test('of another ContentType', async () => {
    refused({ contentType: 0 }, { code: 'bad-value', message: /ContentType 0, not 5/ })
  })
  await t.test('without a period', async () => {
    refused({ content: new Uint8Array() }, { code: 'missing-element', message: /expirationPeriod/ })
  })
  await t.test('with what must be understood and is not', async () => {
    refused({ content: Buffer.concat([period, encodeTlv(251)]) }, { code: 'unknown-critical' })
    refused({ content: Buffer.concat([period, encodeTlv(30)]) }, { code: 'unknown-critical' })
  })
  await t.test('with a ValidityPeriod that is none', async () => {
    const validity = (text: string): Uint8Array =>
      Buffer.concat([
        period,
        encodeTlv(253, encodeTlv(254, Buffer.from(text)), encodeTlv(255, Buffer.from(text))),
      ])
    refused({ content: validity('yesterday') }, { code: 'bad-value', message: /'yesterday' is not a time/ })
    refused({ content: Buffer.concat([period, encodeTlv(253)]) }, { code: 'missing-element' })
  })
})

t.test('other elements in a prefix announcement are ignored, in any order', async (t) => {
  const content = Buffer.concat([encodeTlv(250), encodeTlv(109, Uint8Array.of(7))])
  const name = Name.parse('/a/32=PA/v=1/seg=0')
  const data = Data.decode(encodeData({ name, contentType: 5, content }, digestSigner))
  t.match(readPrefixAnnouncement(data), { expirationPeriod: 7, validity: undefined })
})
