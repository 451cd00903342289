import type { NameForm } from './packets.ts'
import { TRANSPORTS, type Transport } from './transports.ts'

export type Ability = 'caches' | 'aggregates' | 'knows chains in extended form'

/** One thing that is measured. */
export interface Case {
  /** As it appears in the names of its figures. */
  readonly name: string
  readonly transport: Transport
  readonly form: NameForm
  /** Octets of Content. */
  readonly payload: number
  /** Names asked for at any time. */
  readonly window: number
  readonly consumers: number
  /** Names that are asked for again and again; 0: each is new. */
  readonly again: number
  /** What a forwarder must be able to do. */
  readonly needs?: Ability
  /** Whether it is measured when nothing is said. */
  readonly isHeadline: boolean
}

/** Consumers that ask for the same names where aggregation is measured. */
export const AGGREGATED_CONSUMERS = 10

/** Names asked for again from the Content Store. */
const CACHED_NAMES = 8192

const WINDOWS = [1, 64, 256]
const PAYLOADS = [100, 1024, 8000]
const HEADLINE_PAYLOAD = 1024

/** Datagrams of more than this are sent in fragments, which is another measurement. */
const UDP_PAYLOAD = 1024

const NEW_NAMES = { form: 'plain', consumers: 1, again: 0 } as const

export const CASES: readonly Case[] = [...exchanges(), ...special()]

/** What every forwarder can do, at the largest window. */
export const FULL_LOAD: Case = CASES.filter(
  ({ needs, isHeadline }) => isHeadline && needs === undefined,
).reduce((a, b) => (b.window > a.window ? b : a))

function exchanges(): Case[] {
  return TRANSPORTS.flatMap((transport) =>
    PAYLOADS.filter((payload) => transport !== 'udp' || payload === UDP_PAYLOAD).flatMap((payload) =>
      WINDOWS.map((window) => ({
        ...NEW_NAMES,
        name: `window ${window}, ${payload} B, ${transport}`,
        transport,
        payload,
        window,
        isHeadline: transport === 'unix' && payload === HEADLINE_PAYLOAD,
      })),
    ),
  )
}

function special(): Case[] {
  const common = { ...NEW_NAMES, transport: 'unix', payload: HEADLINE_PAYLOAD, isHeadline: true } as const
  return [
    { ...common, name: 'Content Store, window 64', window: 64, again: CACHED_NAMES, needs: 'caches' },
    { ...common, name: 'Content Store, window 256', window: 256, again: CACHED_NAMES, needs: 'caches' },
    {
      ...common,
      name: `${AGGREGATED_CONSUMERS} consumers of 64 names`,
      window: 64,
      consumers: AGGREGATED_CONSUMERS,
      needs: 'aggregates',
    },
    { ...common, name: 'chains in flat form, window 256', window: 256, form: 'flat' },
    {
      ...common,
      name: 'chains in extended form, window 256',
      window: 256,
      form: 'extended',
      needs: 'knows chains in extended form',
    },
  ]
}
