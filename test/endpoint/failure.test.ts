import t from 'tap'
import { functionFailed } from '../../src/endpoint/errors.ts'
import { decodeFailure, encodeFailure, type Failure } from '../../src/endpoint/index.ts'
import {
  Component,
  ContentType,
  Data,
  encodeData,
  encodeLp,
  MAX_PACKET_SIZE,
  Name,
} from '../../src/packet/index.ts'
import { digestSigner } from '../../src/trust/index.ts'

const NAME = Name.parse('/128=F1/x')
const FAILURE: Failure = { code: 'bad-parameter', function: 'F1', reason: 'width: “0” is too small' }

function encode(failure: Failure, name = NAME): Data {
  return Data.decode(encodeFailure(name, failure, digestSigner) as Uint8Array)
}

const foreign = (content: string, contentType = ContentType.Nack): Data =>
  Data.decode(encodeData({ name: NAME, contentType, content: Buffer.from(content) }, digestSigner))

t.test(
  'a failure is a Data of ContentType Nack, the only segment of a version of its own, for a short time',
  async (t) => {
    const [data, later] = [encode(FAILURE), encode(FAILURE)]
    t.match(data, { contentType: 3, freshnessPeriod: 50, mediaType: 'application/json' })
    t.ok(NAME.isPrefixOf(data.name))
    t.match(data.name.toString(), /^\/128=F1\/x\/v=\d+\/seg=0$/)
    t.ok(data.finalBlockId?.equals(Component.segment(0)))
    t.notSame(data.name.toString(), later.name.toString())
    t.same(decodeFailure(data), FAILURE)
    t.same(JSON.parse(Buffer.from(data.content).toString()), FAILURE)
  },
)

t.test('a long reason is cut', async (t) => {
  const { reason } = decodeFailure(encode({ ...FAILURE, reason: 'x'.repeat(5000) }))
  t.equal(reason.length, 2000)
})

t.test('whatever is in the reason and however long the name, the packet fits', async (t) => {
  // One character may take 6 octets in JSON.
  const reason = '\u0001'.repeat(2000)
  for (const length of [1, 1000, 5000, 8000, 8300]) {
    const name = Name.of(new Component(8, Buffer.alloc(length)))
    const wire = encodeFailure(name, { ...FAILURE, reason }, digestSigner) as Uint8Array
    t.ok(encodeLp(wire, { pitToken: Buffer.alloc(32) }).length <= MAX_PACKET_SIZE, `${length}`)
    t.match(decodeFailure(Data.decode(wire)), { code: 'bad-parameter', function: 'F1' })
  }
})

t.test('a name that leaves no room gives no Data', async (t) => {
  for (const length of [8500, 8760]) {
    const name = Name.of(new Component(8, Buffer.alloc(length)))
    t.equal(encodeFailure(name, FAILURE, digestSigner), undefined)
  }
})

t.test('an application Nack in another form is reported as it stands', async (t) => {
  for (const content of ['out of paper', '{"code":7}', 'null', '[1]', '"x"'])
    t.match(decodeFailure(foreign(content)), {
      code: 'function-failed',
      function: '',
      reason: `/128=F1/x is an application Nack: ${content}`,
    })
  t.match(decodeFailure(foreign('')), { reason: /: no reason given$/ })
})

t.test('a consumer is told who says so, once', async (t) => {
  t.equal(functionFailed(encode(FAILURE)).message, 'F1: width: “0” is too small')
  t.equal(functionFailed(encode({ ...FAILURE, reason: 'F1: no' })).message, 'F1: no')
  t.equal(functionFailed(foreign('no')).message, '/128=F1/x is an application Nack: no')
})
