import { z } from 'zod'
import {
  DEFAULT_CONGESTION_INTERVAL_MS,
  DEFAULT_CONGESTION_THRESHOLD_BYTES,
  DEFAULT_CONNECT_TIMEOUT_MS,
  DEFAULT_LINGER_MS,
  MAX_FRAGMENTS,
  MAX_PARTIAL_BYTES,
  MAX_PARTIAL_PACKETS,
  NDN_MULTICAST_GROUP,
  NDN_MULTICAST_PORT,
  PING_INTERVAL_MS,
  parseAddress,
  REASSEMBLY_TIMEOUT_MS,
  UDP_IDLE_TIMEOUT_MS,
} from '../face/index.ts'
import { MAX_PACKET_SIZE } from '../packet/index.ts'
import {
  about,
  address,
  canonicalAddress,
  count,
  isMulticastGroup,
  mtu,
  multicastGroup,
  name,
  noRepeats,
  time,
} from './config-fields.ts'

/** What a route to another router costs by default. */
const DEFAULT_COST = 10

const listenable = () =>
  address().refine((value) => canonicalAddress(value) === undefined || !isMulticastGroup(value), {
    error: 'nobody connects to a multicast group: see the field multicast',
  })

const listenerFields = z
  .strictObject({
    address: listenable().meta(
      about('FaceUri; its port is 6363 where none is said, and 9696 of ws', { example: 'udp://0.0.0.0' }),
    ),
    mtu: mtu()
      .optional()
      .meta(
        about('Largest datagram; UDP only', { unit: 'octets', example: 1400, otherwise: 'as in faces.mtu' }),
      ),
    idleTimeout: time()
      .optional()
      .meta(
        about('A link without packets for so long is closed', {
          unit: 'milliseconds',
          example: UDP_IDLE_TIMEOUT_MS,
          otherwise: `${UDP_IDLE_TIMEOUT_MS} for UDP, else never`,
        }),
      ),
    maxPeers: z
      .int()
      .min(1)
      .optional()
      .meta(about('Most peers at once', { example: 100, otherwise: 'as many as limits.faces allows' })),
  })
  .superRefine(({ address: uri, mtu: size }, context) => {
    if (size !== undefined && canonicalAddress(uri) !== undefined && parseAddress(uri).kind !== 'udp')
      context.addIssue({ code: 'custom', path: ['mtu'], message: 'only a UDP link has an MTU' })
  })

const listener = z
  .union(
    [
      listenable().meta(about('Only its address', { example: ['tcp://0.0.0.0', 'ws://0.0.0.0'] })),
      listenerFields,
    ],
    { error: 'write an address, or a mapping with the field address' },
  )
  .transform((value) => (typeof value === 'string' ? { address: value } : value))

export const listeners = z
  .array(listener)
  .superRefine(noRepeats('listen', ({ address: uri }) => canonicalAddress(uri)))

const route = z.strictObject({
  prefix: name().meta(about('Prefix of names', { example: '/camera' })),
  to: address().meta(about('FaceUri of the other router', { example: 'tcp://192.0.2.1' })),
  cost: count(DEFAULT_COST, 0).meta(about('The cheapest is asked first')),
  persistency: z
    .enum(['permanent', 'persistent'])
    .default('permanent')
    .meta(about('permanent: connects again when the link breaks')),
  childInherit: z
    .boolean()
    .default(true)
    .meta(about('Whether longer prefixes have this next hop, too (RIB)')),
  capture: z.boolean().default(false).meta(about('Whether next hops of shorter prefixes end here (RIB)')),
  form: z
    .enum(['flat', 'extended'])
    .optional()
    .meta(
      about('How chains are sent there', {
        example: 'extended',
        otherwise: 'flat until it has sent an extended one',
      }),
    ),
})

export const routes = z
  .array(route)
  .superRefine(
    noRepeats('routes', ({ prefix, to }) => prefix && JSON.stringify([prefix.key, canonicalAddress(to)])),
  )

export const multicast = z.strictObject({
  enabled: z.boolean().default(false).meta(about('Whether there is a face for each of these interfaces')),
  group: multicastGroup()
    .default(`udp4://${NDN_MULTICAST_GROUP}:${NDN_MULTICAST_PORT}`)
    .meta(about('FaceUri of the group')),
  interfaces: z
    .array(
      z
        .string()
        .min(1)
        .meta(about('Address, or for IPv6 ::%NAME', { example: '192.0.2.10' })),
    )
    .optional()
    .meta(
      about('Interfaces', { otherwise: 'all of IPv4 but loopback; for IPv6 the one that the system takes' }),
    ),
})

const congestion = z.strictObject({
  enabled: z
    .boolean()
    .default(true)
    .meta(about('Whether packets are marked (NDNLPv2) while a send queue is long')),
  threshold: count(DEFAULT_CONGESTION_THRESHOLD_BYTES).meta(
    about('A longer send queue is congested; at most half of limits.queue', {
      unit: 'octets',
    }),
  ),
  interval: time()
    .default(DEFAULT_CONGESTION_INTERVAL_MS)
    .meta(about('Longest time between two marks while it is', { unit: 'milliseconds' })),
})

const reassembly = z.strictObject({
  timeout: time()
    .default(REASSEMBLY_TIMEOUT_MS)
    .meta(about('For so long after a fragment the next is waited for', { unit: 'milliseconds' })),
  fragments: count(MAX_FRAGMENTS).meta(about('Most fragments of a packet')),
  packets: count(MAX_PARTIAL_PACKETS).meta(about('Most packets that are being put together on a link')),
  bytes: count(MAX_PARTIAL_BYTES, MAX_PACKET_SIZE).meta(
    about('Most memory that these take on a link', { unit: 'octets' }),
  ),
})

export const faces = z.strictObject({
  mtu: mtu()
    .optional()
    .meta(
      about('Largest datagram of UDP; larger packets are cut to fragments', {
        unit: 'octets',
        example: 1400,
        otherwise: 'one Ethernet frame',
      }),
    ),
  connectTimeout: time()
    .default(DEFAULT_CONNECT_TIMEOUT_MS)
    .meta(about('For so long an answer is waited for when a link is made', { unit: 'milliseconds' })),
  linger: time()
    .default(DEFAULT_LINGER_MS)
    .meta(
      about('For so long a closed link waits for its peer to read', {
        unit: 'milliseconds',
      }),
    ),
  pingInterval: time()
    .default(PING_INTERVAL_MS)
    .meta(about('Time from one ping of a WebSocket to the next', { unit: 'milliseconds' })),
  congestion: congestion.prefault({}).meta(about('Congestion marking')),
  reassembly: reassembly.prefault({}).meta(about('Fragments of UDP')),
})
