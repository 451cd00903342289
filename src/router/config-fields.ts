import { z } from 'zod'
import { type FaceError, isMulticast, MAX_MTU, MIN_MTU, parseAddress } from '../face/index.ts'
import { MAX_LABELS, problemOfKey, problemOfValue } from '../facts/index.ts'
import { StrategyParameterError, StrategyRegistry } from '../forwarder/index.ts'
import { MAX_PREFIX_COMPONENTS } from '../management/index.ts'
import { Name, type PacketError } from '../packet/index.ts'

/** What the sample says of a field. */
export type FieldMeta = {
  /** One line, without a full stop. */
  readonly description: string
  /** Of a number. */
  readonly unit?: string
  /** What may stand there, for a field that has no default, or one that each host has for itself. */
  readonly example?: unknown
  /** What holds where nothing is said, in words: for a field whose default is no value. */
  readonly otherwise?: string
  /** Whether a reload changes it, and what is in it, while the node runs. */
  readonly live?: boolean
}

/** For `.meta`: typed, so that no field goes without its description. */
export function about(description: string, rest: Omit<FieldMeta, 'description'> = {}): FieldMeta {
  return { description, ...rest }
}

/** Longest time of a timer of Node.js, in milliseconds. */
const MAX_TIMER_MS = 2 ** 31 - 1

/** What the names of strategies begin with (NFD). */
const STRATEGY_PREFIX = '/localhost/nfd/strategy/'

const strategies = new StrategyRegistry()

/** A whole number of something that is counted, or of octets. */
export const count = (fallback: number, minimum = 1) => z.int().min(minimum).default(fallback)

/** Milliseconds that a timer can wait. */
export const time = () => z.int().min(1).max(MAX_TIMER_MS)

/** Octets of a datagram. */
export const mtu = () => z.int().min(MIN_MTU).max(MAX_MTU)

export const address = () =>
  z.string().superRefine((value, context) => {
    try {
      parseAddress(value)
    } catch (error) {
      context.addIssue((error as FaceError).message)
    }
  })

export const multicastGroup = () =>
  address().refine((value) => canonicalAddress(value) === undefined || isMulticastGroup(value), {
    error: 'not a UDP multicast group, such as udp4://224.0.23.170:56363',
  })

export const name = () =>
  z.string().transform((value, context) => {
    try {
      const parsed = Name.parse(value)
      if (parsed.length <= MAX_PREFIX_COMPONENTS) return parsed
      context.addIssue(`${parsed.length} components, at most ${MAX_PREFIX_COMPONENTS}`)
    } catch (error) {
      context.addIssue((error as PacketError).message)
    }
    return z.NEVER
  })

/** Labels: what YAML reads as a number or as true is a text, too. */
export const labels = () =>
  z
    .record(
      z.string(),
      z.union([z.string(), z.boolean(), z.number()], { error: 'a label is a text, a number, true or false' }),
    )
    .transform((values, context) => {
      const texts = Object.entries(values).map(([key, value]) => [key, String(value)] as const)
      if (texts.length > MAX_LABELS) context.addIssue(`${texts.length} labels, at most ${MAX_LABELS}`)
      for (const [key, value] of texts) {
        const problem = problemOfKey(key) ?? problemOfValue(key, value)
        if (problem !== undefined)
          context.addIssue({ code: 'custom', path: [key], message: problem, input: value })
      }
      return Object.fromEntries(texts)
    })

/** A strategy by its name: `asf`, `asf/v=5/max-timeouts~5`, or the whole NDN name. */
export const strategy = () =>
  z.string().transform((value, context) => {
    try {
      const whole = Name.parse(value.startsWith('/') ? value : STRATEGY_PREFIX + value)
      const found = strategies.findStrategy(whole)
      if (found !== 'unknown' && !(found instanceof StrategyParameterError)) return whole
      const known = strategies.names.map((one) => one.at(-2)?.text).join(', ')
      const isUnknown = found === 'unknown'
      context.addIssue(isUnknown ? `there is no strategy '${value}' (there are: ${known})` : found.message)
    } catch (error) {
      context.addIssue((error as PacketError).message)
    }
    return z.NEVER
  })

/**
 * For `superRefine`: no two of a list may have the same key. One without a key is wrong in another way.
 * @param list its field
 */
export function noRepeats<T>(list: string, keyOf: (one: T) => string | undefined) {
  return (all: readonly T[], context: z.core.$RefinementCtx): void => {
    const keys = all.map((one) => (one === undefined ? undefined : keyOf(one)))
    for (const [index, key] of keys.entries()) {
      const first = keys.indexOf(key)
      if (key !== undefined && first < index)
        context.addIssue({
          code: 'custom',
          path: [index],
          message: `the same as ${list}.${first}`,
          input: all,
        })
    }
  }
}

/** Whether an address, which must be one, is that of a UDP multicast group. */
export function isMulticastGroup(uri: string): boolean {
  const place = parseAddress(uri)
  return place.kind === 'udp' && isMulticast(place.host)
}

/** One text for all spellings of an address; undefined for what is none. */
export function canonicalAddress(uri: string): string | undefined {
  try {
    return JSON.stringify(parseAddress(uri))
  } catch {
    return undefined
  }
}
