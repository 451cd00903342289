import { encodeData, encodeInterest, encodeLp, flatName, Name, parseChain } from '../../src/packet/index.ts'
import { digestSigner } from './arbitraries.ts'
import { hex, tlv } from './wire.ts'

const NAME = Name.parse('/camera/lobby/v=7/seg=0')
const flat = flatName(parseChain('f3(a=1):f2:f1(b=2,c=3)/camera/lobby/1'))
const options = {
  canBePrefix: true,
  mustBeFresh: true,
  forwardingHint: [NAME, Name.of()],
  lifetime: 1000,
  hopLimit: 7,
}
const content = Buffer.alloc(300, 'c')
const finalBlockId = NAME.at(-1)

/** Valid packets with every element that is known, by what they are. */
export const CORPUS: Readonly<Record<string, Uint8Array>> = {
  'an Interest': encodeInterest({ name: NAME }),
  'a flat Interest': encodeInterest({ name: flat, ...options }),
  'an extended Interest': encodeInterest({ name: flat, ...options }, 'extended'),
  'a dispatched Interest': encodeInterest({ name: flat, ...options }, 'dispatched'),
  'an Interest without Nonce': tlv(5, tlv(7, NAME.value), tlv(12, hex('03e8'))),
  'an Interest with parameters': encodeInterest({ name: NAME, applicationParameters: content }),
  'a signed Interest': encodeInterest(
    { name: flat, ...options, signer: { ...digestSigner, keyLocator: NAME } },
    'dispatched',
  ),
  'a Data': encodeData(
    { name: NAME, contentType: 3, freshnessPeriod: 500, finalBlockId, mediaType: 'text/plain', content },
    digestSigner,
  ),
  'a certificate': encodeData(
    { name: NAME, contentType: 2 },
    { ...digestSigner, keyLocator: NAME, validity: { notBefore: 0, notAfter: 1000 } },
  ),
  'a Nack': encodeLp(encodeInterest({ name: flat }, 'extended'), { nackReason: 150, pitToken: hex('0102') }),
  'a Data with link header': encodeLp(encodeData({ name: NAME }, digestSigner), {
    pitToken: hex('01020304'),
    congestionMark: 1,
  }),
}
