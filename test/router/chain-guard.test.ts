import t from 'tap'
import { decodeFailure, type Failure } from '../../src/endpoint/index.ts'
import { healthName, type Manifest, parseManifest } from '../../src/function/index.ts'
import { Component, ContentType, Data, flatName, Name, parseChain, TT } from '../../src/packet/index.ts'
import { ChainGuard, MAX_VERDICTS } from '../../src/router/chain-guard.ts'
import { digestSigner } from '../../src/trust/index.ts'

const MANIFESTS = [
  { name: 'detect', input: 'image/*', output: 'application/vnd.faces+zip' },
  { name: 'crop', input: ['application/vnd.faces+zip'], output: 'application/vnd.crops+zip' },
  { name: 'gray', input: ['image/jpeg', 'image/png'], output: 'image/jpeg' },
  { name: 'any', input: '*/*', output: 'text/plain' },
  {
    name: 'resize',
    input: 'image/*',
    output: 'image/jpeg',
    parameters: {
      width: { type: 'integer', minimum: 1, maximum: 4096, required: true },
      fit: { type: 'string', enum: ['cover', 'contain'], default: 'cover' },
    },
  },
]

function makeGuard(): { guard: ChainGuard; manifests: Map<string, Manifest>; signed: () => number } {
  const manifests = new Map(
    MANIFESTS.map((source) => [source.name, parseManifest({ ...source, module: 'index.ts' })]),
  )
  let count = 0
  const sign = (bytes: Uint8Array): Uint8Array => {
    count++
    return digestSigner.sign(bytes)
  }
  const signer = { ...digestSigner, sign }
  return { guard: new ChainGuard(manifests, () => signer), manifests, signed: () => count }
}

function failureOf(guard: ChainGuard, name: Name): Failure | undefined {
  const wire = guard.check(name)
  return wire && decodeFailure(Data.decode(wire))
}

const judge = (chain: string): Failure | undefined =>
  failureOf(makeGuard().guard, flatName(parseChain(chain)))

t.test('a chain that fits passes', async (t) => {
  for (const chain of [
    'detect/camera/1',
    'crop:detect/camera/1',
    'crop:detect:gray/camera/1',
    'any:any:crop:detect/camera/1',
    'resize(width=640)/camera/1',
    'detect:resize(fit=contain,width=1)/camera/1',
  ]) {
    t.equal(judge(chain), undefined, chain)
  }
})

t.test('media types that do not fit are refused with both named', async (t) => {
  t.same(judge('detect:crop/camera/1'), {
    code: 'type-mismatch',
    function: 'detect',
    reason: 'takes image/*, and crop gives application/vnd.crops+zip',
  })
  t.match(judge('gray:any/camera/1')?.reason, 'takes image/jpeg or image/png, and any gives text/plain')
})

t.test('a refusal is an error result under the name that was asked for', async (t) => {
  const name = flatName(parseChain('detect:crop/camera/1'))
  const data = Data.decode(makeGuard().guard.check(name) as Uint8Array)
  t.equal(data.contentType, ContentType.Nack)
  t.ok(data.answers({ name, canBePrefix: true }))
})

t.test('the first misfit from the outside is the one told of', async (t) => {
  t.match(judge('any:crop:gray:any/camera/1'), { function: 'crop', reason: /gray gives image\/jpeg/ })
})

t.test('parameters that a function does not take are refused', async (t) => {
  const bad = { code: 'bad-parameter', function: 'resize' }
  t.match(judge('resize(width=0)/a'), { ...bad, reason: /width=0 is not allowed.*from 1 to 4096/ })
  t.match(judge('resize(width=wide)/a'), { ...bad, reason: /width=wide/ })
  t.match(judge('resize(fit=squeeze,width=3)/a'), { ...bad, reason: /one of cover, contain/ })
  t.match(judge('resize(height=3,width=3)/a'), {
    ...bad,
    reason: /unknown parameter height; it has width, fit/,
  })
  t.match(judge('resize/a'), { ...bad, reason: /width is missing/ })
  t.match(judge('any:resize/a'), bad, 'also those of an inner function')
  t.match(judge('gray(soft=1)/a'), { code: 'bad-parameter', function: 'gray', reason: /it has none/ })
})

t.test('functions that this node does not know pass', async (t) => {
  t.equal(judge('elsewhere/a'), undefined)
  t.equal(judge('detect:elsewhere(x=1)/a'), undefined)
  t.equal(judge('elsewhere:crop:detect/a'), undefined)
  t.match(judge('elsewhere:detect:crop/a'), { function: 'detect' }, 'but what is known inside is looked at')
})

t.test('a parameters component that is not key=value is refused', async (t) => {
  const fn = new Component(TT.FunctionComponent, Buffer.from('any'))
  const content = Component.generic('a')
  for (const text of ['', 'x', '=1', 'x=%', 'b=1,a=1', 'a=1,a=1', 'a=%61', '\xff=1']) {
    const parameters = new Component(TT.FunctionParametersComponent, Buffer.from(text, 'latin1'))
    t.match(failureOf(makeGuard().guard, Name.of(fn, parameters, content)), {
      code: 'bad-request',
      function: 'any',
    })
  }
})

t.test('a function whose name is not UTF-8 is refused', async (t) => {
  const name = Name.of(new Component(TT.FunctionComponent, Buffer.from([0xff])), Component.generic('a'))
  t.match(failureOf(makeGuard().guard, name), { code: 'bad-request' })
})

t.test('the question whether an instance is alive passes, whatever its function must be given', async (t) => {
  t.equal(failureOf(makeGuard().guard, healthName('resize', 'resize-1')), undefined)
  t.match(judge('resize/32=health/1'), { code: 'bad-parameter' }, 'content of another name does not')
  t.match(judge('any:resize/32=instance/resize-1/32=health'), { code: 'bad-parameter' })
})

t.test('a name too long for an error passes to whoever can tell', async (t) => {
  const name = flatName(parseChain(`resize/${'x'.repeat(8700)}`))
  t.equal(makeGuard().guard.check(name), undefined)
})

t.test('a chain is judged once, whatever its content', async (t) => {
  const { guard, manifests } = makeGuard()
  t.ok(guard.check(flatName(parseChain('resize/a'))))
  manifests.clear()
  t.ok(guard.check(flatName(parseChain('resize/b'))), 'as remembered')
  guard.reset()
  t.notOk(guard.check(flatName(parseChain('resize/b'))), 'until the functions have changed')
})

t.test('no more verdicts are remembered than are allowed', async (t) => {
  const { guard, manifests } = makeGuard()
  const first = flatName(parseChain('resize/a'))
  t.ok(guard.check(first))
  manifests.clear()
  for (let i = 1; i < MAX_VERDICTS; i++) guard.check(flatName(parseChain(`elsewhere(key=${i})/a`)))
  t.ok(guard.check(first), 'still remembered when all places are taken')
  guard.check(flatName(parseChain('elsewhere(key=0)/a')))
  t.notOk(guard.check(first), 'forgotten to make room')
})

t.test('a chain that is in order costs no signature', async (t) => {
  const { guard, signed } = makeGuard()
  guard.check(flatName(parseChain('any/a')))
  t.equal(signed(), 0)
  guard.check(flatName(parseChain('resize/a')))
  t.equal(signed(), 1)
})
