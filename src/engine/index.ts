export { type BuildArtifactOptions, buildArtifact } from './artifact.ts'
export { artifactsOf } from './artifact-cache.ts'
export {
  type CreatedEngine,
  type CreateEngineOptions,
  createEngine,
  type EngineKind,
} from './create-engine.ts'
export {
  type Artifact,
  type Engine,
  EngineError,
  type EngineErrorCode,
  type EngineEvent,
  type HeldImages,
  type InstanceSpec,
  type InstanceStats,
  type InstanceStatus,
  LAST_WORDS_BYTES,
} from './engine.ts'
export type { LogListener } from './instance-log.ts'
export { IDENTITY_FILE, SOCKET_FILE } from './instance-setup.ts'
