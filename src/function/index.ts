export { type Applier, applierOf, MAX_RESULT_BYTES } from './apply.ts'
export {
  type ApplyResult,
  defineFunction,
  type FunctionContext,
  type FunctionDefinition,
  type FunctionParameters,
  isFunctionDefinition,
} from './define.ts'
export { healthName, instanceName, isOfInstance, worksName } from './health.ts'
export { MAX_INPUT_BYTES } from './input.ts'
export { serveInstance } from './instance.ts'
export { type Bound, FRESHNESS_BOUND, LIMIT_BOUNDS, type Limits } from './limits.ts'
export {
  loadManifest,
  MANIFEST_FILE,
  MANIFEST_MAX_BYTES,
  type Manifest,
  ManifestError,
  type ManifestErrorCode,
  type ManifestProblem,
  type ManifestSource,
  parseManifest,
} from './manifest.ts'
export { formatMediaTypes, isMediaType, isMediaTypePattern, mediaTypeFits } from './media-type.ts'
export {
  describeAllowed,
  type ParameterEntry,
  ParameterError,
  type ParameterErrorCode,
  type ParameterSpec,
  type ParameterValue,
  readParameters,
} from './parameters.ts'
export { FunctionRuntime, type RuntimeOptions } from './runtime.ts'
export { type Trace, traceName } from './trace.ts'
export { formatDuration, formatSize, parseDuration, parseSize } from './units.ts'
