import { Forwarder } from '../../src/forwarder/index.ts'
import { Component, encodeTlv, Name, TT } from '../../src/packet/index.ts'
import { patch } from './packets.ts'

/** Entries for which there is room. */
export interface TableLimits {
  readonly routes: number
  readonly pending: number
  readonly cached: number
}

/** The forwarder without any I/O: a consumer's face, a producer's, and names that are two numbers. */
export interface TableUnderTest {
  readonly pending: number
  readonly cached: number
  /** Packets that went out to the consumer and to the producer. */
  readonly sent: { readonly data: number; readonly interests: number }
  /** Leads one prefix to the producer. */
  addRoute(route: number): void
  /** The consumer asks, for longer than anything here takes. */
  receiveInterest(route: number, number: number): void
  /** The producer answers. */
  receiveData(route: number, number: number): void
}

/** InterestLifetime, milliseconds: the longest that is kept. */
const LIFETIME_MS = 600_000

/** Octets of Content: few, as it is the tables that are looked at. */
const PAYLOAD_BYTES = 100

/** Room in octets for the largest table that is looked at. */
const MAX_BYTES = 4 * 2 ** 30

const ROUTE_MARK = Uint8Array.of(0xfa, 0xce, 0x0f, 0xf1)
const NUMBER_MARK = Uint8Array.of(0xfa, 0xce, 0x0f, 0xf2)
const NONCE_MARK = Uint8Array.of(0xfa, 0xce, 0x0f, 0xf3)

const NAME = encodeTlv(
  TT.Name,
  encodeTlv(TT.GenericNameComponent, ROUTE_MARK),
  encodeTlv(TT.GenericNameComponent, Buffer.from('bench')),
  encodeTlv(TT.GenericNameComponent, NUMBER_MARK),
)
const LIFETIME = Buffer.alloc(4)
LIFETIME.writeUInt32BE(LIFETIME_MS)
const INTEREST = Buffer.from(
  encodeTlv(TT.Interest, NAME, encodeTlv(TT.Nonce, NONCE_MARK), encodeTlv(TT.InterestLifetime, LIFETIME)),
)
const DATA = Buffer.from(
  encodeTlv(
    TT.Data,
    NAME,
    encodeTlv(TT.MetaInfo, encodeTlv(TT.FreshnessPeriod, Uint8Array.of(0x27, 0x10))),
    encodeTlv(TT.Content, Buffer.alloc(PAYLOAD_BYTES)),
    encodeTlv(TT.SignatureInfo, encodeTlv(TT.SignatureType, Uint8Array.of(0))),
    encodeTlv(TT.SignatureValue, Buffer.alloc(32)),
  ),
)
const [INTEREST_ROUTE, DATA_ROUTE] = [INTEREST.indexOf(ROUTE_MARK), DATA.indexOf(ROUTE_MARK)]
const [INTEREST_NUMBER, DATA_NUMBER] = [INTEREST.indexOf(NUMBER_MARK), DATA.indexOf(NUMBER_MARK)]
const NONCE_AT = INTEREST.indexOf(NONCE_MARK)

/** Octets of a Data, which the Content Store keeps beside what it needs itself. */
export const DATA_BYTES = DATA.length

export function createTable({ routes, pending, cached }: TableLimits): TableUnderTest {
  const sent = { data: 0, interests: 0 }
  const forwarder = new Forwarder({
    clock: () => performance.now(),
    maxRoutes: routes,
    // One face may have four fifths of the PIT.
    maxPending: Math.ceil(pending / 0.75),
    maxPendingBytes: MAX_BYTES,
    contentStore: { maxPackets: cached, maxBytes: MAX_BYTES },
  })
  const consumer = forwarder.addFace({ send: () => ++sent.data > 0 })
  const producer = forwarder.addFace({ send: () => ++sent.interests > 0 })
  return {
    sent,
    get pending() {
      return forwarder.pit.size
    },
    get cached() {
      return forwarder.contentStore.packets
    },
    addRoute(route) {
      const value = Buffer.alloc(4)
      patch(value, 0, route)
      forwarder.fib.add(Name.of(new Component(TT.GenericNameComponent, value)), producer, 0)
    },
    receiveInterest(route, number) {
      patch(INTEREST, INTEREST_ROUTE, route)
      patch(INTEREST, INTEREST_NUMBER, number)
      patch(INTEREST, NONCE_AT, Math.imul(number ^ route, 0x9e3779b1) ^ sent.interests)
      forwarder.receive(consumer, INTEREST)
    },
    receiveData(route, number) {
      patch(DATA, DATA_ROUTE, route)
      patch(DATA, DATA_NUMBER, number)
      forwarder.receive(producer, DATA)
    },
  }
}
