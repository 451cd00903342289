import { defineFunction } from 'ndn-sfc'
import { openImage, toJpeg } from '../lib/index.ts'

export default defineFunction({
  apply: (image) => toJpeg(openImage(image).grayscale().toColourspace('b-w')),
})
