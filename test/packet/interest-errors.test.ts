import { createHash } from 'node:crypto'
import t from 'tap'
import { decodeInterest, hex, interest, NONCE, name, refuses, tlv } from './wire.ts'

const digest = (...elements: Uint8Array[]): Buffer =>
  createHash('sha256').update(Buffer.concat(elements)).digest()

const F1 = tlv(128, 'f1')
const F2 = tlv(128, 'f2')
const PARAMETERS = tlv(130, 'a=1')
const HINT = tlv(30, name('hint'))
const LIFETIME = tlv(12, hex('07d0'))
const HOP_LIMIT = tlv(34, hex('05'))
const IN_ORDER = [tlv(33), tlv(18), HINT, NONCE, LIFETIME, HOP_LIMIT]

t.test('an Interest without a Name, or with something before it, is refused', async (t) => {
  refuses(t, interest(), 'missing-element', /an Interest begins with its Name/)
  refuses(t, interest(NONCE), 'missing-element', /an Interest begins with its Name/)
  refuses(t, interest(tlv(33), name('a')), 'missing-element', /an Interest begins with its Name/)
  refuses(t, interest(tlv(240, 'x'), name('a')), 'missing-element', /an Interest begins with its Name/)
  refuses(t, interest(tlv(129, F1), name('a')), 'missing-element', /an Interest begins with its Name/)
})

t.test('a zero-length Name is refused, with functions and without', async (t) => {
  refuses(t, interest(name()), 'bad-name', /at least one component/)
  refuses(t, interest(name(), tlv(129, F1)), 'bad-name', /at least one component/)
  refuses(t, interest(name(), tlv(131, F1)), 'bad-name', /at least one component/)
})

t.test('a digest component of 31 octets in the Name is refused', async (t) => {
  refuses(t, interest(name('a', [1, Buffer.alloc(31)])), 'bad-name', /digest component of 31 octets/)
  refuses(t, interest(name('a', [2, Buffer.alloc(31)])), 'bad-name', /digest component of 31 octets/)
})

t.test('an unknown critical element is refused', async (t) => {
  for (const type of [9, 11, 31, 35, 133, 251, 255, 65535])
    refuses(
      t,
      interest(name('a'), NONCE, tlv(type, 'x')),
      'unknown-critical',
      new RegExp(`unknown element ${type} in`),
    )
  // Even, but below 32 all are critical (NDN Packet Format 0.3 §1.3).
  for (const type of [2, 8, 14, 20])
    refuses(t, interest(name('a'), tlv(type)), 'unknown-critical', /unknown element/)
})

t.test('an unknown element that is not critical is ignored', async (t) => {
  for (const type of [32, 36 + 2, 132, 240, 254, 65534, 70000]) {
    const decoded = decodeInterest(interest(name('a'), tlv(type, 'x'), NONCE, tlv(type), HOP_LIMIT))
    t.match(decoded, { nonce: 0x01020304, hopLimit: 5, form: 'flat', canBePrefix: false })
  }
})

t.test('critical elements out of order are refused', async (t) => {
  const types = [33, 18, 30, 10, 12]
  for (let i = 0; i < types.length; i++) {
    for (let j = i + 1; j < IN_ORDER.length; j++) {
      const swapped = [...IN_ORDER]
      swapped.splice(i, 1)
      swapped.splice(j, 0, IN_ORDER[i] as Buffer)
      refuses(
        t,
        interest(name('a'), ...swapped),
        'out-of-order',
        new RegExp(`element ${types[i]} in an Interest`),
      )
    }
  }
  refuses(t, interest(name('a'), NONCE, name('b')), 'out-of-order', /element 7 in an Interest/)
})

t.test('repeated critical elements are refused', async (t) => {
  for (const element of [name('a'), tlv(129, F1), tlv(131, F1), ...IN_ORDER.slice(0, 5)]) {
    const elements = element[0] === 7 ? [element] : [name('a'), element]
    refuses(t, interest(...elements, element), 'out-of-order', /out of order or repeated|directly follow/)
  }
})

t.test('elements out of order that are not critical are ignored, and the first of them counts', async (t) => {
  t.equal(decodeInterest(interest(name('a'), HOP_LIMIT, tlv(34, hex('09')))).hopLimit, 5)
  const parameters = tlv(36, 'p')
  const parameterised = name('a', [2, digest(parameters, HOP_LIMIT)])
  t.equal(decodeInterest(interest(parameterised, parameters, HOP_LIMIT)).hopLimit, undefined)
  t.same(
    decodeInterest(interest(parameterised, parameters, tlv(36, 'q'))).applicationParameters,
    Buffer.from('p'),
  )
})

t.test('values of the wrong size are refused', async (t) => {
  refuses(t, interest(name('a'), tlv(10, hex('010203'))), 'bad-value', /a Nonce of 3 octets, not 4/)
  refuses(t, interest(name('a'), tlv(10, hex('0102030405'))), 'bad-value', /a Nonce of 5 octets, not 4/)
  refuses(t, interest(name('a'), tlv(10)), 'bad-value', /a Nonce of 0 octets, not 4/)
  refuses(t, interest(name('a'), tlv(34, hex('0001'))), 'bad-value', /a HopLimit of 2 octets, not 1/)
  refuses(t, interest(name('a'), tlv(34)), 'bad-value', /a HopLimit of 0 octets, not 1/)
  refuses(t, interest(name('a'), tlv(33, hex('00'))), 'bad-value', /a CanBePrefix of 1 octets, not 0/)
  refuses(t, interest(name('a'), tlv(18, hex('00'))), 'bad-value', /a MustBeFresh of 1 octets, not 0/)
})

t.test('a ForwardingHint holds names and nothing else that is critical', async (t) => {
  const hint = decodeInterest(
    interest(name('a'), tlv(30, name('b'), tlv(240), name('c', 'd'))),
  ).forwardingHint
  t.same(hint.map(String), ['/b', '/c/d'])
  refuses(
    t,
    interest(name('a'), tlv(30, tlv(31, name('b')))),
    'unknown-critical',
    /element 31 in a ForwardingHint/,
  )
  refuses(t, interest(name('a'), tlv(30, hex('0705'))), 'truncated', /element 7 says 5 octets/)
})

t.test('empty FunctionNames and an empty CurrentFunction are refused', async (t) => {
  refuses(t, interest(name('a'), tlv(129)), 'bad-function-names', /element 129 names no function/)
  refuses(
    t,
    interest(name('a'), tlv(129, F1), tlv(131)),
    'bad-function-names',
    /element 131 names no function/,
  )
})

t.test('a plain component inside FunctionNames is refused', async (t) => {
  for (const element of [129, 131]) {
    refuses(
      t,
      interest(name('a'), tlv(element, tlv(8, 'f'))),
      'bad-function-names',
      /component of type 8 where/,
    )
    refuses(
      t,
      interest(name('a'), tlv(element, F1, tlv(8, 'f'))),
      'bad-function-names',
      /component of type 8 where/,
    )
    refuses(
      t,
      interest(name('a'), tlv(element, F1, PARAMETERS, tlv(32, 'f'))),
      'bad-function-names',
      /type 32 where/,
    )
  }
})

t.test('a parameters component first or doubled in FunctionNames is refused', async (t) => {
  for (const element of [129, 131]) {
    refuses(t, interest(name('a'), tlv(element, PARAMETERS)), 'bad-function-names', /type 130 where/)
    refuses(t, interest(name('a'), tlv(element, PARAMETERS, F1)), 'bad-function-names', /type 130 where/)
    refuses(
      t,
      interest(name('a'), tlv(element, F1, PARAMETERS, PARAMETERS)),
      'bad-function-names',
      /type 130 where/,
    )
  }
})

t.test('two functions in CurrentFunction are refused', async (t) => {
  refuses(t, interest(name('a'), tlv(131, F1, F2)), 'bad-function-names', /2 functions in CurrentFunction/)
  refuses(
    t,
    interest(name('a'), tlv(129, F1), tlv(131, F1, PARAMETERS, F2)),
    'bad-function-names',
    /2 functions in/,
  )
})

t.test('FunctionNames and CurrentFunction directly follow the Name, in this order', async (t) => {
  refuses(t, interest(name('a'), tlv(131, F1), tlv(129, F2)), 'out-of-order', /element 129/)
  refuses(
    t,
    interest(name('a'), tlv(240), tlv(129, F1)),
    'out-of-order',
    /element 129 does not directly follow/,
  )
  refuses(
    t,
    interest(name('a'), tlv(129, F1), tlv(240), tlv(131, F2)),
    'out-of-order',
    /element 131 does not directly/,
  )
  refuses(t, interest(name('a'), tlv(33), tlv(129, F1)), 'out-of-order', /element 129/)
})

t.test('a truncated component inside FunctionNames is refused', async (t) => {
  refuses(
    t,
    interest(name('a'), tlv(129, F1.subarray(0, 3))),
    'truncated',
    /element 128 says 2 octets, 1 are left/,
  )
})

t.test('ApplicationParameters without their digest in the Name are refused', async (t) => {
  refuses(t, interest(name('a'), tlv(36, 'p')), 'bad-name', /no ParametersSha256DigestComponent/)
})

t.test('a Name with two parameters digests is refused', async (t) => {
  const twice = name([2, Buffer.alloc(32)], 'a', [2, Buffer.alloc(32)])
  refuses(t, interest(twice), 'bad-name', /two ParametersSha256DigestComponents/)
  refuses(t, interest(twice, tlv(36, 'p')), 'bad-name', /two ParametersSha256DigestComponents/)
})

t.test('a parameters digest may stand anywhere in the Name, and without parameters', async (t) => {
  t.ok(decodeInterest(interest(name([2, digest(tlv(36, 'p'))], 'a'), tlv(36, 'p'))).parametersDigestAgrees)
  t.ok(decodeInterest(interest(name('a', [2, Buffer.alloc(32)], 'b'))).parametersDigestAgrees)
})

const SIGNATURE_INFO = tlv(44, tlv(27, hex('00')))

t.test('a signature without what stands before it is ignored', async (t) => {
  const parameters = tlv(36, 'p')
  const alone = decodeInterest(interest(name('a'), SIGNATURE_INFO, tlv(46, 's')))
  t.match(alone, { signatureInfo: undefined, signatureValue: undefined, applicationParameters: undefined })
  const withoutInfo = name('a', [2, digest(parameters, tlv(46, 's'))])
  t.equal(decodeInterest(interest(withoutInfo, parameters, tlv(46, 's'))).signatureValue, undefined)
  const before = decodeInterest(interest(name('a', [2, digest(parameters)]), SIGNATURE_INFO, parameters))
  t.same(before.applicationParameters, Buffer.from('p'))
  t.ok(before.parametersDigestAgrees)
})

t.test('a signature does not cover a name whose digest was replaced by something else', async (t) => {
  const parameters = tlv(36)
  const tail = [parameters, SIGNATURE_INFO, tlv(46, 's')]
  const signed = decodeInterest(interest(name('a', [2, digest(...tail)]), ...tail))
  const forged = decodeInterest(interest(name('a', [2, digest(...tail)], 'evil'), ...tail))
  const portion = Buffer.concat([tlv(8, 'a'), parameters, SIGNATURE_INFO])
  t.same(signed.signedPortion, portion)
  t.same(forged.signedPortion, Buffer.concat([forged.name.value, parameters, SIGNATURE_INFO]))
})

t.test('what stands between the signature and its value is signed too', async (t) => {
  const tail = [tlv(36, 'p'), tlv(240, 'x'), SIGNATURE_INFO, tlv(242, 'y')]
  const signed = interest(
    name('a', [2, digest(...tail, tlv(46, 's'), tlv(244))]),
    ...tail,
    tlv(46, 's'),
    tlv(244),
  )
  t.same(decodeInterest(signed).signedPortion, Buffer.concat([tlv(8, 'a'), ...tail]))
  t.ok(decodeInterest(signed).parametersDigestAgrees)
})
