import fc from 'fast-check'
import sharp from 'sharp'
import t from 'tap'
import { gridOf } from '../../functions/lib/index.ts'
import { readPhotograph, startFunction } from './bundle.ts'

const normalize = await startFunction(t, 'normalize')
const tile = await startFunction(t, 'tile')
const denoise = await startFunction(t, 'denoise')
const sharpen = await startFunction(t, 'sharpen')
const mosaic = await startFunction(t, 'mosaic')
const summary = await startFunction(t, 'summary')

interface Channel {
  readonly mean: number
  readonly deviation: number
  readonly histogram: readonly number[]
}

interface Summary extends Record<'red' | 'green' | 'blue', Channel> {
  readonly width: number
  readonly height: number
  readonly brightness: Channel & { readonly entropy: number }
}

async function summaryOf(image: Uint8Array, parameters?: Record<string, string>): Promise<Summary> {
  return JSON.parse((await summary.run(image, parameters)).toString()) as Summary
}

async function tilesOf(image: Uint8Array, of: number, more: Record<string, string> = {}): Promise<Buffer[]> {
  const tiles: Buffer[] = []
  for (let index = 1; index <= of; index++)
    tiles.push(await tile.run(image, { index: String(index), of: String(of), ...more }))
  return tiles
}

function plain(width: number, height: number, background = 'teal') {
  return sharp({ create: { width, height, channels: 3, background } })
}

async function sizeOf(image: Uint8Array): Promise<[number, number]> {
  const { width, height } = await sharp(image).metadata()
  return [width, height]
}

/** Peak signal-to-noise ratio of two images of the same size, in dB. */
async function likeness(a: Uint8Array, b: Uint8Array): Promise<number> {
  const [one, other] = await Promise.all([a, b].map((image) => sharp(image).raw().toBuffer()))
  let squares = 0
  const length = one?.length ?? 0
  for (let i = 0; i < length; i++) squares += ((one?.[i] ?? 0) - (other?.[i] ?? 0)) ** 2
  return 10 * Math.log10((255 * 255 * length) / squares)
}

t.test('the tiles of an image make that image again', async (t) => {
  const photograph = await readPhotograph(1)
  for (const [of, columns] of [
    [1, {}],
    [4, {}],
    [5, {}],
    [6, { columns: '2' }],
  ] as const) {
    const tiles = await tilesOf(photograph, of, { scale: '1', ...columns })
    const picture = await mosaic.run(tiles, columns)
    t.same(await sizeOf(picture), await sizeOf(photograph), `${of} tiles`)
    t.ok((await likeness(picture, photograph)) > 38, `${of} tiles: ${await likeness(picture, photograph)} dB`)
  }
})

t.test('in another order they do not', async (t) => {
  const photograph = await readPhotograph(1)
  const tiles = await tilesOf(photograph, 4, { scale: '1' })
  t.ok((await likeness(await mosaic.run(tiles.reverse()), photograph)) < 20)
})

t.test('whatever the size and number, tiles cover the image once', async () => {
  const side = fc.integer({ min: 12, max: 90 })
  await fc.assert(
    fc.asyncProperty(side, side, fc.integer({ min: 1, max: 12 }), async (width, height, of) => {
      const image = await plain(width, height).png().toBuffer()
      const tiles = await tilesOf(image, of, { scale: '1' })
      const sizes = await Promise.all(tiles.map(sizeOf))
      const area = sizes.reduce((sum, [w, h]) => sum + w * h, 0)
      const [made, high] = await sizeOf(await mosaic.run(tiles))
      return area === width * height && made === width && high === height
    }),
    { numRuns: 15 },
  )
})

t.test('about as many columns as rows, and no row that is not full', async (t) => {
  for (const [tiles, columns] of [
    [1, 1],
    [2, 2],
    [4, 2],
    [6, 3],
    [7, 7],
    [8, 4],
    [12, 4],
    [1024, 32],
  ] as const)
    t.same(gridOf(tiles), { columns, rows: tiles / columns })
  t.throws(() => gridOf(6, 4), { message: '6 tiles do not fill rows of 4' })
})

t.test('a tile is twice as large as what it shows, unless told otherwise', async (t) => {
  const image = await plain(101, 50).png().toBuffer()
  t.same(await sizeOf(await tile.run(image)), [2 * 51, 50])
  t.same(await sizeOf(await tile.run(image, { index: '2', scale: '3' })), [3 * 50, 75])
})

t.test('a tile that is not there, that has no pixels, or would have too many is refused', async (t) => {
  const image = await plain(40, 3).png().toBuffer()
  await t.rejects(tile.run(image, { index: '5' }), { message: 'there is no tile 5 of 4' })
  await t.rejects(tile.run(image, { of: '4', columns: '3' }), { message: '4 tiles do not fill rows of 3' })
  await t.rejects(tile.run(image, { of: '4', columns: '1' }), {
    message: 'an image of 40 × 3 pixels has no 1 × 4 tiles',
  })
  const large = await plain(4000, 3000).png().toBuffer()
  await t.rejects(tile.run(large, { of: '1' }), {
    code: 'image-too-large',
    message: 'the result would be 8000 × 6000, more than 25000000 pixels',
  })
})

t.test('tiles that do not fit together are refused', async (t) => {
  const [a, b, c] = await Promise.all(
    [plain(20, 10), plain(30, 10), plain(20, 12)].map((image) => image.png().toBuffer()),
  )
  const [A, B, C] = [a as Buffer, b as Buffer, c as Buffer]
  t.same(await sizeOf(await mosaic.run([A, B])), [50, 10])
  t.same(await sizeOf(await mosaic.run([A, C], { columns: '1' })), [20, 22])
  await t.rejects(mosaic.run([A, C]), {
    message: 'tile 2 has 20 × 12 pixels, where 20 × 10 fit into rows of 2 tiles',
  })
  await t.rejects(mosaic.run([A, B, B, A]), {
    message: 'tile 3 has 30 × 10 pixels, where 20 × 10 fit into rows of 2 tiles',
  })
  await t.rejects(mosaic.run([A, A, A], { columns: '2' }), { message: '3 tiles do not fill rows of 2' })
  const large = await plain(4000, 4000).png().toBuffer()
  await t.rejects(mosaic.run([large, large]), { code: 'image-too-large' })
  await t.rejects(mosaic.run([A, Buffer.from('x')]), { code: 'image-format' })
})

t.test('normalize stretches the contrast to the full range', async (t) => {
  const pale = await sharp(await readPhotograph(2))
    .resize(400)
    .linear(0.3, 90)
    .png()
    .toBuffer()
  const [before, after] = [await summaryOf(pale), await summaryOf(await normalize.run(pale))]
  t.ok(after.brightness.deviation > 2 * before.brightness.deviation)
  t.equal(before.brightness.histogram[0], 0)
  t.ok((after.brightness.histogram[0] ?? 0) > 0 && (after.brightness.histogram.at(-1) ?? 0) > 0)
  const clipped = await summaryOf(await normalize.run(pale, { clip: '20' }))
  t.ok(clipped.brightness.deviation > after.brightness.deviation)
})

t.test('denoise takes single pixels away and leaves edges', async (t) => {
  const dot = await plain(1, 1, 'white').png().toBuffer()
  const half = await plain(50, 40, 'white').png().toBuffer()
  const noisy = await plain(100, 40, 'black')
    .composite([
      { input: half, left: 50, top: 0 },
      { input: dot, left: 20, top: 20 },
    ])
    .png()
    .toBuffer()
  const clean = await sharp(await denoise.run(noisy))
    .extractChannel(0)
    .raw()
    .toBuffer()
  t.ok((clean[20 * 100 + 20] as number) < 20, 'the dot is gone')
  t.ok((clean[20 * 100 + 48] as number) < 60 && (clean[20 * 100 + 52] as number) > 200, 'the edge is not')
  const grainy = await sharp(await readPhotograph(1))
    .resize(300)
    .png()
    .toBuffer()
  const entropies = []
  for (const size of ['3', '9', '15'])
    entropies.push((await sharp(await denoise.run(grainy, { size })).stats()).sharpness)
  t.same(
    [...entropies].sort((a, b) => b - a),
    entropies,
    'the larger the square, the smoother',
  )
})

t.test('sharpen makes edges stronger, and more so further around them', async (t) => {
  const soft = await sharp(await readPhotograph(1))
    .resize(400)
    .blur(2)
    .png()
    .toBuffer()
  const sharpness = [(await sharp(soft).stats()).sharpness]
  for (const sigma of ['0.5', '3'])
    sharpness.push((await sharp(await sharpen.run(soft, { sigma })).stats()).sharpness)
  t.same(
    [...sharpness].sort((a, b) => a - b),
    sharpness,
  )
  t.ok((sharpness[2] as number) > 1.5 * (sharpness[0] as number))
})

t.test('the summary says size, colours and contrast', async (t) => {
  const even = await summaryOf(await plain(30, 20, '#c86400').png().toBuffer(), { bins: '4' })
  t.same(even, {
    width: 30,
    height: 20,
    red: { mean: 200, deviation: 0, histogram: [0, 0, 0, 1] },
    green: { mean: 100, deviation: 0, histogram: [0, 1, 0, 0] },
    blue: { mean: 0, deviation: 0, histogram: [1, 0, 0, 0] },
    brightness: { mean: 119, deviation: 0, histogram: [0, 1, 0, 0], entropy: 0 },
  })
  const half = await plain(15, 20, 'white').png().toBuffer()
  const two = await plain(30, 20, 'black')
    .composite([{ input: half, left: 15, top: 0 }])
    .png()
    .toBuffer()
  t.match(await summaryOf(two, { bins: '2' }), {
    brightness: { mean: 127.5, deviation: 127.5, histogram: [0.5, 0.5], entropy: 1 },
  })
  const { red, brightness } = await summaryOf(await readPhotograph(1))
  t.equal(red.histogram.length, 16)
  t.ok(Math.abs(red.histogram.reduce((sum, share) => sum + share, 0) - 1) < 0.001)
  t.ok(brightness.entropy > 5 && brightness.entropy < 8)
})

t.test('the summary refuses what is no image', async (t) => {
  await t.rejects(summary.run(Buffer.from('text')), { code: 'image-format' })
  const photograph = await readPhotograph(1)
  await t.rejects(summary.run(photograph.subarray(0, photograph.length >> 1)), { code: 'image-broken' })
})

t.test('the whole workflow: four tiles of a photograph, each better than before', async (t) => {
  const photograph = await readPhotograph(4)
  const [width, height] = await sizeOf(photograph)
  const tiles = []
  for (const piece of await tilesOf(await normalize.run(photograph), 4))
    tiles.push(await sharpen.run(await denoise.run(piece)))
  const picture = await mosaic.run(tiles)
  t.same(await sizeOf(picture), [2 * width, 2 * height])
  const back = await sharp(picture).resize(width, height).toBuffer()
  t.ok((await likeness(back, await normalize.run(photograph))) > 25, 'it still shows what it showed')
  t.match(await summaryOf(picture), { width: 2 * width, height: 2 * height })
})
