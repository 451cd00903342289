import t from 'tap'
import { encodeLp, encodeTlv, MAX_PACKET_SIZE, TT } from '../../src/packet/index.ts'
import { dataWire, type FakeFace, Fixture, interestWire, name } from './fixture.ts'

const FRAMES = 1_000_000
const MAX_PENDING = 200
const MAX_PENDING_BYTES = 20_000
const MAX_PACKETS = 100
const MAX_BYTES = 20_000

/** xorshift32: the same frames in every run. */
function generator(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % below
  }
}

/** Packets of every kind and form, to be mutated. */
function seeds(): Buffer[] {
  const interests = [
    interestWire('/a/b/1', { canBePrefix: true, mustBeFresh: true, hopLimit: 3, lifetime: 100 }),
    interestWire('F(x=1):G/a/v=1/seg=0', { lifetime: 50 }, 'extended'),
    interestWire('F/a', { hopLimit: 2 }, 'dispatched'),
    interestWire('F:F/a'),
    interestWire('/a/p', { applicationParameters: Buffer.from('x'), forwardingHint: [name('/h')] }),
    interestWire(`/a/sha256digest=${'0f'.repeat(32)}`, { lifetime: 2 ** 40 }),
  ]
  const data = [
    dataWire('/a/b/1', { freshnessPeriod: 10, content: Buffer.from('hello') }),
    dataWire('F:F/a', { contentType: 3, mediaType: 'image/jpeg' }),
    dataWire('F(x=1):G/a/v=1/seg=0', { finalBlockId: name('/seg=0').at(0) }),
  ]
  const wrapped = [
    encodeLp(interests[0] as Buffer, { pitToken: Buffer.from('token') }),
    encodeLp(interests[1] as Buffer, { nackReason: 50, pitToken: Buffer.alloc(32) }),
    encodeLp(data[0] as Buffer, { congestionMark: 1 }),
    encodeTlv(TT.LpPacket),
  ]
  return [...interests, ...data, ...wrapped].map((wire) => Buffer.from(wire))
}

function mutated(random: (below: number) => number, corpus: readonly Buffer[]): Buffer {
  const pick = (): Buffer => corpus[random(corpus.length)] as Buffer
  let frame = Buffer.from(pick())
  for (let count = random(4); count > 0 && frame.length > 0; count--) {
    const at = random(frame.length)
    switch (random(6)) {
      case 0:
        frame[at] = random(256)
        break
      case 1:
        frame[at] = (frame[at] as number) ^ (1 << random(8))
        break
      case 2:
        frame = frame.subarray(0, at)
        break
      case 3:
        frame = Buffer.concat([frame.subarray(0, at), frame.subarray(at + random(5))])
        break
      case 4: {
        const other = pick()
        frame = Buffer.concat([frame.subarray(0, at), other.subarray(random(other.length))])
        break
      }
      case 5: {
        const inserted = Buffer.from([random(256), random(4), random(256)])
        frame = Buffer.concat([frame.subarray(0, at), inserted, frame.subarray(at)])
        break
      }
    }
  }
  // Often a frame whose outer length is right again: otherwise nearly all end at their first octets.
  if (random(2) === 0 && frame.length >= 2 && frame.length < 255) frame[1] = frame.length - 2
  return frame
}

t.test(`${FRAMES} mutated and random frames never throw, and no table outgrows its bound`, async (t) => {
  for (const seed of [1, 2]) {
    const random = generator(seed)
    const fixture = new Fixture({
      maxPending: MAX_PENDING,
      maxPendingBytes: MAX_PENDING_BYTES,
      contentStore: { maxPackets: MAX_PACKETS, maxBytes: MAX_BYTES },
    })
    const faces = [
      fixture.face(),
      fixture.face({ isLocal: true, form: 'extended' }),
      fixture.functionFace('F'),
      fixture.functionFace('G'),
    ]
    fixture.route('/a', faces[0] as FakeFace, 1)
    fixture.route('/a', faces[1] as FakeFace, 2)
    const corpus = seeds()
    const counted = { frames: 0, malformed: 0, answers: 0 }
    for (let i = 0; i < FRAMES / 2; i++) {
      const face = faces[random(faces.length)] as FakeFace
      const frame =
        random(20) === 0
          ? Buffer.from(Array.from({ length: random(60) }, () => random(256)))
          : mutated(random, corpus)
      face.send(frame)
      counted.frames++
      // A fake face decodes what it is sent, so nothing malformed can go out either.
      for (const packet of faces.flatMap((each) => each.take())) {
        if (packet.kind !== 'interest') counted.answers++
        else if (packet.interest.wire.length > MAX_PACKET_SIZE) t.fail('oversized')
      }
      if (random(50) === 0) fixture.wait(random(20))
      const { pit, contentStore } = fixture.forwarder
      if (pit.size > MAX_PENDING || pit.bytes > MAX_PENDING_BYTES) t.fail('the PIT is too large')
      if (contentStore.packets > MAX_PACKETS || contentStore.bytes > MAX_BYTES)
        t.fail('the store is too large')
    }
    counted.malformed = faces.reduce((sum, face) => sum + face.drops('malformed'), 0)
    t.ok(counted.malformed > FRAMES / 8 && counted.answers > 500, JSON.stringify(counted))
    fixture.wait(700_000, 1000)
    t.equal(fixture.forwarder.pit.size, 0)
    t.equal(fixture.forwarder.pit.bytes, 0)
  }
})
