export { type Box, type Face, type FaceList, MAX_FACES, packFaces, unpackFaces } from './faces.ts'
export {
  fromPixels,
  ImageError,
  imageExtension,
  imageSize,
  MAX_PIXELS,
  openImage,
  type Pixels,
  toJpeg,
  toPixels,
  toPng,
} from './image.ts'
export type { Person } from './people.ts'
