import { randomInt } from 'node:crypto'
import t from 'tap'
import {
  type Data,
  decodePacket,
  formatName,
  Interest,
  MAX_PACKET_SIZE,
  type Packet,
  PacketError,
  type PacketErrorCode,
} from '../../src/packet/index.ts'
import { CORPUS } from './corpus.ts'
import { mutateBytes, mutateElements, randomBytes, randomSource } from './mutate.ts'

/** Frames in each of the three tests; one frame takes some microseconds. */
const FRAMES = 80_000
/** Far above what is needed: only a decoder that hangs, or takes quadratic time, comes near. */
const MAX_TIME_MS = 30_000

const SEED = Number(process.env.FUZZ_SEED ?? randomInt(2 ** 32))
const PACKETS = Object.values(CORPUS)

function useInterest(interest: Interest): void {
  formatName(interest.name)
  interest.parametersDigestAgrees
  interest.signedPortion
  for (const form of ['flat', 'extended', 'dispatched'] as const) {
    const wire = interest.encodeAs(form, 3, 0x01020304)
    if (wire.length > MAX_PACKET_SIZE) continue
    const sent = Interest.decode(wire)
    if (sent.name.key !== interest.name.key) throw new Error(`another name as ${form}: ${sent.name}`)
    if (sent.hopLimit !== (interest.hopLimit === undefined ? undefined : 3))
      throw new Error('another HopLimit')
    if (sent.nonce !== (interest.nonce ?? 0x01020304)) throw new Error('another Nonce')
    if (sent.lifetime !== interest.lifetime) throw new Error('another lifetime')
  }
}

function useData(data: Data): void {
  formatName(data.name)
  String(data.finalBlockId)
  if (!data.answers({ name: data.name, canBePrefix: false }))
    throw new Error('a Data that is not its own name')
  if (data.implicitDigest.length !== 32) throw new Error('not a SHA-256 digest')
}

/** Whatever the frame: a packet that can be used, or a PacketError. */
function decode(frame: Uint8Array): Packet['kind'] | PacketErrorCode {
  try {
    const packet = decodePacket(frame)
    if (packet.kind === 'data') useData(packet.data)
    else if (packet.kind !== 'idle') useInterest(packet.interest)
    return packet.kind
  } catch (error) {
    if (error instanceof PacketError) return error.code
    throw new Error(`FUZZ_SEED=${SEED} ${Buffer.from(frame).toString('hex')}`, { cause: error })
  }
}

/** How often each outcome came; a frame that gives anything but a packet or a PacketError fails the test. */
function outcomes(makeFrame: (random: (bound: number) => number) => Uint8Array): Map<string, number> {
  const random = randomSource(SEED)
  const counts = new Map<string, number>()
  for (let i = 0; i < FRAMES; i++) {
    const outcome = decode(makeFrame(random))
    counts.set(outcome, (counts.get(outcome) ?? 0) + 1)
  }
  return counts
}

t.test('the packets that are mutated are valid', async (t) => {
  for (const [what, packet] of Object.entries(CORPUS)) t.match(decode(packet), /^(interest|data|nack)$/, what)
})

t.test('random octets give a packet or a PacketError', { timeout: MAX_TIME_MS }, async (t) => {
  const counts = outcomes((random) => {
    const frame = randomBytes(random, random(200))
    // Most begin like a packet of the right length, or nothing behind the first octet would be looked at.
    if (random(10) > 0 && frame.length > 4) frame.set([[5, 6, 100][random(3)] as number, frame.length - 2])
    if (random(4) > 0 && frame.length > 8) frame.set([7, 4, 8, 2], 2)
    if (random(20) === 0 && frame.length > 8) frame.set([253, 0, 4], 3)
    return frame
  })
  for (const code of [
    'truncated',
    'non-minimal',
    'unknown-critical',
    'missing-element',
    'bad-value',
    'not-a-packet',
  ])
    t.ok(counts.get(code), `${counts.get(code)} ${code}`)
})

t.test('packets with octets changed give a packet or a PacketError', { timeout: MAX_TIME_MS }, async (t) => {
  const counts = outcomes((random) => mutateBytes(random, PACKETS[random(PACKETS.length)] as Uint8Array))
  for (const code of [
    'interest',
    'data',
    'nack',
    'truncated',
    'bad-value',
    'unknown-critical',
    'out-of-order',
  ])
    t.ok(counts.get(code), `${counts.get(code)} ${code}`)
})

t.test(
  'packets with elements changed give a packet or a PacketError',
  { timeout: MAX_TIME_MS },
  async (t) => {
    const counts = outcomes((random) => {
      let packet = PACKETS[random(PACKETS.length)] as Uint8Array
      for (let times = 1 + random(3); times > 0; times--) packet = mutateElements(random, packet, PACKETS)
      return packet
    })
    const codes = [
      'interest',
      'data',
      'nack',
      'idle',
      'truncated',
      'unknown-critical',
      'out-of-order',
      'missing-element',
    ]
    for (const code of [...codes, 'bad-value', 'bad-name', 'bad-function-names', 'not-a-packet'])
      t.ok(counts.get(code), `${counts.get(code)} ${code}`)
  },
)
