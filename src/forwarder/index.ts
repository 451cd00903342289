export {
  type ContentStoreLimits,
  DEFAULT_MAX_CACHED_BYTES,
  DEFAULT_MAX_CACHED_PACKETS,
} from './content-store.ts'
export { DROP_REASONS, type DropReason, type FaceOptions, type ForwarderCounters } from './face-table.ts'
export { DEFAULT_MAX_ROUTES, type NextHop } from './fib.ts'
export { Forwarder, type ForwarderOptions } from './forwarder.ts'
export { MAX_NAME_COMPONENTS } from './name-rules.ts'
export { DEFAULT_MAX_PENDING, MAX_INTEREST_LIFETIME_MS } from './pit.ts'
