import { defineFunction } from 'ndn-sfc'
import { openImage, toJpeg } from '../lib/index.ts'

export default defineFunction<{ clip: number }>({
  apply: (image, { parameters: { clip } }) =>
    toJpeg(openImage(image).normalise({ lower: clip, upper: 100 - clip })),
})
