import { defineFunction } from 'ndn-sfc'
import { openImage, toJpeg } from '../lib/index.ts'

export default defineFunction<{ sigma: number }>({
  apply: (image, { parameters: { sigma } }) => toJpeg(openImage(image).sharpen({ sigma })),
})
