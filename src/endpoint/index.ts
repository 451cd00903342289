export { type Clock, pause, systemClock } from './clock.ts'
export { Endpoint, type EndpointOptions, type ExpressOptions } from './endpoint.ts'
export { FetchError, type FetchErrorCode, NackError, TimeoutError, UnreachableError } from './errors.ts'
export { decodeFailure, encodeFailure, type Failure, type FailureCode } from './failure.ts'
export { fetchObject } from './fetch.ts'
export type {
  FetchedObject,
  FetchOptions,
} from './fetch-options.ts'
export { decodeInputs, encodeInputs, INPUTS_MEDIA_TYPE } from './inputs-list.ts'
export {
  type ByteSource,
  type ObjectFields,
  SEGMENT_SIZE,
  SegmentedObject,
  splitSegment,
} from './segmented-object.ts'
export { newVersion } from './version.ts'
