import { defineFunction } from 'ndn-sfc'
import {
  checkPixels,
  fromPixels,
  gridOf,
  imageSize,
  openImage,
  type Pixels,
  toJpeg,
  toPixels,
} from '../lib/index.ts'

interface Size {
  readonly width: number
  readonly height: number
}

export default defineFunction<{ columns?: number }>({
  async apply(_, { inputs, parameters }) {
    const tiles = inputs.map(({ content }) => content)
    const { columns } = gridOf(tiles.length, parameters.columns)
    const sizes = await Promise.all(tiles.map(imageSize))
    for (const [i, size] of sizes.entries()) checkFits(i, size, sizes, columns)
    const lefts = starts(sizes.slice(0, columns).map(({ width }) => width))
    const tops = starts(sizes.filter((_, i) => i % columns === 0).map(({ height }) => height))
    const [width, height] = [lefts.at(-1) as number, tops.at(-1) as number]
    checkPixels({ width, height })

    const picture = { width, height, data: new Uint8Array(3 * width * height) }
    // One after the other, so that no more than one is decoded at a time.
    for (const [i, tile] of tiles.entries()) {
      const left = lefts[i % columns] as number
      copy(await toPixels(openImage(tile)), picture, left, tops[Math.floor(i / columns)] as number)
    }
    return await toJpeg(fromPixels(picture))
  },
})

/** Whether a tile is as high as the first of its row, and as wide as the first of its column. */
function checkFits(index: number, size: Size, sizes: readonly Size[], columns: number): void {
  const row = Math.floor(index / columns)
  const { height } = sizes[row * columns] as Size
  const { width } = sizes[index % columns] as Size
  if (size.width === width && size.height === height) return
  throw new RangeError(
    `tile ${index + 1} has ${size.width} × ${size.height} pixels, where ${width} × ${height} fit into rows of ${columns} tiles`,
  )
}

/** Where each part begins, and where the last ends. */
function starts(sizes: readonly number[]): number[] {
  const all = [0]
  for (const size of sizes) all.push((all.at(-1) as number) + size)
  return all
}

function copy(tile: Pixels, picture: Pixels, left: number, top: number): void {
  for (let y = 0; y < tile.height; y++) {
    const row = tile.data.subarray(3 * y * tile.width, 3 * (y + 1) * tile.width)
    picture.data.set(row, 3 * ((top + y) * picture.width + left))
  }
}
