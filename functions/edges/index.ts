import { defineFunction } from 'ndn-sfc'
import { openImage, toPng } from '../lib/index.ts'

/** Laplacian over eight neighbours, four times as bright: 0 where the picture is even, more where it changes. */
const LAPLACIAN = { width: 3, height: 3, kernel: [-4, -4, -4, -4, 32, -4, -4, -4, -4], scale: 1 }

export default defineFunction<{ blur: number }>({
  apply: (image, { parameters: { blur } }) =>
    toPng(openImage(image).grayscale().toColourspace('b-w').blur(blur).convolve(LAPLACIAN)),
})
