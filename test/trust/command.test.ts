import { createHash } from 'node:crypto'
import fc from 'fast-check'
import t from 'tap'
import {
  Component,
  encodeInterest,
  encodeNni,
  encodeTlv,
  Interest,
  Name,
  type Signer,
  TlvReader,
  TT,
} from '../../src/packet/index.ts'
import { COMMAND_WINDOW_MS, digestSigner } from '../../src/trust/index.ts'
import { ReplayGuard } from '../../src/trust/replay-guard.ts'
import { bitsThatMayFlip, codeOf, makeAnchor, NOW, World } from './fixtures/world.ts'

interface Fields {
  readonly name?: Name
  readonly time?: number | undefined
  readonly nonce?: Uint8Array | undefined
}

/** A signed Interest with a SignatureTime and SignatureNonce of one's own. */
function command(signer: Signer, { name = COMMAND, time, nonce }: Fields = {}): Interest {
  const { type, keyLocator } = signer
  const info = encodeTlv(
    TT.InterestSignatureInfo,
    encodeTlv(TT.SignatureType, encodeNni(type)),
    keyLocator === undefined ? EMPTY : encodeTlv(TT.KeyLocator, encodeTlv(TT.Name, keyLocator.value)),
    nonce === undefined ? EMPTY : encodeTlv(TT.SignatureNonce, nonce),
    time === undefined ? EMPTY : encodeTlv(TT.SignatureTime, encodeNni(time)),
  )
  const parameters = encodeTlv(TT.ApplicationParameters, Buffer.from('parameters'))
  const value = encodeTlv(
    TT.InterestSignatureValue,
    signer.sign(Buffer.concat([name.value, parameters, info])),
  )
  const tail = Buffer.concat([parameters, info, value])
  return interest(name.append(parametersDigest(tail)), tail)
}

function interest(name: Name, tail: Uint8Array): Interest {
  return Interest.decode(encodeTlv(TT.Interest, encodeTlv(TT.Name, name.value), tail))
}

function parametersDigest(tail: Uint8Array): Component {
  return new Component(TT.ParametersSha256DigestComponent, createHash('sha256').update(tail).digest())
}

/** What stands after an element of an Interest. */
function after(type: number, { wire }: Interest): Uint8Array {
  const outer = new TlvReader(wire)
  outer.next()
  const reader = outer.inside()
  while (reader.next()) if (reader.type === type) return wire.subarray(reader.valueEnd)
  throw new Error(`no element ${type}`)
}

const EMPTY = new Uint8Array()
const COMMAND = Name.parse('/localhost/nfd/rib/register')
let nonces = 0
const fresh = (): Uint8Array => Buffer.from(`nonce ${nonces++}`)

t.test('a command tells who gave it', async (t) => {
  const world = new World()
  const verifier = world.verifier()
  const give = (signer: Signer) => verifier.verifyCommand(command(signer, { time: NOW, nonce: fresh() }))
  t.match(await give(world.anchor.signer), { kind: 'operator' })
  t.match(await give(world.node.signer), { kind: 'node', node: 'n1', identity: world.node.name })
  t.match(await give(world.producer.signer), { kind: 'producer', producer: 'camera' })
})

t.test('what encodeInterest signs is a command', async (t) => {
  const world = new World()
  const fields = { name: COMMAND, applicationParameters: EMPTY, signer: world.anchor.signer }
  const signed = Interest.decode(encodeInterest(fields))
  world.now = signed.signatureInfo?.time ?? 0
  const anchor = makeAnchor(world.anchor.name, { notBefore: world.now - 1000, notAfter: world.now + 1000 })
  const again = Interest.decode(encodeInterest({ ...fields, signer: anchor.signer }))
  const verifier = world.verifier({ anchor: anchor.certificate })
  t.match(await verifier.verifyCommand(again), { kind: 'operator' })
})

t.test('an instance may give no command unless the rule names it', async (t) => {
  const world = new World()
  const verifier = world.verifier()
  const give = (allow?: ('instance' | 'operator')[]) =>
    codeOf(verifier.verifyCommand(command(world.instance.signer, { time: NOW, nonce: fresh() }), { allow }))
  t.equal(await give(), 'not-allowed')
  t.equal(await give(['operator']), 'not-allowed')
  t.equal(await give(['instance']), 'verified')
})

t.test('a rule may leave out those who could otherwise command', async (t) => {
  const world = new World()
  const given = command(world.producer.signer, { time: NOW })
  t.equal(await codeOf(world.verifier().verifyCommand(given, { allow: ['operator'] })), 'not-allowed')
})

t.test('a command by a key that is not under the anchor is refused', async (t) => {
  const world = new World()
  const given = command(makeAnchor(Name.parse('/other')).signer, { time: NOW })
  t.equal(await codeOf(world.verifier().verifyCommand(given)), 'not-under-anchor')
})

t.test('a digest is enough only where the caller says so, and only a true one', async (t) => {
  const verifier = new World().verifier()
  const given = command(digestSigner)
  t.equal(await codeOf(verifier.verifyCommand(given)), 'no-key-locator')
  t.match(await verifier.verifyCommand(given, { allowDigest: true }), { kind: 'local' })
  const false_ = command({ ...digestSigner, sign: () => Buffer.alloc(32) })
  t.equal(await codeOf(verifier.verifyCommand(false_, { allowDigest: true })), 'bad-signature')
})

t.test('where a digest is enough a signature is still checked', async (t) => {
  const world = new World()
  const { type, keyLocator } = world.anchor.signer
  const given = command({ type, keyLocator, sign: () => Buffer.alloc(64) }, { time: NOW })
  t.equal(await codeOf(world.verifier().verifyCommand(given, { allowDigest: true })), 'bad-signature')
})

t.test('an Interest that is not signed is refused', async (t) => {
  const world = new World()
  const unsigned = Interest.decode(encodeInterest({ name: COMMAND }))
  const withParameters = Interest.decode(encodeInterest({ name: COMMAND, applicationParameters: EMPTY }))
  const signed = command(world.anchor.signer, { time: NOW })
  const withoutParameters = interest(COMMAND, after(TT.ApplicationParameters, signed))
  for (const given of [unsigned, withParameters, withoutParameters]) {
    t.equal(await codeOf(world.verifier().verifyCommand(given, { allowDigest: true })), 'not-signed')
  }
})

t.test('the name must end with the digest of the parameters', async (t) => {
  const world = new World()
  const signed = command(world.anchor.signer, { time: NOW })
  const tail = after(TT.Name, signed)
  const right = parametersDigest(tail)
  t.equal(await codeOf(world.verifier().verifyCommand(interest(COMMAND.append(right), tail))), 'verified')
  const names = [COMMAND.append(parametersDigest(EMPTY)), COMMAND.append(right, Component.generic('more'))]
  for (const name of names) {
    t.equal(await codeOf(world.verifier().verifyCommand(interest(name, tail))), 'bad-parameters-digest')
  }
})

t.test('no command with any one bit changed is obeyed', async (t) => {
  const world = new World()
  const { wire } = command(world.anchor.signer, { time: NOW, nonce: fresh() })
  const verifier = world.verifier()
  const survivors = await bitsThatMayFlip(wire, (changed) =>
    verifier.verifyCommand(Interest.decode(changed), { allowDigest: true }),
  )
  t.same(survivors, [])
  t.equal(await codeOf(verifier.verifyCommand(Interest.decode(wire))), 'verified')
})

t.test('a command must have been signed within the window', async (t) => {
  const world = new World()
  const verifier = world.verifier()
  world.now = NOW + 10 * COMMAND_WINDOW_MS
  const give = (time: number) =>
    codeOf(verifier.verifyCommand(command(world.anchor.signer, { time, nonce: fresh() })))
  t.equal(await give(world.now - COMMAND_WINDOW_MS), 'verified')
  t.equal(await give(world.now + COMMAND_WINDOW_MS), 'verified')
  t.equal(await give(world.now - COMMAND_WINDOW_MS - 1), 'bad-time')
  t.equal(await give(world.now + COMMAND_WINDOW_MS + 1), 'bad-time')
  await t.rejects(verifier.verifyCommand(command(world.anchor.signer, { nonce: fresh() })), {
    code: 'bad-time',
    message: /it has no SignatureTime/,
  })
})

t.test('a command is obeyed once, also if both copies wait for the certificate', async (t) => {
  const world = new World()
  const verifier = world.verifier()
  const given = command(world.node.signer, { time: NOW, nonce: fresh() })
  const both = await Promise.all([1, 2].map(() => codeOf(verifier.verifyCommand(given))))
  t.same(both, ['verified', 'replayed'])
  t.equal(await codeOf(verifier.verifyCommand(given)), 'replayed')
})

t.test('a command that was refused does not use up its nonce', async (t) => {
  const world = new World()
  const verifier = world.verifier()
  const given = command(world.producer.signer, { time: NOW, nonce: fresh() })
  t.equal(await codeOf(verifier.verifyCommand(given, { allow: ['operator'] })), 'not-allowed')
  t.equal(await codeOf(verifier.verifyCommand(given)), 'verified')
})

t.test('with nonces, commands may share a millisecond and overtake each other', async (t) => {
  const world = new World()
  const verifier = world.verifier()
  for (const time of [NOW + 5, NOW + 5, NOW + 1]) {
    const given = command(world.anchor.signer, { time, nonce: fresh() })
    t.equal(await codeOf(verifier.verifyCommand(given)), 'verified')
  }
})

t.test('without a nonce, the time of each command of a key is later than the last', async (t) => {
  const world = new World()
  const verifier = world.verifier()
  const give = (signer: Signer, time: number) => codeOf(verifier.verifyCommand(command(signer, { time })))
  t.equal(await give(world.anchor.signer, NOW + 5), 'verified')
  t.equal(await give(world.anchor.signer, NOW + 5), 'replayed')
  t.equal(await give(world.anchor.signer, NOW + 4), 'replayed')
  t.equal(await give(world.node.signer, NOW + 4), 'verified', 'another key has a time of its own')
  t.equal(await give(world.anchor.signer, NOW + 6), 'verified')
})

t.test(
  'a command signed before the verifier began is refused: a predecessor may have obeyed it',
  async (t) => {
    const world = new World()
    const give = (time: number) =>
      codeOf(world.verifier().verifyCommand(command(world.anchor.signer, { time, nonce: fresh() })))
    t.equal(await give(NOW - 1), 'replayed')
    t.equal(await give(NOW), 'verified')
  },
)

t.test('nothing is admitted twice, however little is remembered', async () => {
  const step = fc.record({
    key: fc.constantFrom('k1', 'k2'),
    nonce: fc.option(fc.nat(5), { nil: undefined }),
    time: fc.nat(40),
    wait: fc.nat(3),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
      const guard = new ReplayGuard(10, 0, 4)
      const admitted = new Set<string>()
      let now = 0
      return steps.every(({ key, nonce, time, wait }) => {
        now += wait
        const id = `${key} ${nonce} ${time}`
        const bytes = nonce === undefined ? undefined : Buffer.of(nonce)
        if (!guard.admit(key, bytes, time, now)) return true
        if (admitted.has(id)) return false
        admitted.add(id)
        return true
      })
    }),
    { numRuns: 2000 },
  )
})

t.test('what is too old by now is not admitted, though it was not when it came', async (t) => {
  const guard = new ReplayGuard(100, 0)
  t.notOk(guard.admit('k', Buffer.of(1), 20, 121))
  t.ok(guard.admit('k', Buffer.of(1), 21, 121))
})

t.test('a full memory makes room: first of what is too old, then of the older half', async (t) => {
  const guard = new ReplayGuard(100, 0, 4)
  for (const time of [10, 20, 30, 40]) t.ok(guard.admit('k', Buffer.of(time), time, 50))
  t.ok(guard.admit('k', Buffer.of(50), 125, 125), 'what was signed up to 24 is too old by now')
  t.ok(guard.admit('k', Buffer.of(51), 29, 125), 'which bars nothing that is in the window')
  t.ok(guard.admit('k', Buffer.of(52), 126, 126), 'the older half, up to 40, is forgotten')
  t.notOk(guard.admit('k', Buffer.of(53), 40, 126), 'and barred')
  t.notOk(guard.admit('k', Buffer.of(30), 30, 126))
  t.ok(guard.admit('k', Buffer.of(54), 41, 126))
})
