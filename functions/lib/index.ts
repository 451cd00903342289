export { type Box, type Face, type FaceList, MAX_FACES, packFaces, unpackFaces } from './faces.ts'
export { cuts, gridOf } from './grid.ts'
export {
  checkPixels,
  fromPixels,
  imageExtension,
  imageSize,
  openImage,
  type Pixels,
  toJpeg,
  toPixels,
  toPng,
} from './image.ts'
export type { Person } from './people.ts'
