import { defineFunction } from 'ndn-sfc'
import { checkPixels, imageSize, openImage, toJpeg } from '../lib/index.ts'

export default defineFunction<{ width?: number; height?: number }>({
  async apply(image, { parameters }) {
    const target = targetSize(await imageSize(image), parameters.width, parameters.height)
    checkPixels(target)
    return await toJpeg(openImage(image).resize({ ...target, fit: 'fill' }))
  },
})

/** Keeps the aspect ratio where only one side is asked for; a side is at least one pixel. */
function targetSize(source: { width: number; height: number }, width?: number, height?: number) {
  if (width === undefined && height === undefined) throw new Error('resize needs width, height or both')
  return {
    width: width ?? Math.max(1, Math.round(((height as number) * source.width) / source.height)),
    height: height ?? Math.max(1, Math.round(((width as number) * source.height) / source.width)),
  }
}
