import { LpService } from '@ndn/lp'
import { Data, Interest, Nack } from '@ndn/packet'
import { Decoder, Encoder } from '@ndn/tlv'
import t from 'tap'
import { Fragmenter } from '../../src/face/fragmenter.ts'
import { newLinkCounters } from '../../src/face/link-counters.ts'
import { Reassembler } from '../../src/face/reassembler.ts'

const MTUS = [100, 300, 1472]

/** NDNts' link service over a link with an MTU. */
const service = (mtu: number): LpService =>
  new LpService({ keepAlive: false, mtu }, { mtu: Number.POSITIVE_INFINITY })

async function* only<T>(...items: T[]): AsyncGenerator<T> {
  yield* items
}

/** The packets that NDNts finds in frames. */
async function received(frames: Iterable<Uint8Array>): Promise<LpService.Packet[]> {
  const elements = [...frames].map((each) => new Decoder(each).read())
  const found: LpService.Packet[] = []
  for await (const each of service(Number.POSITIVE_INFINITY).rx(only(...elements))) {
    if (each instanceof LpService.RxError) throw each
    found.push(each)
  }
  return found
}

/** The frames that NDNts makes of a packet. */
async function sent(mtu: number, packet: LpService.Packet): Promise<Uint8Array[]> {
  const frames: Uint8Array[] = []
  for await (const each of service(mtu).tx(only(packet))) {
    if (each instanceof LpService.TxError) throw each
    frames.push(each)
  }
  return frames
}

const token = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8)
const PACKETS: Record<string, LpService.Packet> = {
  'a bare Data': { l3: new Data('/A/B', new Uint8Array(4000).fill(7)) },
  'a Data with token and mark': { l3: new Data('/A/B', new Uint8Array(4000)), token, congestionMark: 1 },
  'a Nack': { l3: new Nack(new Interest(`/${'A'.repeat(1800)}`, Interest.Nonce(1)), 150), token },
}

for (const mtu of MTUS) {
  for (const [what, packet] of Object.entries(PACKETS)) {
    t.test(
      `${what} over an MTU of ${mtu}: NDNts puts together what we cut, and we what NDNts cuts`,
      async (t) => {
        const [whole] = await sent(Number.POSITIVE_INFINITY, packet)
        const wire = whole as Uint8Array
        const fragmenter = new Fragmenter(mtu)
        const count = fragmenter.begin(wire, 0, wire.length)
        t.ok(count > 1)
        const target = new Uint8Array(mtu)
        const ours = Array.from({ length: count }, (_, i) => target.slice(0, fragmenter.write(i, target)))
        const [found, ...more] = await received(ours.reverse())
        t.same(more, [])
        t.same(found?.token, packet.token)
        t.equal(found?.congestionMark, packet.congestionMark)
        t.equal(found?.l3.constructor, packet.l3.constructor)
        const inner = (l3: LpService.Packet['l3']): Uint8Array =>
          Encoder.encode(l3 instanceof Nack ? l3.interest : l3)
        t.same(inner(found?.l3 as LpService.Packet['l3']), inner(packet.l3))

        const theirs = await sent(mtu, packet)
        t.ok(theirs.length > 1)
        const counters = newLinkCounters()
        const reassembler = new Reassembler(counters)
        const isWhole = theirs.reverse().map((each) => reassembler.receive(each, 0, each.length, 0))
        t.same(isWhole, [...theirs.slice(1).map(() => false), true])
        const { buffer, start, end } = reassembler
        t.same(Buffer.from(buffer.subarray(start, end)), Buffer.from(wire), 'as if it had never been cut')
        t.match(counters, { fragmentsIn: theirs.length, badFragments: 0, duplicateFragments: 0 })
      },
    )
  }
}
