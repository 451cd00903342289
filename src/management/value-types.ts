import { encodeNni, encodeTlv, Name, PacketError, readNni, type TlvReader, TT } from '../packet/index.ts'

/** How the TLV-VALUE of one kind of element is read and written. */
export interface ValueType<T> {
  /** @throws PacketError bad-value */
  decodeValue(element: TlvReader): T
  /** @throws PacketError bad-value */
  encodeValue(value: T): Uint8Array
}

/** A NonNegativeInteger; one beyond 2^53-1 is read as 2^53-1, so that a client may write 2^64-1 where it means "without end". */
export const number: ValueType<number> = {
  decodeValue: (element) => element.nni(),
  encodeValue: (value) => encodeNni(value),
}

/** A NonNegativeInteger whose bits count, so none may be lost: not beyond 2^53-1. */
export const bits: ValueType<number> = {
  decodeValue: ({ buffer, valueStart, valueEnd }) => readNni(buffer, valueStart, valueEnd),
  encodeValue: (value) => encodeNni(value),
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** UTF-8. */
export const text: ValueType<string> = {
  decodeValue(element) {
    try {
      return utf8.decode(element.value)
    } catch {
      throw new PacketError('bad-value', `element ${element.type} is not UTF-8`)
    }
  },
  encodeValue: (value) => Buffer.from(value),
}

/** The element is itself a Name. */
export const name: ValueType<Name> = {
  decodeValue: (element) => Name.decode(Uint8Array.from(element.value)),
  encodeValue: ({ value }) => value,
}

/** An element with a Name in it. */
export const nestedName: ValueType<Name> = {
  decodeValue(element) {
    const inner = element.inside()
    if (inner.next() && inner.type === TT.Name) return name.decodeValue(inner)
    throw new PacketError('missing-element', `element ${element.type} without a Name`)
  },
  encodeValue: ({ value }) => encodeTlv(TT.Name, value),
}

/** A number that stands for a word: its place in `words`, of which `first` is the number of the first. */
export function word<W extends string>(words: readonly W[], first = 0): ValueType<W> {
  return {
    decodeValue(element) {
      const value = words[element.nni() - first]
      if (value !== undefined) return value
      throw new PacketError(
        'bad-value',
        `element ${element.type} is ${element.nni()}, not from ${first} to ${first + words.length - 1}`,
      )
    },
    encodeValue(value) {
      const place = words.indexOf(value)
      if (place < 0) throw new PacketError('bad-value', `'${value}' is none of: ${words.join(', ')}`)
      return encodeNni(first + place)
    },
  }
}

/** The words for how long a face stays; see `Face.persistency`. The numbers are those of NFD and ndn-cxx; NDNts has others. */
export const facePersistency = word(['persistent', 'on-demand', 'permanent'])
export const faceScope = word(['non-local', 'local'])
export const linkType = word(['point-to-point', 'multi-access', 'ad-hoc'])
