import fc from 'fast-check'
import sharp from 'sharp'
import t from 'tap'
import { type RunningFunction, readPhotograph, startFunction } from './bundle.ts'

const resize = await startFunction(t, 'resize')
const grayscale = await startFunction(t, 'grayscale')
const edges = await startFunction(t, 'edges')
const thumbnail = await startFunction(t, 'thumbnail')
const ALL: { run: RunningFunction['run']; parameters?: Record<string, string> }[] = [
  { run: resize.run, parameters: { width: '64' } },
  { run: grayscale.run },
  { run: edges.run },
  { run: thumbnail.run },
]
for (const name of ['normalize', 'denoise', 'sharpen', 'mosaic'])
  ALL.push({ run: (await startFunction(t, name)).run })
// The last one: for those above, what is missing of a truncated image may not matter.
ALL.push({ run: (await startFunction(t, 'tile')).run, parameters: { index: '4' } })

function plain(width: number, height: number, background = 'teal') {
  return sharp({ create: { width, height, channels: 3, background } })
}

async function sizeOf(image: Buffer): Promise<[number, number]> {
  const { width, height } = await sharp(image).metadata()
  return [width, height]
}

t.test('one side given, the aspect ratio is kept', async (t) => {
  for (const number of [1, 2, 3, 4, 5, 6]) {
    const photograph = await readPhotograph(number)
    const [width, height] = await sizeOf(photograph)
    const narrow = await resize.run(photograph, { width: '640' })
    t.same(await sizeOf(narrow), [640, Math.round((640 * height) / width)])
    const low = await resize.run(photograph, { height: '100' })
    t.same(await sizeOf(low), [Math.round((100 * width) / height), 100])
    t.equal((await sharp(narrow).metadata()).format, 'jpeg')
  }
})

t.test('both sides given, the image has exactly that size', async (t) => {
  t.same(await sizeOf(await resize.run(await readPhotograph(1), { width: '33', height: '77' })), [33, 77])
})

t.test('whatever the shape, a side that is worked out is at least one pixel', async () => {
  const side = fc.integer({ min: 1, max: 400 })
  await fc.assert(
    fc.asyncProperty(side, side, fc.integer({ min: 1, max: 50 }), async (width, height, target) => {
      const image = await plain(width, height).png().toBuffer()
      const [low, narrow] = [
        await sizeOf(await resize.run(image, { width: String(target) })),
        await sizeOf(await resize.run(image, { height: String(target) })),
      ]
      return (
        low[0] === target &&
        low[1] === Math.max(1, Math.round((target * height) / width)) &&
        narrow[0] === Math.max(1, Math.round((target * width) / height)) &&
        narrow[1] === target
      )
    }),
    { numRuns: 40 },
  )
})

t.test('resize without a size says what it needs', async (t) => {
  await t.rejects(resize.run(await readPhotograph(1)), { message: 'resize needs width, height or both' })
})

t.test('a result of too many pixels is refused before it is made', async (t) => {
  await t.rejects(resize.run(await readPhotograph(1), { width: '16384', height: '16384' }), {
    code: 'image-too-large',
    message: /16384 × 16384, more than 25000000 pixels/,
  })
  const thread = await plain(1, 4000).png().toBuffer()
  await t.rejects(resize.run(thread, { width: '5000' }), { code: 'image-too-large' })
})

t.test('grayscale leaves size and shape, and no colour', async (t) => {
  const photograph = await readPhotograph(3)
  const gray = await grayscale.run(photograph)
  t.same(await sizeOf(gray), await sizeOf(photograph))
  t.match(await sharp(gray).metadata(), { format: 'jpeg', channels: 1 })
  t.ok(await isGray(gray))
  t.notOk(await isGray(photograph), 'it had colour before')
  const { entropy } = await sharp(gray).stats()
  t.ok(entropy > 5, 'and still shows something')
})

async function isGray(image: Buffer): Promise<boolean> {
  const pixels = await sharp(image).toColourspace('srgb').raw().toBuffer()
  for (let i = 0; i < pixels.length; i += 3) {
    if (pixels[i] !== pixels[i + 1] || pixels[i] !== pixels[i + 2]) return false
  }
  return true
}

t.test('edges shows a line where the picture changes, and nothing where it is even', async (t) => {
  const half = await plain(50, 40, 'white').png().toBuffer()
  const picture = await plain(100, 40, 'black')
    .composite([{ input: half, left: 50, top: 0 }])
    .png()
    .toBuffer()
  const drawn = await edges.run(picture)
  t.match(await sharp(drawn).metadata(), { format: 'png', width: 100, height: 40, channels: 1 })
  const pixels = await sharp(drawn).extractChannel(0).raw().toBuffer()
  const row = [...pixels.subarray(20 * 100, 21 * 100)]
  t.ok(Math.max(...row.slice(45, 55)) > 200, 'bright at the edge')
  t.same(
    [...row.slice(2, 40), ...row.slice(60, 98)].filter((value) => value !== 0),
    [],
    'black elsewhere',
  )
  t.same(await sizeOf(await edges.run(await readPhotograph(1))), [1920, 1280])
})

t.test('more blur leaves fewer edges', async (t) => {
  const photograph = await readPhotograph(1)
  const brightness = []
  for (const blur of ['0.3', '1', '3']) {
    const { channels } = await sharp(await edges.run(photograph, { blur })).stats()
    brightness.push(channels[0]?.mean ?? 0)
  }
  t.same(
    [...brightness].sort((a, b) => b - a),
    brightness,
  )
  t.ok(brightness.at(-1), 'but some')
})

t.test('thumbnails are square, whatever the image', async (t) => {
  for (const image of [await readPhotograph(1), await plain(30, 900).png().toBuffer()]) {
    const small = await thumbnail.run(image)
    t.match(await sharp(small).metadata(), { format: 'jpeg', width: 128, height: 128 })
    t.same(await sizeOf(await thumbnail.run(image, { size: '64' })), [64, 64])
  }
})

t.test('a thumbnail shows the middle', async (t) => {
  const middle = await plain(100, 100, 'red').png().toBuffer()
  const wide = await plain(300, 100, 'blue')
    .composite([{ input: middle, left: 100, top: 0 }])
    .png()
    .toBuffer()
  const { dominant } = await sharp(await thumbnail.run(wide)).stats()
  t.ok(dominant.r > 200 && dominant.b < 50)
})

t.test('the same image gives the same bytes', async (t) => {
  const photograph = await readPhotograph(2)
  for (const { run, parameters } of ALL) {
    t.same(await run(photograph, parameters), await run(photograph, parameters))
  }
})

t.test('JPEG, PNG and WebP are read, with transparency and in gray', async (t) => {
  const small = sharp(await readPhotograph(1)).resize(96)
  const images = [
    await small.clone().jpeg().toBuffer(),
    await small.clone().webp().toBuffer(),
    await small.clone().ensureAlpha(0.5).png().toBuffer(),
    await small.clone().grayscale().png().toBuffer(),
    await small.clone().toColourspace('cmyk').jpeg().toBuffer(),
  ]
  for (const image of images) {
    for (const { run, parameters } of ALL) t.ok((await sizeOf(await run(image, parameters)))[0] > 0)
  }
})

t.test('what is transparent becomes white', async (t) => {
  const clear = { create: { width: 40, height: 40, channels: 4, background: '#0000' } } as const
  const { dominant } = await sharp(await thumbnail.run(await sharp(clear).png().toBuffer())).stats()
  t.ok(dominant.r > 240 && dominant.g > 240 && dominant.b > 240)
})

t.test('an image that lies on its side is turned upright', async (t) => {
  const image = await plain(40, 20).withMetadata({ orientation: 6 }).jpeg().toBuffer()
  t.same(await sizeOf(await grayscale.run(image)), [20, 40])
  t.same(await sizeOf(await resize.run(image, { width: '10' })), [10, 20])
})

t.test('what is no image, or one of another format, is refused with what it begins with', async (t) => {
  const gif = await plain(8, 8).gif().toBuffer()
  const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')
  for (const { run, parameters } of ALL) {
    await t.rejects(run(Buffer.alloc(0), parameters), { code: 'image-format', message: /it is empty/ })
    await t.rejects(run(gif, parameters), { code: 'image-format', message: /it begins with "GIF89a/ })
    await t.rejects(run(svg, parameters), { code: 'image-format', message: /it begins with "<svg / })
  }
})

t.test('a truncated or broken image is an error, never half a picture', async (t) => {
  const photograph = await readPhotograph(1)
  const garbled = Buffer.from(photograph.subarray(0, 4000)).fill(0x55, 20)
  for (const { run, parameters } of ALL) {
    for (const broken of [
      photograph.subarray(0, photograph.length >> 1),
      garbled,
      photograph.subarray(0, 12),
    ]) {
      await t.rejects(run(broken, parameters), {
        code: 'image-broken',
        message: /^the image cannot be read: ./,
      })
    }
  }
})

t.test('an image of too many pixels is refused, however few bytes it has', async (t) => {
  const huge = await plain(6000, 6000).png({ compressionLevel: 9 }).toBuffer()
  t.ok(huge.length < 2 ** 18)
  for (const { run, parameters } of ALL) {
    await t.rejects(run(huge, parameters), {
      code: 'image-too-large',
      message: 'the image has more than 25000000 pixels',
    })
  }
})
