import t from 'tap'
import { encodeLp, encodeTlv, Name, TT } from '../../src/packet/index.ts'
import { dataWire, Fixture, interestWire } from './fixture.ts'

const plain = Name.parse('/a').value
const fn = Name.parse('/128=F').value
const nonce = encodeTlv(TT.Nonce, Buffer.alloc(4))
const interest = (...parts: Uint8Array[]): Uint8Array => encodeTlv(TT.Interest, ...parts)
const nameElement = encodeTlv(TT.Name, plain)

function withLastOctetChanged(wire: Uint8Array): Uint8Array {
  const changed = Buffer.from(wire)
  changed[changed.length - 1] = (changed.at(-1) as number) ^ 1
  return changed
}

const MALFORMED: Record<string, Uint8Array> = {
  'nothing at all': new Uint8Array(),
  'another element': encodeTlv(TT.Name, plain),
  'octets after the packet': Buffer.concat([interestWire('/a'), Buffer.of(0)]),
  'a truncated Interest': interestWire('/a').subarray(0, -1),
  'a truncated Data': dataWire('/a').subarray(0, -1),
  'an Interest without a name': interest(nonce),
  'an Interest with an empty name': interest(encodeTlv(TT.Name), nonce),
  'an unknown critical element': interest(nameElement, encodeTlv(127), nonce),
  'empty FunctionNames': interest(nameElement, encodeTlv(TT.FunctionNames), nonce),
  'a plain component in FunctionNames': interest(nameElement, encodeTlv(TT.FunctionNames, fn, plain), nonce),
  'two functions in CurrentFunction': interest(nameElement, encodeTlv(TT.CurrentFunction, fn, fn), nonce),
  'a Nonce of 3 octets': interest(nameElement, encodeTlv(TT.Nonce, Buffer.alloc(3))),
  'an Interest with other parameters than its name says': withLastOctetChanged(
    interestWire('/a', { applicationParameters: Buffer.from('parameters') }),
  ),
  'a Data without a signature': encodeTlv(TT.Data, nameElement),
  'an LpPacket in an LpPacket': encodeTlv(TT.LpPacket, encodeTlv(TT.LpFragment, encodeTlv(TT.LpPacket))),
  'an unknown critical link field': encodeTlv(
    TT.LpPacket,
    encodeTlv(99),
    encodeTlv(TT.LpFragment, interestWire('/a')),
  ),
  'a Nack of a Data': encodeLp(dataWire('/a'), { nackReason: 50 }),
  'a number in more octets than it needs': Buffer.of(5, 253, 0, 7, 7, 5, 8, 1, 97, 10, 0),
}

for (const [what, frame] of Object.entries(MALFORMED)) {
  t.test(`${what} is counted as malformed and goes no further`, async (t) => {
    const fixture = new Fixture()
    const [peer, other] = [fixture.face({ isLocal: true }), fixture.face()]
    fixture.route('/', other)
    peer.send(frame)
    t.equal(peer.drops('malformed'), 1)
    t.same([...peer.take(), ...other.take()], [])
    t.equal(fixture.dropped[0]?.reason, 'malformed')
    t.match(fixture.dropped[0]?.detail, /^[a-z-]+: ./, 'the log learns what was wrong')
    t.equal(fixture.forwarder.pit.size, 0)
    peer.interest('/a')
    t.equal(other.take().length, 1, 'and the peer is served as before')
  })
}

t.test('an LpPacket without a fragment is nothing to do', async (t) => {
  const fixture = new Fixture()
  const peer = fixture.face()
  peer.send(encodeTlv(TT.LpPacket))
  t.same(fixture.dropped, [])
  t.same(peer.take(), [])
})
