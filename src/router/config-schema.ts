import { hostname } from 'node:os'
import { z } from 'zod'
import { DEFAULT_MAX_QUEUE_BYTES } from '../face/index.ts'
import {
  DEFAULT_MAX_CACHED_BYTES,
  DEFAULT_MAX_CACHED_PACKETS,
  DEFAULT_MAX_PENDING,
  DEFAULT_MAX_PENDING_BYTES,
  DEFAULT_MAX_ROUTES,
  MAX_REGIONS,
} from '../forwarder/index.ts'
import {
  DEFAULT_MAX_DIRECT_NEXT_HOPS,
  DEFAULT_MAX_ROUTES as DEFAULT_MAX_RIB_ROUTES,
} from '../management/index.ts'
import { MAX_PACKET_SIZE } from '../packet/index.ts'
import { about, count, labels, name, noRepeats, strategy } from './config-fields.ts'
import { faces, listeners, multicast, routes } from './config-links.ts'
import { defaultHome } from './home.ts'

/** Most links at a time. */
export const DEFAULT_MAX_FACES = 1024

/** Most vCPUs, and most million instructions per second of one, that a node can say it has. */
const MAX_VCPUS = 4096
const MAX_SPEED = 1_000_000

/** Where nothing is said of a node's link: one site with Gigabit Ethernet. */
const DEFAULT_NETWORK = 'site'
const DEFAULT_BANDWIDTH = 125

/** Least and most bandwidth of a node's link, in MB/s. */
const MIN_BANDWIDTH = 0.001
const MAX_BANDWIDTH = 1_000_000

/** A path without empty steps and without ways up. */
const CGROUP = /^(?=.{1,255}$)\/?[A-Za-z0-9_][A-Za-z0-9_.:@-]*(\/[A-Za-z0-9_][A-Za-z0-9_.:@-]*)*$/

/** Least that a vCPU has of a CPU's time: a container engine gives no less. */
const MIN_CPU_SHARE = 0.01

/** Fewest FIB prefixes with which a node can work: it has some of its own. */
const MIN_ROUTES = 16

const choice = z.strictObject({
  prefix: name().meta(about('Prefix of names', { example: '/video' })),
  strategy: strategy().meta(
    about('Its name, if need be with version and parameters; asf, best-route, multicast, random or sticky', {
      example: 'asf/v=5/max-timeouts~5',
    }),
  ),
})

const contentStore = z.strictObject({
  packets: count(DEFAULT_MAX_CACHED_PACKETS, 0).meta(
    about('Most Data packets; 0: none are kept', { live: true }),
  ),
  bytes: count(DEFAULT_MAX_CACHED_BYTES, 0).meta(
    about('Most octets of these', { unit: 'octets', live: true }),
  ),
  policy: z
    .enum(['lru', 's3-fifo'])
    .default('lru')
    .meta(about('Which goes when it is full; s3-fifo withstands a scan')),
  admit: z
    .boolean()
    .default(true)
    .meta(about('Whether Data is taken in', { live: true })),
  serve: z
    .boolean()
    .default(true)
    .meta(about('Whether Interests are answered from it', { live: true })),
})

const limits = z.strictObject({
  pending: count(DEFAULT_MAX_PENDING).meta(about('Most pending Interests')),
  pendingBytes: count(DEFAULT_MAX_PENDING_BYTES, MAX_PACKET_SIZE).meta(
    about('Most octets of pending Interests', { unit: 'octets' }),
  ),
  routes: count(DEFAULT_MAX_ROUTES, MIN_ROUTES).meta(about('Most FIB prefixes')),
  ribRoutes: count(DEFAULT_MAX_RIB_ROUTES, MIN_ROUTES).meta(about('Most routes in the RIB, of all origins')),
  directNextHops: count(DEFAULT_MAX_DIRECT_NEXT_HOPS, 0).meta(
    about('Most next hops added with fib/add-nexthop'),
  ),
  faces: count(DEFAULT_MAX_FACES).meta(about('Most links at a time')),
  queue: count(DEFAULT_MAX_QUEUE_BYTES, MAX_PACKET_SIZE).meta(
    about('Most octets that wait to be sent on a link', { unit: 'octets' }),
  ),
})

const facts = z.strictObject({
  vcpus: z
    .int()
    .min(1)
    .max(MAX_VCPUS)
    .optional()
    .meta(about('vCPUs', { example: 4, otherwise: 'those that this program may use' })),
  speed: z
    .number()
    .min(1)
    .max(MAX_SPEED)
    .optional()
    .meta(about('Speed of a whole CPU', { unit: 'MIPS', example: 2000, otherwise: 'measured' })),
  cpuShare: z
    .number()
    .min(MIN_CPU_SHARE)
    .max(1)
    .default(1)
    .meta(
      about('What of a CPU each instance on a vCPU is given; all together where cgroupParent limits them'),
    ),
  memory: z
    .int()
    .min(1)
    .optional()
    .meta(
      about('Memory', { unit: 'octets', example: 4_000_000_000, otherwise: 'what this program may use' }),
    ),
  architecture: z
    .string()
    .regex(/^[a-z0-9]{1,32}(\/v[0-9]{1,2})?$/, 'write it as OCI images do: amd64, arm64, arm/v7')
    .optional()
    .meta(
      about('Architecture of images that run here', { example: 'arm64', otherwise: 'that of this host' }),
    ),
  maximumUsage: z
    .number()
    .min(1)
    .max(100)
    .optional()
    .meta(
      about('What of a core a plan may use', { unit: 'percent', example: 80, otherwise: "the scheduler's" }),
    ),
  network: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, 'a network is named with 1 to 63 letters, digits and . _ -')
    .default(DEFAULT_NETWORK)
    .meta(about('Name of the network that this node is in')),
  bandwidth: z
    .number()
    .min(MIN_BANDWIDTH)
    .max(MAX_BANDWIDTH)
    .default(DEFAULT_BANDWIDTH)
    .meta(about('Bandwidth of its link', { unit: 'MB/s' })),
})

const registry = z.strictObject({
  ca: z
    .string()
    .min(1)
    .optional()
    .meta(
      about('Certificate of its authority, a PEM file', {
        example: './ca.pem',
        otherwise: 'those that Node.js knows',
      }),
    ),
  insecure: z
    .boolean()
    .default(false)
    .meta(about('Whether any certificate is taken, and http to other machines')),
})

/** All that a configuration file may say; `sample-config.ts` writes it out. */
export const schema = z.strictObject({
  name: z
    .string()
    .regex(
      /^[a-z0-9][a-z0-9-]{0,62}$/,
      'a name has 1 to 63 lower-case letters, digits and -, and - not first',
    )
    .default(ownName)
    .meta(
      about('Name of this node, unique under one operator: it is part of its certificate', {
        example: 'lobby-gateway',
        otherwise: 'the name of this host',
      }),
    ),
  labels: labels()
    .default({})
    .meta(
      about('What this node has and where it is; a command can say more', {
        example: { camera: 'true', zone: 'edge' },
        otherwise: 'none',
        live: true,
      }),
    ),
  facts: facts
    .prefault({})
    .meta(about('What the node says of itself in the place of what it finds', { live: true })),
  logLevel: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info')
    .meta(about('What is logged, and all that is worse', { live: true })),
  engine: z
    .enum(['auto', 'docker', 'process'])
    .default('auto')
    .meta(about('Where instances run; auto: docker if it answers, else process')),
  cgroupParent: z
    .string()
    .regex(CGROUP, 'a control group is written as /nodes/lobby, or lobby.slice where systemd manages them')
    .optional()
    .meta(
      about('Control group above those of containers: what limits it limits all instances together', {
        example: '/nodes/lobby',
        otherwise: "the engine's",
      }),
    ),
  home: z
    .string()
    .min(1)
    .default(() => defaultHome())
    .meta(
      about('Folder of keys, artifacts and sockets, unless --home or $NDN_SFC_HOME says another', {
        example: './my-gateway',
        otherwise: '~/.ndn-sfc',
      }),
    ),
  listen: listeners.default([]).meta(
    about('Where others may connect: unix, tcp, udp or ws', {
      otherwise: 'only router.sock in home',
      live: true,
    }),
  ),
  multicast: multicast
    .prefault({})
    .meta(about('UDP multicast to all neighbours on a network', { live: true })),
  functions: z
    .array(
      z
        .string()
        .min(1)
        .meta(about('Folder or single file', { example: './shout.ts' })),
    )
    .optional()
    .meta(about('Functions', { otherwise: 'those that ship' })),
  registry: registry.prefault({}).meta(about('The SF repository that a controller names', { live: true })),
  routes: routes.default([]).meta(about('Routes to other routers', { otherwise: 'none', live: true })),
  faces: faces.prefault({}).meta(about('All links')),
  contentStore: contentStore.prefault({}).meta(about('Content Store')),
  unsolicited: z
    .enum(['drop-all', 'admit-local', 'admit-network', 'admit-all'])
    .default('drop-all')
    .meta(about('Data that nobody asked for', { live: true })),
  networkRegion: z
    .array(name().meta(about('A name', { example: '/region/north' })))
    .max(MAX_REGIONS)
    .default([])
    .meta(
      about('Regions that this node is in: there a ForwardingHint has done its work', {
        otherwise: 'none',
        live: true,
      }),
    ),
  strategies: z
    .array(choice)
    .superRefine(noRepeats('strategies', ({ prefix }) => prefix?.key))
    .default([])
    .meta(about('Forwarding strategies by prefix', { otherwise: 'best-route for all names', live: true })),
  limits: limits.prefault({}).meta(about('Bounds')),
})

function ownName(): string {
  const own = hostname()
    .toLowerCase()
    .replace(/[^a-z0-9-]/g, '-')
    .replace(/^-+/, '')
    .slice(0, 63)
  return own || 'node'
}
