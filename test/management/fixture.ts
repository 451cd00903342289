import { Forwarder, FwPacket } from '@ndn/fw'
import { Data as NdntsData, Interest as NdntsInterest, Nack as NdntsNack } from '@ndn/packet'
import { Decoder, Encoder } from '@ndn/tlv'
import type { Test } from 'tap'
import {
  addStatusModule,
  type ControlParameters,
  type ControlResponse,
  CsModule,
  controlParameters,
  controlResponse,
  DirectNextHops,
  Dispatcher,
  type DispatcherOptions,
  FaceModule,
  FibModule,
  Rib,
  RibModule,
  StrategyModule,
} from '../../src/management/index.ts'
import {
  Component,
  Data,
  encodeInterest,
  Interest,
  type InterestFields,
  Name,
  SignatureType,
  type Signer,
  TT,
} from '../../src/packet/index.ts'
import { digestSigner, VerificationError, verifySignature } from '../../src/trust/index.ts'
import { VirtualClock } from '../endpoint/fixtures/virtual-clock.ts'
import { CLIENT, FakeFaces, FakeFib, FakeStore, FakeStrategies, GENERAL, makeFaceStatus } from './fakes.ts'

/** What an Interest was answered with. */
export type Answer =
  | { readonly data: Data; readonly pitToken: string | undefined }
  | { readonly nack: number; readonly pitToken: string | undefined }

/** The face that an Interest comes from, if the link says so. */
type Face = number | 'unknown'

/** A dispatcher with all modules over fakes. Commands signed with a digest are trusted, unless `trust` says otherwise. */
export class TestNode {
  readonly clock = new VirtualClock()
  wallTime = Date.parse('2026-01-01T00:00:00Z')
  readonly faces = new FakeFaces()
  readonly fib = new FakeFib()
  readonly direct = new DirectNextHops(this.fib)
  readonly rib: Rib
  readonly store = new FakeStore()
  readonly strategies = new FakeStrategies()
  readonly dispatcher: Dispatcher
  readonly faceModule: FaceModule
  readonly ribModule: RibModule
  readonly log: string[] = []
  readonly answers: Answer[] = []
  #onAsked = (): void => {}
  onAnswer: (answer: Answer) => void = () => {}
  trust: DispatcherOptions['authorize'] = async (_module, interest) => {
    if (interest.signatureInfo?.type !== SignatureType.DigestSha256 || !verifySignature(interest))
      throw new VerificationError('not-signed', 'it is not a signed Interest')
  }
  trustAnnouncement: (data: Data) => Promise<void> = async () => {}

  constructor(options: Partial<DispatcherOptions> = {}, maxRoutes?: number) {
    this.rib = new Rib(this.direct, maxRoutes)
    this.faces.statuses.set(CLIENT, makeFaceStatus(CLIENT, { faceScope: 'local', uri: 'unix://', mtu: 8800 }))
    const note = (answer: Answer): void => {
      this.answers.push(answer)
      this.onAnswer(answer)
    }
    const text = (pitToken: Uint8Array | undefined) => pitToken && Buffer.from(pitToken).toString()
    this.dispatcher = new Dispatcher({
      signer: () => digestSigner,
      responder: {
        answer: (wire, pitToken) => note({ data: Data.decode(wire), pitToken: text(pitToken) }),
        nack: (_interest, nack, pitToken) => note({ nack, pitToken: text(pitToken) }),
      },
      authorize: (module, interest, face) => this.trust(module, interest, face),
      log: (message) => this.log.push(message),
      now: () => this.clock.now(),
      ...options,
    })
    const hasFace = (face: number): boolean => this.faces.statuses.has(face)
    const { dispatcher, clock, rib } = this
    this.faceModule = new FaceModule(dispatcher, this.faces)
    this.ribModule = new RibModule(dispatcher, {
      rib,
      hasFace,
      verifyAnnouncement: (data) => this.trustAnnouncement(data),
      clock,
      wallClock: () => this.wallTime,
    })
    const entries = () =>
      [...this.fib.byPrefix.values()].map(({ prefix, hops }) => ({
        prefix,
        nextHops: hops.map(({ face, cost }) => ({ faceId: face, cost })),
      }))
    const addNextHop = this.direct.addNextHop.bind(this.direct)
    const removeNextHop = this.direct.removeNextHop.bind(this.direct)
    new FibModule(dispatcher, { addNextHop, removeNextHop, entries }, hasFace)
    new CsModule(dispatcher, this.store)
    new StrategyModule(dispatcher, this.strategies)
    addStatusModule(dispatcher, { general: () => GENERAL })
  }

  /** Asks and gives the answer, undefined where there is none yet. */
  async ask(fields: InterestFields, face: Face = CLIENT, token = 'token'): Promise<Answer | undefined> {
    const before = this.answers.length
    const known = face === 'unknown' ? undefined : face
    await this.dispatcher.onInterest(Interest.decode(encodeInterest(fields)), known, Buffer.from(token))
    return this.answers[before]
  }

  /** Sends a command. */
  async command(
    command: string,
    parameters: ControlParameters | Uint8Array,
    face: Face = CLIENT,
    signer: Signer | undefined = digestSigner,
  ): Promise<ControlResponse> {
    const octets = parameters instanceof Uint8Array ? parameters : controlParameters.encode(parameters)
    const name = Name.parse(`/localhost/nfd/${command}`).append(
      new Component(TT.GenericNameComponent, octets),
    )
    return responseIn(await this.ask({ name, signer }, face))
  }

  /** The items of a dataset. */
  async dataset(path: string, ...query: Component[]): Promise<Uint8Array> {
    const name = Name.parse(`/localhost/nfd/${path}`).append(...query)
    const parts: Uint8Array[] = []
    let data = dataIn(await this.ask({ name, canBePrefix: true, mustBeFresh: true }))
    for (;;) {
      parts.push(data.content)
      const segment = data.name.at(-1)?.number ?? 0
      if (segment === data.finalBlockId?.number) return Buffer.concat(parts)
      data = dataIn(await this.ask({ name: data.name.slice(0, -1).append(Component.segment(segment + 1)) }))
    }
  }

  /** Resolves when the next Interest of NDNts has been answered, or waits. */
  asked(): Promise<void> {
    return new Promise((resolve) => {
      this.#onAsked = resolve
    })
  }

  /** A program of another NDN library, at the face {@link CLIENT}. */
  ndnts(t: Test): Forwarder {
    const fw = Forwarder.create()
    const incoming: FwPacket[] = []
    let wake = (): void => {}
    let isOpen = true
    const asked = new Map<string, FwPacket<NdntsInterest>>()
    this.onAnswer = (answer) => {
      const packet = asked.get(answer.pitToken ?? '')
      if (packet === undefined) throw new Error('an answer without its PIT token')
      if ('nack' in answer)
        incoming.push(FwPacket.create(new NdntsNack(packet.l3, answer.nack), packet.token))
      else incoming.push(FwPacket.create(Decoder.decode(answer.data.wire, NdntsData), packet.token))
      wake()
    }
    const receive = async function* (): AsyncGenerator<FwPacket> {
      while (isOpen) {
        for (let packet = incoming.shift(); packet !== undefined; packet = incoming.shift()) yield packet
        if (isOpen)
          await new Promise<void>((resolve) => {
            wake = resolve
          })
      }
    }
    const send = async (packets: AsyncIterable<FwPacket>): Promise<void> => {
      for await (const packet of packets) {
        if (!(packet.l3 instanceof NdntsInterest) || !FwPacket.isEncodable(packet)) continue
        const token = String(asked.size)
        asked.set(token, packet as FwPacket<NdntsInterest>)
        const interest = Interest.decode(Encoder.encode(packet.l3))
        void this.dispatcher.onInterest(interest, CLIENT, Buffer.from(token)).then(() => this.#onAsked())
      }
    }
    fw.addFace({ rx: receive(), tx: (packets) => void send(packets) }, { local: true }).addRoute('/', false)
    t.teardown(() => {
      isOpen = false
      wake()
      fw.close()
    })
    return fw
  }
}

export function dataIn(answer: Answer | undefined): Data {
  if (answer !== undefined && 'data' in answer) return answer.data
  throw new Error(`not answered with Data but ${JSON.stringify(answer)}`)
}

export function responseIn(answer: Answer | undefined): ControlResponse {
  return controlResponse.decode(dataIn(answer).content)
}
