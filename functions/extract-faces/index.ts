import { defineFunction } from 'ndn-sfc'
import {
  type Box,
  type Face,
  fromPixels,
  openImage,
  packFaces,
  toJpeg,
  toPixels,
  unpackFaces,
} from '../lib/index.ts'

export default defineFunction<{ margin: number }>({
  async apply(archive, { parameters }) {
    const { list, files } = unpackFaces(archive)
    const photograph = Object.entries(files).find(([name]) => name.startsWith('photograph.'))?.[1]
    if (!photograph) throw new Error('the archive of faces has no photograph')

    const pixels = await toPixels(openImage(photograph))
    const faces: Face[] = []
    const crops: Record<string, Uint8Array> = {}
    for (const face of list.faces) {
      const crop = widen(face.box, parameters.margin, pixels)
      const number = faces.push({ ...face, crop })
      if (crop.width < 1 || crop.height < 1) throw new Error(`face ${number} is not in the photograph`)
      const region = { left: crop.x, top: crop.y, width: crop.width, height: crop.height }
      crops[`${number}.jpg`] = await toJpeg(fromPixels(pixels).extract(region))
    }
    return packFaces({ ...list, faces }, crops)
  },
})

/** The box with `margin` of its sides around it, as far as there is photograph. */
function widen(box: Box, margin: number, photograph: { width: number; height: number }): Box {
  const x = Math.max(0, Math.round(box.x - margin * box.width))
  const y = Math.max(0, Math.round(box.y - margin * box.height))
  const right = Math.min(photograph.width, Math.round(box.x + (1 + margin) * box.width))
  const bottom = Math.min(photograph.height, Math.round(box.y + (1 + margin) * box.height))
  return { x, y, width: right - x, height: bottom - y }
}
