import { defineFunction } from 'ndn-sfc'
import { connect } from '../../../src/face/index.ts'
import {
  Component,
  decodePacket,
  encodeData,
  encodeLp,
  type Interest,
  Name,
  TT,
} from '../../../src/packet/index.ts'
import { digestSigner } from '../../../src/trust/index.ts'

const text = (name: Name, content: string): Uint8Array =>
  encodeData(
    {
      name: name.append(Component.version(1), Component.segment(0)),
      finalBlockId: Component.segment(0),
      mediaType: 'text/plain',
      freshnessPeriod: 60_000,
      content: Buffer.from(content),
    },
    digestSigner,
  )

/** Speaks for itself at its door, and does there what the last component of the content's name says. */
async function misbehave(): Promise<void> {
  const socket = process.env.NDN_SFC_SOCKET as string
  const face = await connect(socket)
  let isMute = false
  const acts: Record<string, (interest: Interest, pitToken: Uint8Array | undefined) => void> = {
    // Answers for others, and then for itself.
    foreign: ({ name }, pitToken) => {
      const wrap = Name.of(new Component(TT.FunctionComponent, Buffer.from('wrap')))
      const content = name.slice(1)
      face.send(text(Name.of(...wrap.components, ...content.components), 'forged'))
      face.send(text(content, 'forged'))
      face.send(encodeLp(text(name, 'honest'), { pitToken }))
    },
    // Asks to be handed work.
    dispatch: ({ name, wire }, pitToken) => {
      face.send(wire)
      face.send(encodeLp(text(name, 'honest'), { pitToken }))
    },
    garbage: () => face.send(Buffer.from('GET / HTTP/1.1\r\n\r\n')),
    oversized: () => face.send(Buffer.from([6, 254, 0x40, 0, 0, 0])),
    leave: () => {
      setInterval(() => {}, 1000)
      process.removeAllListeners('SIGTERM')
      face.close()
    },
    // A second connection for one instance.
    again: async ({ name }, pitToken) => {
      const second = await connect(socket)
      second.start({
        onPacket: () => {},
        onClose: (reason) => face.send(encodeLp(text(name, reason), { pitToken })),
      })
    },
    silent: () => {
      isMute = true
    },
  }
  face.start({
    onPacket: (buffer, start, end) => {
      const packet = decodePacket(Buffer.from(buffer.subarray(start, end)))
      if (packet.kind !== 'interest' || isMute) return
      const { interest, pitToken } = packet
      const act = acts[interest.name.at(-1)?.text ?? '']
      if (act !== undefined) act(interest, pitToken)
      else face.send(encodeLp(text(interest.name, `by ${process.pid}`), { pitToken }))
    },
    onClose: () => {},
  })
  await new Promise(() => {})
}

export default defineFunction({
  name: 'rogue',
  input: '*/*',
  output: 'text/plain',
  limits: { timeout: '300ms', memory: '64MiB' },
  prepare: misbehave,
  apply: () => 'never called',
})
