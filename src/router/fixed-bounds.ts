import {
  MAX_ASSIGNED_INSTANCES,
  MAX_ASSIGNED_ROUTES,
  MAX_ASSIGNED_TASKS,
  MAX_ASSIGNMENT_BYTES,
} from '../control/index.ts'
import { MAX_INPUTS } from '../endpoint/index.ts'
import {
  DEFAULT_FIRST_RECONNECT_WAIT_MS,
  DEFAULT_LONGEST_RECONNECT_WAIT_MS,
  MAX_EARLY_BYTES,
  WEBSOCKET_HANDSHAKE_TIMEOUT_MS,
} from '../face/index.ts'
import { MAX_LABEL_KEY, MAX_LABEL_VALUE, MAX_LABELS } from '../facts/index.ts'
import {
  ASSIGNMENT_TIMEOUT_MS,
  DEFAULT_MAX_STRATEGY_CHOICES,
  MAX_ASSIGNMENTS,
  MAX_GENERATION,
  MAX_INTEREST_LIFETIME_MS,
  MAX_MEASURED_PREFIXES,
  MAX_NAME_COMPONENTS,
  MAX_REGIONS,
  MEASUREMENT_LIFETIME_MS,
  NONCE_LIFETIME_MS,
  STRAGGLER_MS,
} from '../forwarder/index.ts'
import {
  ERASE_LIMIT,
  MAX_DATASET_BYTES_KEPT,
  MAX_DATASETS_KEPT,
  MAX_EXPIRED_PER_TURN,
  MAX_INTERESTS_WAITING,
  MAX_NOTIFICATIONS_KEPT,
  MAX_PREFIX_COMPONENTS,
  MAX_REQUESTS_IN_HAND,
  MAX_STATUS_TEXT,
} from '../management/index.ts'
import { MAX_PACKET_SIZE, MAX_PIT_TOKEN_SIZE } from '../packet/index.ts'
import { MAX_LOG_CHARACTERS, MAX_LOG_LINES } from './instance-logs.ts'
import { MAX_WORKS_KEPT } from './works.ts'

export interface FixedBound {
  /** Of the constant. */
  readonly name: string
  readonly value: number
  readonly unit: string
  readonly what: string
}

const MS = 'milliseconds'
const OCTETS = 'octets'

/** The bounds of packets, forwarder, faces and management that no configuration changes. */
export const FIXED_BOUNDS: readonly FixedBound[] = [
  bound('MAX_PACKET_SIZE', MAX_PACKET_SIZE, OCTETS, 'largest packet'),
  bound('MAX_PIT_TOKEN_SIZE', MAX_PIT_TOKEN_SIZE, OCTETS, 'longest PIT token (NDNLPv2)'),
  bound(
    'MAX_NAME_COMPONENTS',
    MAX_NAME_COMPONENTS,
    'components',
    'longest name of an Interest, longest prefix in the FIB',
  ),
  bound(
    'MAX_PREFIX_COMPONENTS',
    MAX_PREFIX_COMPONENTS,
    'components',
    'longest prefix with a route or a strategy',
  ),
  bound(
    'MAX_INTEREST_LIFETIME_MS',
    MAX_INTEREST_LIFETIME_MS,
    MS,
    'longest time for which an Interest is pending',
  ),
  bound(
    'STRAGGLER_MS',
    STRAGGLER_MS,
    MS,
    'for so long after its answer an Interest is kept for a second one',
  ),
  bound('MAX_GENERATION', MAX_GENERATION, 'nonces', 'each of the two generations of the dead nonce list'),
  bound(
    'NONCE_LIFETIME_MS',
    NONCE_LIFETIME_MS,
    MS,
    'for so long a dead nonce is remembered, if there is room',
  ),
  bound('MAX_REGIONS', MAX_REGIONS, 'names', 'networkRegion'),
  bound(
    'DEFAULT_MAX_STRATEGY_CHOICES',
    DEFAULT_MAX_STRATEGY_CHOICES,
    'prefixes',
    'with a strategy of their own',
  ),
  bound('MAX_MEASURED_PREFIXES', MAX_MEASURED_PREFIXES, 'prefixes', 'of which asf keeps measurements'),
  bound(
    'MEASUREMENT_LIFETIME_MS',
    MEASUREMENT_LIFETIME_MS,
    MS,
    'after so long without use these are forgotten',
  ),
  bound('MAX_ASSIGNMENTS', MAX_ASSIGNMENTS, 'names', 'whose next hop sticky remembers'),
  bound('ASSIGNMENT_TIMEOUT_MS', ASSIGNMENT_TIMEOUT_MS, MS, 'after so long without use these are forgotten'),
  bound('MAX_EARLY_BYTES', MAX_EARLY_BYTES, OCTETS, 'datagrams for a UDP face that was not started yet'),
  bound(
    'WEBSOCKET_HANDSHAKE_TIMEOUT_MS',
    WEBSOCKET_HANDSHAKE_TIMEOUT_MS,
    MS,
    'for a peer to ask for a WebSocket',
  ),
  bound(
    'DEFAULT_FIRST_RECONNECT_WAIT_MS',
    DEFAULT_FIRST_RECONNECT_WAIT_MS,
    MS,
    'before a permanent face connects again',
  ),
  bound(
    'DEFAULT_LONGEST_RECONNECT_WAIT_MS',
    DEFAULT_LONGEST_RECONNECT_WAIT_MS,
    MS,
    'up to which that wait is doubled',
  ),
  bound('MAX_EXPIRED_PER_TURN', MAX_EXPIRED_PER_TURN, 'routes', 'that end in one turn of the event loop'),
  bound('ERASE_LIMIT', ERASE_LIMIT, 'packets', 'erased by one cs/erase'),
  bound(
    'MAX_REQUESTS_IN_HAND',
    MAX_REQUESTS_IN_HAND,
    'requests',
    'management commands and datasets at a time',
  ),
  bound('MAX_DATASETS_KEPT', MAX_DATASETS_KEPT, 'datasets', 'kept for those who still fetch them'),
  bound(
    'MAX_DATASET_BYTES_KEPT',
    MAX_DATASET_BYTES_KEPT,
    OCTETS,
    'of these; the newest is kept even if it is larger',
  ),
  bound(
    'MAX_NOTIFICATIONS_KEPT',
    MAX_NOTIFICATIONS_KEPT,
    'notifications',
    'of a stream, for those who lag behind',
  ),
  bound(
    'MAX_INTERESTS_WAITING',
    MAX_INTERESTS_WAITING,
    'Interests',
    'that wait for the next notification of a stream',
  ),
  bound('MAX_ASSIGNMENT_BYTES', MAX_ASSIGNMENT_BYTES, OCTETS, 'what a controller assigns to a node, as JSON'),
  bound('MAX_ASSIGNED_INSTANCES', MAX_ASSIGNED_INSTANCES, 'instances', 'of an assignment'),
  bound('MAX_ASSIGNED_ROUTES', MAX_ASSIGNED_ROUTES, 'routes', 'of an assignment'),
  bound('MAX_ASSIGNED_TASKS', MAX_ASSIGNED_TASKS, 'tasks', 'of workflows of an assignment'),
  bound('MAX_INPUTS', MAX_INPUTS, 'inputs', 'of one of these'),
  bound('MAX_WORKS_KEPT', MAX_WORKS_KEPT, 'pieces of work', 'that a node remembers of its instances'),
  bound('MAX_LOG_LINES', MAX_LOG_LINES, 'lines', 'kept of what an instance wrote'),
  bound('MAX_LOG_CHARACTERS', MAX_LOG_CHARACTERS, 'characters', 'of these'),
  bound('MAX_LABELS', MAX_LABELS, 'labels', 'of a node'),
  bound('MAX_LABEL_KEY', MAX_LABEL_KEY, 'characters', "of a label's key"),
  bound('MAX_LABEL_VALUE', MAX_LABEL_VALUE, 'characters', "of a label's value"),
  bound('MAX_STATUS_TEXT', MAX_STATUS_TEXT, 'octets', 'the text in the answer to a command'),
]

function bound(name: string, value: number, unit: string, what: string): FixedBound {
  return { name, value, unit, what }
}
