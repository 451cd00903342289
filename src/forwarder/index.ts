export {
  type ContentStoreOptions,
  DEFAULT_MAX_CACHED_BYTES,
  DEFAULT_MAX_CACHED_PACKETS,
  type EvictionPolicyName,
} from './content-store.ts'
export { MAX_GENERATION, NONCE_LIFETIME_MS } from './dead-nonce-list.ts'
export { DROP_REASONS, type DropReason, type FaceOptions, type ForwarderCounters } from './face-table.ts'
export { DEFAULT_MAX_ROUTES, type NextHop } from './fib.ts'
export { Forwarder, type ForwarderOptions } from './forwarder.ts'
export type { UnsolicitedDataPolicy } from './incoming-data.ts'
export type { Steering } from './incoming-interest.ts'
export { MAX_NAME_COMPONENTS } from './name-hashes.ts'
export { MAX_REGIONS } from './network-region.ts'
export { STRAGGLER_MS } from './outgoing.ts'
export { DEFAULT_MAX_PENDING, DEFAULT_MAX_PENDING_BYTES, MAX_INTEREST_LIFETIME_MS } from './pit.ts'
export {
  ASSIGNMENT_TIMEOUT_MS,
  LAST_RESORT_COST,
  MAX_ASSIGNMENTS,
  MAX_MEASURED_PREFIXES,
  MEASUREMENT_LIFETIME_MS,
  type PendingInterest,
  type Strategy,
  StrategyParameterError,
  StrategyRegistry,
  type UpstreamState,
} from './strategies/index.ts'
export { DEFAULT_MAX_STRATEGY_CHOICES } from './strategy-choice.ts'
