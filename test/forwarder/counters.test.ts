import t from 'tap'
import { DROP_REASONS, type DropReason } from '../../src/forwarder/index.ts'
import { encodeLp, NackReason, Name } from '../../src/packet/index.ts'
import { dataWire, type FakeFace, Fixture, interestWire, token } from './fixture.ts'

interface Scene {
  readonly fixture: Fixture
  /** Whose packet is dropped. */
  readonly peer: FakeFace
  readonly f: FakeFace
  readonly producer: FakeFace
}

/** What brings about each drop: the check that every reason is here is the type. */
const CAUSES: Record<DropReason, (scene: Scene) => FakeFace> = {
  malformed: ({ peer }) => {
    peer.send(Buffer.of(5, 1))
    return peer
  },
  scope: ({ peer }) => {
    peer.interest('/localhost/x')
    return peer
  },
  'hop-limit': ({ peer }) => {
    peer.interest('/p/x', { hopLimit: 0 })
    return peer
  },
  'duplicate-nonce': ({ peer, producer }) => {
    producer.interest('/p/x', { nonce: 1 })
    peer.interest('/p/y', { nonce: 1 })
    producer.interest('/p/y', { nonce: 1 })
    return producer
  },
  'name-too-long': ({ peer }) => {
    peer.interest(Name.parse('/x'.repeat(1000)))
    return peer
  },
  'pit-full': ({ peer }) => {
    for (let i = 0; i < 4; i++) peer.interest(`/p/${i}`)
    return peer
  },
  'no-route': ({ peer }) => {
    peer.interest('/nowhere')
    return peer
  },
  oversized: ({ peer, producer }) => {
    const small = dataWire('/p/x', { content: Buffer.alloc(8000) })
    peer.interest('/p/x', { pitToken: token('x') })
    producer.data('/p/x', { content: Buffer.alloc(16_800 - small.length) })
    return peer
  },
  unsolicited: ({ producer }) => {
    producer.data('/p/x')
    return producer
  },
  straggler: ({ fixture, peer, producer }) => {
    const other = fixture.face()
    peer.interest('/p/x')
    fixture.forwarder.fib.remove(Name.parse('/p'), producer.id)
    fixture.route('/p', other)
    fixture.now += 10
    peer.interest('/p/x')
    other.data('/p/x')
    producer.data('/p/x')
    return producer
  },
  'foreign-name': ({ f }) => {
    f.data('/p/x')
    return f
  },
  'unexpected-nack': ({ producer }) => {
    producer.send(encodeLp(interestWire('/p/x'), { nackReason: NackReason.NoRoute }))
    return producer
  },
}

for (const reason of DROP_REASONS) {
  t.test(`a packet that is dropped as ${reason} is counted once, at its face, and told of`, async (t) => {
    const fixture = new Fixture({ maxPending: 3 })
    const [peer, producer] = [fixture.face(), fixture.face()]
    const f = fixture.functionFace('F')
    fixture.route('/p', producer)
    const face = CAUSES[reason]({ fixture, peer, f, producer })
    const told = fixture.dropped.filter((drop) => drop.reason === reason)
    t.equal(told.length, 1)
    t.equal(told[0]?.face, face.id)
    t.not(told[0]?.detail, '')
    t.equal(face.drops(reason), 1)
  })
}

t.test(
  'what came in is what went out, waited, was answered or was dropped: the counters add up',
  async (t) => {
    const fixture = new Fixture({ contentStore: { maxPackets: 30 }, maxPending: 40 })
    const peers = [fixture.face(), fixture.face({ isLocal: true }), fixture.face()]
    const producers = [fixture.face(), fixture.face()]
    const f = fixture.functionFace('F')
    fixture.route('/p', producers[0] as FakeFace, 1)
    fixture.route('/p', producers[1] as FakeFace, 2)
    const faces = [...peers, ...producers, f]
    let seed = 42
    const random = (below: number): number => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0
      return (seed >>> 8) % below
    }
    const chosen = <T>(from: readonly T[]): T => from[random(from.length)] as T
    let frames = 0
    let asked: { face: FakeFace; wire: Uint8Array; of: Name }[] = []
    const sent = { interest: 0, data: 0, nack: 0, idle: 0 }
    const collect = (): void => {
      for (const face of faces) {
        for (const packet of face.take()) {
          sent[packet.kind]++
          if (packet.kind === 'interest')
            asked.push({ face, wire: packet.interest.wire, of: packet.interest.name })
        }
      }
      asked = asked.slice(-50)
    }
    for (let i = 0; i < 5000; i++) {
      const face = chosen(faces)
      const of = Name.parse(`${chosen(['/p', '/128=F/p', '/nowhere', '/localhost', '/p/q'])}/${random(20)}`)
      const nonce = random(15)
      const known = asked[random(50)]
      frames++
      switch (random(6)) {
        case 0:
          face.send(Buffer.from(interestWire(of)).subarray(random(3)))
          break
        case 1:
        case 2:
          face.interest(of, {
            nonce,
            hopLimit: random(3),
            lifetime: random(300),
            canBePrefix: random(2) === 0,
          })
          break
        case 3:
          face.data(of)
          break
        case 4:
          if (known) known.face.data(known.of, { freshnessPeriod: random(100) })
          else frames--
          break
        case 5:
          if (known) known.face.send(encodeLp(known.wire, { nackReason: chosen([50, 100, 150]) }))
          else frames--
          break
      }
      collect()
      if (random(10) === 0) fixture.wait(random(50))
    }
    fixture.wait(5000)
    collect()

    const sum = (of: (face: FakeFace) => number): number => faces.reduce((total, face) => total + of(face), 0)
    t.equal(fixture.forwarder.pit.size, 0)
    t.equal(fixture.forwarder.pit.bytes, 0)
    t.equal(
      sum(
        ({ counters: { interestsIn, dataIn, nacksIn, drops } }) =>
          interestsIn + dataIn + nacksIn + drops.malformed,
      ),
      frames,
    )
    t.equal(
      sum(({ counters }) => counters.interestsOut),
      sent.interest,
    )
    t.equal(
      sum(({ counters }) => counters.dataOut),
      sent.data,
    )
    t.equal(
      sum(({ counters }) => counters.nacksOut),
      sent.nack,
    )
    for (const reason of DROP_REASONS) {
      t.equal(
        sum((face) => face.drops(reason)),
        fixture.dropped.filter((drop) => drop.reason === reason).length,
        reason,
      )
    }
    for (const reason of [
      'malformed',
      'scope',
      'hop-limit',
      'duplicate-nonce',
      'no-route',
      'unsolicited',
      'foreign-name',
      'unexpected-nack',
    ] as const) {
      t.ok(sum((face) => face.drops(reason)) > 10, `${reason} came about`)
    }
    t.ok(sent.interest > 200 && sent.data > 200 && sent.nack > 200, JSON.stringify(sent))
    t.ok(fixture.forwarder.contentStore.hits > 50)
  },
)
