import { defineFunction } from 'ndn-sfc'
import { checkPixels, cuts, gridOf, imageSize, openImage, toJpeg } from '../lib/index.ts'

export default defineFunction<{ index: number; of: number; columns?: number; scale: number }>({
  async apply(image, { parameters: { index, of, columns, scale } }) {
    if (index > of) throw new RangeError(`there is no tile ${index} of ${of}`)
    const grid = gridOf(of, columns)
    const { width, height } = await imageSize(image)
    if (width < grid.columns || height < grid.rows)
      throw new RangeError(
        `an image of ${width} × ${height} pixels has no ${grid.columns} × ${grid.rows} tiles`,
      )
    const across = part(width, grid.columns, (index - 1) % grid.columns)
    const down = part(height, grid.rows, Math.floor((index - 1) / grid.columns))
    const tile = openImage(image).extract({
      left: across.start,
      top: down.start,
      width: across.size,
      height: down.size,
    })
    const target = { width: scale * across.size, height: scale * down.size }
    checkPixels(target)
    return await toJpeg(scale === 1 ? tile : tile.resize({ ...target, fit: 'fill' }))
  },
})

function part(pixels: number, parts: number, index: number): { start: number; size: number } {
  const [start = 0, end = 0] = cuts(pixels, parts).slice(index)
  return { start, size: end - start }
}
