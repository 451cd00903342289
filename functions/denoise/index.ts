import { defineFunction } from 'ndn-sfc'
import { openImage, toJpeg } from '../lib/index.ts'

export default defineFunction<{ size: number }>({
  apply: (image, { parameters: { size } }) => toJpeg(openImage(image).median(size)),
})
