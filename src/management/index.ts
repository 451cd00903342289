export type { CommandSpec } from './command-spec.ts'
export type {
  ContentStoreControl,
  ContentStoreSettings,
  FaceControl,
  FaceCreation,
  FaceFailure,
  FaceOptions,
  FibControl,
  StatusSource,
  StrategyControl,
  StrategyInstance,
} from './control-interfaces.ts'
export {
  type ControlParameters,
  type ControlResponse,
  CsFlag,
  controlParameters,
  controlResponse,
  FaceFlag,
  RouteFlag,
  RouteOrigin,
} from './control-parameters.ts'
export { CsModule, ERASE_LIMIT } from './cs-module.ts'
export { MAX_DATASET_BYTES_KEPT, MAX_DATASETS_KEPT } from './dataset-store.ts'
export { DEFAULT_MAX_DIRECT_NEXT_HOPS, DirectNextHops, type NextHopTable } from './direct-next-hops.ts'
export {
  Dispatcher,
  type DispatcherOptions,
  MANAGEMENT_PREFIX,
  MAX_REQUESTS_IN_HAND,
  type ManagementRequest,
} from './dispatcher.ts'
export {
  channelStatus,
  type FaceEventKind,
  type FaceQueryFilter,
  type FaceStatus,
  faceEventNotification,
  faceQueryFilter,
  faceStatus,
} from './face-datasets.ts'
export { FaceModule } from './face-module.ts'
export { FibModule } from './fib-module.ts'
export { MAX_INTERESTS_WAITING, MAX_NOTIFICATIONS_KEPT } from './notification-stream.ts'
export {
  encodePrefixAnnouncement,
  type PrefixAnnouncement,
  readPrefixAnnouncement,
} from './prefix-announcement.ts'
export { MAX_PREFIX_COMPONENTS } from './prefix-rules.ts'
export type { Responder } from './responder.ts'
export { MAX_STATUS_TEXT } from './response.ts'
export { DEFAULT_MAX_ROUTES, type FibSink, Rib } from './rib.ts'
export { MAX_EXPIRED_PER_TURN, RibModule, type RibModuleOptions } from './rib-module.ts'
export type { NextHop, Route } from './route.ts'
export { CommandError, ControlStatus } from './status-codes.ts'
export { addStatusModule } from './status-module.ts'
export { STRATEGY_PREFIX, StrategyModule, strategyName } from './strategy-module.ts'
export {
  type CsInfo,
  csInfo,
  type FibEntry,
  type ForwarderStatus,
  fibEntry,
  forwarderStatus,
  type RibEntry,
  ribEntry,
  type StrategyChoice,
  strategyChoice,
} from './table-datasets.ts'
