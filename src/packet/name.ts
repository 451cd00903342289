import { Component, checkComponent, isPlain } from './component.ts'
import { PacketError } from './errors.ts'
import { TlvReader, TlvWriter } from './tlv.ts'
import { TT } from './tlv-types.ts'

const nameWriter = new TlvWriter()
const nameReader = new TlvReader()

const NOTHING = new Uint8Array()

/** Longest name, in octets, that is compared here: calling native code for a short one takes longer. */
const SHORT = 128

/**
 * A name: immutable, kept as the TLV-VALUE of its Name element (NDN Packet Format 0.3 §2). What else is known of it is
 * made when it is asked for: most of the names that pass through are only looked up and sent on.
 */
export class Name {
  /** The components' encodings, one after the other. */
  readonly value: Uint8Array
  #components: readonly Component[] | undefined
  #key: string | undefined
  #ends: readonly number[] | undefined
  #prefixKeys: string[] | undefined

  /** @param value must be well formed; bytes from outside come in through `Name.decode` */
  constructor(value: Uint8Array) {
    this.value = value
  }

  /**
   * Takes a Name's TLV-VALUE that came from outside.
   * @throws PacketError
   */
  static decode(value: Uint8Array): Name {
    const name = new Name(value)
    name.#ends = findEnds(value)
    return name
  }

  static of(...components: readonly Component[]): Name {
    return new Name(encodeAfter(NOTHING, components))
  }

  /**
   * Reads an NDN URI: `/camera/lobby/1`, `/128=F3/camera/v=7/seg=0`. A trailing slash is ignored.
   * @throws PacketError bad-name
   */
  static parse(uri: string): Name {
    if (!uri.startsWith('/')) throw new PacketError('bad-name', `'${uri}' does not begin with '/'`)
    const parts = uri.slice(1).split('/')
    if (parts.at(-1) === '') parts.pop()
    return Name.of(
      ...parts.map((part) => {
        if (part === '')
          throw new PacketError(
            'bad-name',
            `'${uri}' has an empty component ('...' stands for one that is meant)`,
          )
        return Component.parse(part)
      }),
    )
  }

  get components(): readonly Component[] {
    if (this.#components === undefined) {
      const components: Component[] = []
      for (let i = 0; i < this.length; i++) components.push(this.#decode(i))
      this.#components = components
    }
    return this.#components
  }

  /** Where each component ends, in octets from the start of `value`. */
  get ends(): readonly number[] {
    this.#ends ??= findEnds(this.value)
    return this.#ends
  }

  /** Number of components. */
  get length(): number {
    return this.ends.length
  }

  /** The component at an index, from the end where it is negative. */
  at(index: number): Component | undefined {
    if (this.#components !== undefined) return this.#components.at(index)
    const place = index < 0 ? this.length + index : index
    return place >= 0 && place < this.length ? this.#decode(place) : undefined
  }

  /** The TLV-TYPE of the component at an index, as `at` counts. */
  typeAt(index: number): number | undefined {
    const place = index < 0 ? this.length + index : index
    if (!(place >= 0 && place < this.length)) return undefined
    const first = this.value[this.#startOf(place)] as number
    return first < 253 ? first : this.#decode(place).type
  }

  #startOf(index: number): number {
    return index === 0 ? 0 : (this.ends[index - 1] as number)
  }

  #decode(index: number): Component {
    const { value } = this
    const start = this.#startOf(index)
    const type = value[start] as number
    const length = value[start + 1] as number
    // Nearly all have a header of two octets, and need no reader.
    if (type < 253 && length < 253) return new Component(type, value.subarray(start + 2, start + 2 + length))
    const reader = new TlvReader(value, start)
    reader.next()
    return new Component(reader.type, reader.value)
  }

  /** The bytes as a string with one character an octet: equal names have equal keys. */
  get key(): string {
    this.#key ??= asBuffer(this.value).toString('latin1')
    return this.#key
  }

  /** The key of the prefix of so many components, kept for who asks next. */
  prefixKey(length: number): string {
    this.#prefixKeys ??= []
    this.#prefixKeys[length] ??= this.key.slice(0, this.#startOf(length))
    return this.#prefixKeys[length] as string
  }

  /** Components from `start` up to `end`, as `Array.slice` counts them. */
  slice(start: number, end?: number): Name {
    const last = this.ends.slice(start, end).at(-1)
    if (last === undefined) return new Name(NOTHING)
    const first = start < 0 ? Math.max(0, this.length + start) : start
    return new Name(Buffer.from(this.value.subarray(this.#startOf(first), last)))
  }

  append(...components: readonly Component[]): Name {
    return new Name(encodeAfter(this.value, components))
  }

  isPrefixOf(other: Name): boolean {
    // A component's encoding is self-delimiting, so a prefix in octets is a prefix in components.
    const mine = this.value
    const others = other.value
    if (mine.length > others.length) return false
    if (mine.length > SHORT) return asBuffer(mine).compare(others, 0, mine.length) === 0
    for (let i = 0; i < mine.length; i++) if (mine[i] !== others[i]) return false
    return true
  }

  equals(other: Name): boolean {
    return this.value.length === other.value.length && this.isPrefixOf(other)
  }

  /** NDN URI form. */
  toString(): string {
    let uri = ''
    for (let i = 0; i < this.length; i++) uri += `/${this.#format(i)}`
    return uri === '' ? '/' : uri
  }

  #format(index: number): string {
    const start = this.#startOf(index)
    const type = this.value[start]
    const isUnmarked = type === TT.GenericNameComponent || type === TT.FunctionComponent
    if (isUnmarked && (this.value[start + 1] as number) < 253) {
      const text = this.key.slice(start + 2, this.ends[index])
      if (isPlain(text)) return type === TT.GenericNameComponent ? text : `${type}=${text}`
    }
    return this.#decode(index).toString()
  }

  toJSON(): string {
    return this.toString()
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
}

/** @throws PacketError where it is not the TLV-VALUE of a name */
function findEnds(value: Uint8Array): number[] {
  const ends: number[] = []
  const reader = nameReader.reset(value, 0, value.length)
  while (reader.next()) {
    checkComponent(reader.type, reader.length)
    ends.push(reader.valueEnd)
  }
  return ends
}

/**
 * Checks what is to be the TLV-VALUE of a name.
 * @returns how many of its components are of a type
 * @throws PacketError
 */
export function countComponents(buffer: Uint8Array, start: number, end: number, type: number): number {
  const reader = nameReader.reset(buffer, start, end)
  let count = 0
  while (reader.next()) {
    checkComponent(reader.type, reader.length)
    if (reader.type === type) count++
  }
  return count
}

function encodeAfter(value: Uint8Array, components: readonly Component[]): Uint8Array {
  nameWriter.reset()
  for (let i = components.length - 1; i >= 0; i--) {
    const component = components[i] as Component
    nameWriter.element(component.type, component.value)
  }
  nameWriter.bytes(value)
  return nameWriter.finish()
}

/**
 * Steps to the Name with which a packet begins: nothing may stand before it, not even what could be ignored elsewhere
 * (NDN Packet Format 0.3 §3, §4).
 * @throws PacketError missing-element
 */
export function readLeadingName(packet: TlvReader, what: string): void {
  if (!packet.next() || packet.type !== TT.Name)
    throw new PacketError('missing-element', `${what} begins with its Name`)
}
