export { imageArchitecture } from './architecture.ts'
export { ARTIFACT_BYTES_MAX, type BuildArtifactOptions, buildArtifact } from './artifact.ts'
export { ArtifactCache, artifactsOf } from './artifact-cache.ts'
export { parseCpuList } from './cpu-list.ts'
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
  type StoredImage,
  type StoredLayer,
} from './engine.ts'
export { digestFolder } from './folder.ts'
export { CONTAINER_PATH } from './host-files.ts'
export {
  CONTAINER_FUNCTION,
  IMAGE_SETTINGS,
  type ImageLayer,
  ImageLayers,
  LAYER_KINDS,
  type LayerKind,
} from './image-layers.ts'
export { imageLabels, imageName } from './image-names.ts'
export type { LogListener } from './instance-log.ts'
export { IDENTITY_FILE, MANIFEST_JSON, SOCKET_FILE } from './instance-setup.ts'
export { type BaseFacts, layersOverBase, type OverBase } from './over-base.ts'
export { prepareImage } from './prepare-image.ts'
export { setUpImage } from './set-up-image.ts'
export { tarStream } from './tar.ts'
