import { TlvReader } from '../../src/packet/index.ts'
import { tlv } from './wire.ts'

/** Pseudo-random numbers from 0 up to a bound, the same for the same seed (mulberry32). */
export function randomSource(seed: number): (bound: number) => number {
  let state = seed >>> 0
  return (bound) => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * bound)
  }
}

type Random = ReturnType<typeof randomSource>

export function randomBytes(random: Random, size: number): Buffer {
  const out = Buffer.allocUnsafe(size)
  for (let i = 0; i < size; i++) out[i] = random(256)
  return out
}

/** Octets changed, cut, doubled or put in, and no length mended. */
export function mutateBytes(random: Random, packet: Uint8Array): Buffer {
  let out = Buffer.from(packet)
  for (let times = 1 + random(4); times > 0; times--) {
    const at = random(out.length)
    const end = at + random(8)
    switch (random(5)) {
      case 0:
        out[at] = (out[at] ?? 0) ^ (1 << random(8))
        break
      case 1:
        out[at] = random(256)
        break
      case 2:
        out = Buffer.concat([out.subarray(0, at), out.subarray(end)])
        break
      case 3:
        out = Buffer.concat([out.subarray(0, end), out.subarray(at)])
        break
      case 4:
        out = Buffer.concat([out.subarray(0, at), randomBytes(random, random(6)), out.subarray(at)])
        break
    }
  }
  return out
}

/** Elements changed, dropped, doubled, moved or put in at any depth, and every length mended. */
export function mutateElements(random: Random, packet: Uint8Array, others: readonly Uint8Array[]): Buffer {
  const reader = new TlvReader(packet)
  const elements: { type: number; value: Uint8Array }[] = []
  try {
    while (reader.next()) elements.push({ type: reader.type, value: reader.value })
  } catch {
    return mutateBytes(random, packet)
  }
  if (elements.length === 0) return Buffer.from(packet)
  const at = random(elements.length)
  const element = elements[at] as (typeof elements)[number]
  // The outermost element is entered most of the time: what is inside is what is worth changing.
  switch (elements.length === 1 && random(20) > 0 ? 0 : random(8)) {
    case 0:
    case 1:
      element.value = mutateElements(random, element.value, others)
      break
    case 2:
      element.value = mutateBytes(random, element.value)
      break
    case 3:
      element.type = TYPES[random(TYPES.length)] as number
      break
    case 4:
      elements.splice(at, 1)
      break
    case 5:
      elements.splice(random(elements.length + 1), 0, element)
      break
    case 6:
      elements.splice(random(elements.length), 0, ...elements.splice(at, 1))
      break
    case 7:
      elements.splice(at, 0, stranger(random, others))
      break
  }
  return Buffer.concat(elements.map(({ type, value }) => tlv(type, value)))
}

/** Types that mean something somewhere, and some that do not. */
const TYPES = [
  0, 1, 2, 5, 6, 7, 8, 10, 12, 18, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 33, 34, 36, 38, 40, 42, 44, 46,
  50, 54, 80, 81, 82, 83, 98, 100, 128, 129, 130, 131, 132, 240, 241, 253, 254, 255, 800, 801, 804, 832, 836,
  65536,
]

/** An element from another packet, or one of any type. */
function stranger(random: Random, others: readonly Uint8Array[]): { type: number; value: Uint8Array } {
  if (random(2) === 0)
    return { type: TYPES[random(TYPES.length)] as number, value: randomBytes(random, random(5)) }
  const elements: { type: number; value: Uint8Array }[] = []
  const outer = new TlvReader(others[random(others.length)] as Uint8Array)
  outer.next()
  const reader = outer.inside()
  while (reader.next()) elements.push({ type: reader.type, value: reader.value })
  return elements[random(elements.length)] as (typeof elements)[number]
}
