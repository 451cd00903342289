import { defineFunction } from 'ndn-sfc'
import { openImage, toPixels } from '../lib/index.ts'

/** Values that a channel of a pixel can have. */
const LEVELS = 256

export default defineFunction<{ bins: number }>({
  async apply(image, { parameters: { bins } }) {
    const { data, width, height } = await toPixels(openImage(image))
    const counts = [0, 1, 2, 3].map(() => new Float64Array(LEVELS)) as [Counts, Counts, Counts, Counts]
    const [red, green, blue, brightness] = counts
    for (let i = 0; i < data.length; i += 3) {
      const [r, g, b] = [data[i] as number, data[i + 1] as number, data[i + 2] as number]
      add(red, r)
      add(green, g)
      add(blue, b)
      // ITU-R BT.601, as in JPEG.
      add(brightness, Math.round(0.299 * r + 0.587 * g + 0.114 * b))
    }
    const summary = {
      width,
      height,
      red: describe(red, bins),
      green: describe(green, bins),
      blue: describe(blue, bins),
      brightness: { ...describe(brightness, bins), entropy: round(entropy(brightness), 3) },
    }
    return `${JSON.stringify(summary)}\n`
  },
})

/** How many pixels have each value. */
type Counts = Float64Array

function add(counts: Counts, value: number): void {
  counts[value] = (counts[value] as number) + 1
}

function describe(counts: Counts, bins: number) {
  const pixels = sum(counts)
  const mean = sum(counts.map((count, value) => count * value)) / pixels
  const variance = sum(counts.map((count, value) => count * (value - mean) ** 2)) / pixels
  const width = LEVELS / bins
  const histogram = Array.from({ length: bins }, (_, bin) =>
    round(sum(counts.subarray(bin * width, (bin + 1) * width)) / pixels, 4),
  )
  return { mean: round(mean, 1), deviation: round(Math.sqrt(variance), 1), histogram }
}

/** Bits that it takes to tell the value of a pixel, if nothing is known of its neighbours. */
function entropy(counts: Counts): number {
  const pixels = sum(counts)
  return Math.abs(
    sum(counts.map((count) => (count === 0 ? 0 : (-count / pixels) * Math.log2(count / pixels)))),
  )
}

function sum(values: Counts): number {
  return values.reduce((total, value) => total + value, 0)
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits))
}
