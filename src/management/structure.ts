import { encodeTlv, PacketError, TlvReader } from '../packet/index.ts'
import type { ValueType } from './value-types.ts'

type Presence = 'required' | 'optional' | 'repeated'

/** An element in a structure. */
export interface Field<T, P extends Presence = Presence> {
  readonly tlvType: number
  readonly value: ValueType<T>
  readonly presence: P
}

/** The elements of a structure by the names of their properties, in the order in which they are written. */
type Fields = Readonly<Record<string, Field<unknown>>>

type ValueOf<F> = F extends Field<infer T> ? T : never
type KeysOf<F extends Fields, P extends Presence> = {
  [K in keyof F]: F[K]['presence'] extends P ? K : never
}[keyof F]
type Simplified<T> = { readonly [K in keyof T]: T[K] }

/** What a structure holds. */
type StructureValue<F extends Fields> = Simplified<
  { [K in KeysOf<F, 'required'>]: ValueOf<F[K]> } & {
    [K in KeysOf<F, 'optional'>]?: ValueOf<F[K]> | undefined
  } & { [K in KeysOf<F, 'repeated'>]: readonly ValueOf<F[K]>[] }
>

/** The TypeScript form of what a `Structure` reads and writes. */
export type Decoded<S> = S extends Structure<infer F> ? StructureValue<F> : never

export function required<T>(tlvType: number, value: ValueType<T>): Field<T, 'required'> {
  return { tlvType, value, presence: 'required' }
}

export function optional<T>(tlvType: number, value: ValueType<T>): Field<T, 'optional'> {
  return { tlvType, value, presence: 'optional' }
}

/** Any number of elements, none among them. */
export function repeated<T>(tlvType: number, value: ValueType<T>): Field<T, 'repeated'> {
  return { tlvType, value, presence: 'repeated' }
}

/**
 * A structure of the management protocol: elements that each have a type of their own. As in NFD and its library, what
 * is read may have them in any order and others among them, which are ignored; of several of one type that may be there
 * once the first counts. A structure is also a `ValueType`, so another one can hold it.
 */
export class Structure<F extends Fields> implements ValueType<StructureValue<F>> {
  readonly #name: string
  readonly #type: number | undefined
  readonly #fields: readonly (readonly [key: string, field: Field<unknown>])[]
  readonly #byType = new Map<number, readonly [key: string, field: Field<unknown>]>()

  /**
   * @param name for messages
   * @param type TLV-TYPE of the element that holds the others; undefined for one that is a whole Content by itself
   */
  constructor(name: string, type: number | undefined, fields: F) {
    this.#name = name
    this.#type = type
    this.#fields = Object.entries(fields)
    for (const entry of this.#fields) this.#byType.set(entry[1].tlvType, entry)
  }

  /**
   * Reads one structure, and there may be nothing after it.
   * @throws PacketError
   */
  decode(bytes: Uint8Array): StructureValue<F> {
    if (this.#type === undefined) return this.#read(new TlvReader(bytes))
    const reader = new TlvReader(bytes)
    if (!reader.next()) throw new PacketError('missing-element', `${this.#name} is missing`)
    const value = this.#readElement(reader)
    if (reader.next()) throw new PacketError('bad-value', `element ${reader.type} after ${this.#name}`)
    return value
  }

  /**
   * Reads one structure after the other, as they are in a dataset.
   * @throws PacketError
   */
  decodeAll(bytes: Uint8Array): StructureValue<F>[] {
    const values: StructureValue<F>[] = []
    const reader = new TlvReader(bytes)
    while (reader.next()) values.push(this.#readElement(reader))
    return values
  }

  /** @throws PacketError bad-value where a value is not what its element can hold */
  encode(value: StructureValue<F>): Uint8Array {
    const inner = this.encodeValue(value)
    return this.#type === undefined ? inner : encodeTlv(this.#type, inner)
  }

  /** @throws PacketError */
  decodeValue(element: TlvReader): StructureValue<F> {
    return this.#read(element.inside())
  }

  /** @throws PacketError */
  encodeValue(value: StructureValue<F>): Uint8Array {
    const properties = value as Readonly<Record<string, unknown>>
    const elements: Uint8Array[] = []
    for (const [key, { tlvType, value: type, presence }] of this.#fields) {
      const property = properties[key]
      if (property === undefined) continue
      const items = presence === 'repeated' ? (property as readonly unknown[]) : [property]
      for (const item of items) elements.push(encodeTlv(tlvType, type.encodeValue(item)))
    }
    return Buffer.concat(elements)
  }

  #readElement(reader: TlvReader): StructureValue<F> {
    if (reader.type !== this.#type)
      throw new PacketError('bad-value', `element ${reader.type}, where ${this.#name} is expected`)
    return this.decodeValue(reader)
  }

  #read(reader: TlvReader): StructureValue<F> {
    const properties: Record<string, unknown> = {}
    for (const [key, { presence }] of this.#fields) if (presence === 'repeated') properties[key] = []
    while (reader.next()) {
      const entry = this.#byType.get(reader.type)
      if (entry === undefined) continue
      const [key, { value, presence }] = entry
      if (presence === 'repeated') (properties[key] as unknown[]).push(value.decodeValue(reader))
      else if (properties[key] === undefined) properties[key] = value.decodeValue(reader)
    }
    for (const [key, { presence, tlvType }] of this.#fields)
      if (presence === 'required' && properties[key] === undefined)
        throw new PacketError('missing-element', `${this.#name} without ${key} (element ${tlvType})`)
    return properties as StructureValue<F>
  }
}
