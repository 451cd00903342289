import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import {
  chainOf,
  encodeInterest,
  flatName,
  Interest,
  type InterestForm,
  Name,
  parseChain,
} from '../../src/packet/index.ts'
import { chain, digestSigner, interestFields, nni } from './arbitraries.ts'
import { holds } from './holds.ts'
import { decodeInterest, hex, interest, NONCE, name, tlv } from './wire.ts'

const form = fc.constantFrom<InterestForm>('flat', 'extended', 'dispatched')

/** Every field of an Interest but its form. */
function fieldsOf(interest: Interest) {
  const { canBePrefix, mustBeFresh, nonce, lifetime, hopLimit, applicationParameters } = interest
  const { signatureInfo, signatureValue } = interest
  return {
    name: interest.name.key,
    forwardingHint: interest.forwardingHint.map(({ key }) => key),
    ...{ canBePrefix, mustBeFresh, nonce, lifetime, hopLimit, applicationParameters },
    signatureInfo: signatureInfo && { ...signatureInfo, keyLocator: signatureInfo.keyLocator?.key },
    signatureValue,
  }
}

const anyInterest = fc.tuple(interestFields, form, fc.boolean()).map(([fields, form, isSigned]) => {
  return Interest.decode(encodeInterest(isSigned ? { ...fields, signer: digestSigner } : fields, form))
})

/** The same Interest as one that came without Nonce, as an application may send it. */
function withoutNonce(interest: Interest): Interest {
  const nonce = tlv(10, Buffer.of(...[24, 16, 8, 0].map((shift) => ((interest.nonce ?? 0) >>> shift) & 255)))
  const flat = Buffer.from(interest.encodeAs('flat'))
  const header = flat[1] === 253 ? 4 : 2
  // Found after the name, in which the same octets may stand.
  const at = flat.indexOf(nonce, header + interest.name.value.length)
  return Interest.decode(
    Interest.decode(tlv(5, flat.subarray(header, at), flat.subarray(at + nonce.length))).encodeAs(
      interest.form,
    ),
  )
}

holds(
  'conversions between the forms change no field but the form',
  fc.tuple(anyInterest, fc.array(form, { maxLength: 5 })),
  ([interest, forms]) => {
    const converted = forms.reduce((one, form) => Interest.decode(one.encodeAs(form)), interest)
    assert.deepEqual(fieldsOf(converted), fieldsOf(interest))
    assert.equal(converted.parametersDigestAgrees, true)
    if (interest.signatureValue !== undefined)
      assert.deepEqual(digestSigner.sign(converted.signedPortion), Buffer.from(interest.signatureValue))
  },
)

holds(
  'an Interest for a chain takes the form it is asked for, and comes back octet by octet',
  fc.tuple(chain, interestFields, form, form),
  ([{ functions, content }, fields, form, other]) => {
    const wire = encodeInterest({ ...fields, name: flatName({ functions, content }) }, form)
    const interest = Interest.decode(wire)
    assert.equal(interest.form, functions.length === 0 ? 'flat' : form)
    const converted = Interest.decode(interest.encodeAs(other))
    assert.equal(converted.form, functions.length === 0 ? 'flat' : other)
    assert.deepEqual(Buffer.from(converted.encodeAs(form)), Buffer.from(wire))
  },
)

holds(
  'HopLimit is patched in every form and never added',
  fc.tuple(anyInterest, form, fc.nat(255)),
  ([interest, form, hopLimit]) => {
    const patched = Interest.decode(interest.encodeAs(form, hopLimit))
    const expected = interest.hopLimit === undefined ? undefined : hopLimit
    assert.deepEqual(fieldsOf(patched), { ...fieldsOf(interest), hopLimit: expected })
    assert.equal(
      interest.hopLimit,
      Interest.decode(interest.wire).hopLimit,
      'the received bytes stay as they are',
    )
  },
)

holds(
  'a nonce is added where there is none, with parameters, signature and HopLimit left as they are',
  fc.tuple(anyInterest, form, fc.nat(0xffffffff), fc.nat(255)),
  ([original, form, nonce, hopLimit]) => {
    const bare = withoutNonce(original)
    assert.deepEqual(fieldsOf(bare), { ...fieldsOf(original), nonce: undefined })
    const sent = Interest.decode(bare.encodeAs(form, hopLimit, nonce))
    const expected = original.hopLimit === undefined ? undefined : hopLimit
    assert.deepEqual(fieldsOf(sent), { ...fieldsOf(original), nonce, hopLimit: expected })
    assert.equal(sent.parametersDigestAgrees, true)
  },
)

holds(
  'a nonce that is there is kept',
  fc.tuple(anyInterest, form, fc.nat(0xffffffff)),
  ([interest, form, nonce]) => {
    assert.equal(Interest.decode(interest.encodeAs(form, undefined, nonce)).nonce, interest.nonce)
  },
)

holds(
  'unknown elements that are not critical survive every conversion in their place',
  fc.tuple(
    chain,
    form,
    fc.array(form, { maxLength: 3 }),
    fc.array(fc.nat(6), { minLength: 1, maxLength: 4 }),
    nni,
  ),
  ([chain, form, forms, places, lifetime]) => {
    const flat = flatName(chain)
    const elements = [
      tlv(33),
      tlv(18),
      NONCE,
      tlv(12, hex('01')),
      tlv(34, hex('07')),
      tlv(250, String(lifetime)),
    ]
    for (const place of places) elements.splice(place, 0, tlv(240 + 2 * place, 'kept'))
    const interest = Interest.decode(tlv(5, tlv(7, flat.value), ...elements))
    const converted = [form, ...forms].reduce((one, form) => Interest.decode(one.encodeAs(form, 6)), interest)
    elements[elements.findIndex((element) => element[0] === 34)] = tlv(34, hex('06'))
    const expected = tlv(5, tlv(7, flat.value), ...elements)
    assert.deepEqual(Buffer.from(converted.encodeAs('flat')), expected)
  },
)

t.test('the first function is dispatched as CurrentFunction, the rest stays in FunctionNames', async (t) => {
  const flat = flatName(parseChain('f3(a=1):f2:f1(b=2,c=3)/content/1'))
  const wire = Interest.decode(encodeInterest({ name: flat, nonce: 0x01020304 })).encodeAs('dispatched')
  const f3 = [tlv(128, 'f3'), tlv(130, 'a=1')]
  const rest = [tlv(128, 'f2'), tlv(128, 'f1'), tlv(130, 'b=2,c=3')]
  t.same(wire, interest(name('content', '1'), tlv(129, ...rest), tlv(131, ...f3), NONCE))
  t.same(
    Interest.decode(wire).encodeAs('extended'),
    interest(name('content', '1'), tlv(129, ...f3, ...rest), NONCE),
  )
  t.same(
    Interest.decode(wire).encodeAs('flat'),
    interest(tlv(7, ...f3, ...rest, tlv(8, 'content'), tlv(8, '1')), NONCE),
  )
})

t.test('the last function is dispatched without FunctionNames', async (t) => {
  const wire = encodeInterest({ name: flatName(parseChain('f(a=1)/x')), nonce: 0x01020304 }, 'dispatched')
  t.same(wire, interest(name('x'), tlv(131, tlv(128, 'f'), tlv(130, 'a=1')), NONCE))
  const decoded = decodeInterest(wire)
  t.equal(decoded.form, 'dispatched')
  t.same(chainOf(decoded.name), parseChain('f(a=1)/x'))
})

t.test('functions without content stay in the Name, which may not be empty', async (t) => {
  for (const form of ['flat', 'extended', 'dispatched'] as const) {
    const decoded = Interest.decode(encodeInterest({ name: Name.parse('/128=f/130=a%3D1') }, form))
    t.equal(decoded.form, 'flat', form)
    t.equal(decoded.name.toString(), '/128=f/130=a%3D1')
  }
})

t.test('parameters that follow no function stay in the Name', async (t) => {
  const cases = ['/128=f/130=a%3D1/130=b%3D2/x', '/130=a%3D1/128=f/x', '/x/128=f/130=a%3D1']
  for (const form of ['extended', 'dispatched'] as const) {
    for (const uri of cases) {
      const decoded = decodeInterest(encodeInterest({ name: Name.parse(uri) }, form))
      t.equal(decoded.name.toString(), uri, `${form} ${uri}`)
      t.equal(decoded.form, uri.startsWith('/128') ? form : 'flat')
    }
  }
})

t.test('a HopLimit out of range is an error, not another HopLimit', async (t) => {
  const interest = Interest.decode(encodeInterest({ name: Name.parse('/x'), hopLimit: 0 }))
  t.throws(() => interest.encodeAs('flat', -1), RangeError)
  t.throws(() => interest.encodeAs('flat', 256), RangeError)
})
