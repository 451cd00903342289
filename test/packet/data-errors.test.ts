import t from 'tap'
import { ContentType } from '../../src/packet/index.ts'
import { data, decodeData, hex, name, refuses, SIGNATURE, tlv } from './wire.ts'

const [INFO, VALUE] = SIGNATURE
const META_INFO = tlv(20, tlv(24, hex('02')), tlv(25, hex('03e8')), tlv(26, tlv(50, hex('05'))))
const CONTENT = tlv(21, 'content')

const withMetaInfo = (...elements: Uint8Array[]): Buffer => data(name('a'), tlv(20, ...elements), INFO, VALUE)
const withInfo = (...elements: Uint8Array[]): Buffer => data(name('a'), tlv(22, ...elements), VALUE)
const TYPE = tlv(27, hex('03'))

t.test('a Data without a Name, or with something before it, is refused', async (t) => {
  refuses(t, data(), 'missing-element', /a Data begins with its Name/)
  refuses(t, data(META_INFO, name('a'), INFO, VALUE), 'missing-element', /a Data begins with its Name/)
  refuses(t, data(tlv(240), name('a'), INFO, VALUE), 'missing-element', /a Data begins with its Name/)
})

t.test('a Data without SignatureInfo or SignatureValue is refused', async (t) => {
  refuses(t, data(name('a')), 'missing-element', /a Data without SignatureInfo/)
  refuses(t, data(name('a'), CONTENT, VALUE), 'missing-element', /a Data without SignatureInfo/)
  refuses(t, data(name('a'), CONTENT, INFO), 'missing-element', /a Data without SignatureValue/)
})

t.test('an unknown critical element is refused in a Data and in what it holds', async (t) => {
  for (const type of [5, 10, 31, 133, 255]) {
    const unknown = tlv(type, 'x')
    refuses(
      t,
      data(name('a'), unknown, INFO, VALUE),
      'unknown-critical',
      new RegExp(`element ${type} in a Data`),
    )
    refuses(t, withMetaInfo(unknown), 'unknown-critical', new RegExp(`element ${type} in a MetaInfo`))
    refuses(t, withInfo(TYPE, unknown), 'unknown-critical', new RegExp(`element ${type} in a SignatureInfo`))
    refuses(
      t,
      withInfo(TYPE, tlv(28, unknown)),
      'unknown-critical',
      new RegExp(`element ${type} in a KeyLocator`),
    )
  }
})

t.test('an unknown element that is not critical is ignored in a Data and in what it holds', async (t) => {
  const unknown = tlv(240, 'x')
  const decoded = decodeData(
    data(
      name('a'),
      unknown,
      tlv(20, unknown, tlv(24, hex('02')), unknown, tlv(25, hex('07')), unknown),
      unknown,
      CONTENT,
      unknown,
      tlv(22, unknown, TYPE, unknown, tlv(28, unknown, name('k'), unknown), unknown),
      VALUE,
      unknown,
    ),
  )
  t.match(decoded, { contentType: ContentType.Key, freshnessPeriod: 7, content: Buffer.from('content') })
  t.equal(decoded.signatureInfo.type, 3)
  t.equal(String(decoded.signatureInfo.keyLocator), '/k')
})

t.test('elements of a Data out of order or repeated are refused', async (t) => {
  const elements = [name('a'), META_INFO, CONTENT, INFO, VALUE]
  t.doesNotThrow(() => decodeData(data(...elements)))
  for (let i = 1; i < elements.length; i++) {
    const element = elements[i] as Buffer
    const twice = elements.toSpliced(i, 0, element)
    refuses(t, data(...twice), 'out-of-order', new RegExp(`element ${element[0]} in a Data`))
    if (i === 1) continue
    const swapped = elements.toSpliced(i, 1).toSpliced(i - 1, 0, element)
    refuses(t, data(...swapped), 'out-of-order', /in a Data out of order or repeated/)
  }
  refuses(t, data(...elements, name('a')), 'out-of-order', /element 7 in a Data/)
})

t.test('elements of a MetaInfo out of order or repeated are refused', async (t) => {
  const elements = [tlv(24, hex('02')), tlv(25, hex('07')), tlv(26, tlv(8, 'z'))]
  t.equal(String(decodeData(withMetaInfo(...elements)).finalBlockId), 'z')
  for (let i = 0; i < elements.length; i++) {
    refuses(t, withMetaInfo(...elements, elements[i] as Buffer), 'out-of-order', /in a MetaInfo/)
    if (i > 0)
      refuses(
        t,
        withMetaInfo(elements[i] as Buffer, elements[i - 1] as Buffer),
        'out-of-order',
        /in a MetaInfo/,
      )
  }
})

t.test('a FinalBlockId holds exactly one component', async (t) => {
  refuses(t, withMetaInfo(tlv(26)), 'missing-element', /a FinalBlockId without a component/)
  refuses(t, withMetaInfo(tlv(26, tlv(8, 'a'), tlv(8, 'b'))), 'bad-value', /octets after the component/)
  refuses(t, withMetaInfo(tlv(26, tlv(1, 'a'))), 'bad-name', /a digest component of 1 octets/)
  refuses(t, withMetaInfo(tlv(26, tlv(70000, 'a'))), 'bad-name', /component type 70000 is out of range/)
  refuses(t, withMetaInfo(tlv(26, hex('0805'))), 'truncated', /element 8 says 5 octets/)
})

t.test('a MediaType is read wherever it stands in MetaInfo, the first of them', async (t) => {
  const type = (text: string | Uint8Array): Buffer => tlv(132, text)
  t.equal(decodeData(withMetaInfo(tlv(24, hex('02')), type('image/jpeg'))).mediaType, 'image/jpeg')
  t.equal(decodeData(withMetaInfo(type('a/b'), tlv(24, hex('02')), type('c/d'))).mediaType, 'a/b')
  t.equal(decodeData(withMetaInfo()).mediaType, undefined)
})

t.test('a MediaType that is not printable ASCII is ignored, as an unknown element would be', async (t) => {
  for (const value of ['', 'text/\u001b[31m', 'text/ü', hex('00ff'), '\n'])
    t.equal(decodeData(withMetaInfo(tlv(132, value))).mediaType, undefined, JSON.stringify(value))
})

t.test('a SignatureInfo without SignatureType is refused', async (t) => {
  refuses(t, withInfo(), 'missing-element', /a SignatureInfo without SignatureType/)
  refuses(t, withInfo(tlv(28, name('k'))), 'missing-element', /a SignatureInfo without SignatureType/)
})

t.test('critical elements of a SignatureInfo out of order or repeated are refused', async (t) => {
  refuses(t, withInfo(tlv(28, name('k')), TYPE), 'out-of-order', /element 27 in a SignatureInfo/)
  refuses(t, withInfo(TYPE, TYPE), 'out-of-order', /element 27 in a SignatureInfo/)
  refuses(
    t,
    withInfo(TYPE, tlv(28, name('k')), tlv(28, name('k'))),
    'out-of-order',
    /element 28 in a SignatureInfo/,
  )
  t.equal(decodeData(withInfo(TYPE, tlv(40, hex('07')), tlv(40, hex('09')))).signatureInfo.time, 7)
})

t.test('a KeyLocator with KeyDigest, or empty, has no name', async (t) => {
  t.equal(decodeData(withInfo(TYPE, tlv(28, tlv(29, Buffer.alloc(32))))).signatureInfo.keyLocator, undefined)
  t.equal(decodeData(withInfo(TYPE, tlv(28))).signatureInfo.keyLocator, undefined)
  t.equal(String(decodeData(withInfo(TYPE, tlv(28, name('a', 'KEY')))).signatureInfo.keyLocator), '/a/KEY')
  refuses(t, withInfo(TYPE, tlv(28, hex('0705'))), 'truncated', /element 7 says 5 octets/)
})

const NOT_BEFORE = tlv(254, '20240229T235959')
const NOT_AFTER = tlv(255, '20250101T000000')
const withValidity = (...elements: Uint8Array[]): Buffer => withInfo(TYPE, tlv(253, ...elements))

t.test('a ValidityPeriod is read, with unknown elements in it', async (t) => {
  const expected = { notBefore: Date.UTC(2024, 1, 29, 23, 59, 59), notAfter: Date.UTC(2025, 0, 1) }
  t.same(decodeData(withValidity(NOT_BEFORE, NOT_AFTER)).signatureInfo.validity, expected)
  t.same(decodeData(withValidity(tlv(240, 'x'), NOT_BEFORE, NOT_AFTER)).signatureInfo.validity, expected)
})

t.test('a ValidityPeriod that is incomplete or holds no times is refused', async (t) => {
  refuses(t, withValidity(), 'missing-element', /without NotBefore or NotAfter/)
  refuses(t, withValidity(NOT_BEFORE), 'missing-element', /without NotBefore or NotAfter/)
  refuses(t, withValidity(NOT_AFTER), 'missing-element', /without NotBefore or NotAfter/)
  refuses(
    t,
    withValidity(NOT_BEFORE, NOT_AFTER, NOT_AFTER),
    'out-of-order',
    /element 255 in a ValidityPeriod/,
  )
  for (const text of [
    '',
    '2024',
    '20240101',
    '20240101T000000Z',
    '20241301T000000',
    'Jan 1 2024',
    '2024-01-01T00:00:00',
  ])
    refuses(t, withValidity(NOT_BEFORE, tlv(255, text)), 'bad-value', /is not a time/)
})

t.test('what stands between SignatureInfo and SignatureValue is signed too', async (t) => {
  const signed = [name('a'), tlv(240, 'x'), CONTENT, INFO, tlv(242, 'y')]
  t.same(decodeData(data(...signed, VALUE, tlv(244))).signedPortion, Buffer.concat(signed))
})

t.test('a Data with nothing but a name and a signature has the defaults', async (t) => {
  t.match(decodeData(data(name('a'), INFO, VALUE)), {
    contentType: ContentType.Blob,
    freshnessPeriod: 0,
    finalBlockId: undefined,
    mediaType: undefined,
    content: new Uint8Array(),
  })
})
