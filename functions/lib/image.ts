import sharp, { type Sharp } from 'sharp'

/** Most pixels of an image that is decoded, or made. Work on so many takes up to 300 MB. */
export const MAX_PIXELS = 25_000_000
/** Quality of every JPEG that is made, from 1 to 100. */
const JPEG_QUALITY = 90

// An instance has one vCPU, and asks for each image once.
sharp.concurrency(1)
sharp.cache(false)

type ImageErrorCode = 'image-format' | 'image-broken' | 'image-too-large'

/** An image that cannot be worked on. */
export class ImageError extends Error {
  override readonly name = 'ImageError'
  readonly code: ImageErrorCode

  constructor(code: ImageErrorCode, message: string, cause?: unknown) {
    super(message, { cause })
    this.code = code
  }
}

/** Pixels, row by row from the top, three bytes each: red, green, blue. */
export interface Pixels {
  readonly data: Uint8Array
  readonly width: number
  readonly height: number
}

/**
 * Tells a JPEG, PNG or WebP image by its first bytes. Other formats are refused before any decoder sees them.
 * @returns the usual file extension.
 * @throws ImageError
 */
export function imageExtension(bytes: Uint8Array): 'jpg' | 'png' | 'webp' {
  const head = Buffer.from(bytes.subarray(0, 12)).toString('latin1')
  if (head.startsWith('\xff\xd8\xff')) return 'jpg'
  if (head.startsWith('\x89PNG\r\n\x1a\n')) return 'png'
  if (head.startsWith('RIFF') && head.endsWith('WEBP')) return 'webp'
  const found = bytes.length === 0 ? 'it is empty' : `it begins with "${printable(head)}"`
  throw new ImageError('image-format', `the input is no JPEG, PNG or WebP image: ${found}`)
}

/**
 * Opens a JPEG, PNG or WebP image, upright as its EXIF orientation says, on white where it is transparent.
 * @throws ImageError
 */
export function openImage(bytes: Uint8Array): Sharp {
  imageExtension(bytes)
  // Decoders warn of many a harmless thing; truncated and broken pixels are errors.
  return sharp(bytes, { limitInputPixels: MAX_PIXELS, failOn: 'error' })
    .autoOrient()
    .flatten({ background: 'white' })
}

/** Width and height of an image as it is seen, upright. @throws ImageError */
export async function imageSize(bytes: Uint8Array): Promise<{ width: number; height: number }> {
  const { autoOrient } = await explain(openImage(bytes).metadata())
  return autoOrient
}

/** @throws ImageError where an image of this size may not be made */
export function checkPixels({ width, height }: { width: number; height: number }): void {
  if (width * height <= MAX_PIXELS) return
  throw new ImageError(
    'image-too-large',
    `the result would be ${width} × ${height}, more than ${MAX_PIXELS} pixels`,
  )
}

/** @throws ImageError if the image proves broken or too large. */
export function toJpeg(image: Sharp): Promise<Uint8Array> {
  return explain(image.jpeg({ quality: JPEG_QUALITY }).toBuffer())
}

/** @throws ImageError if the image proves broken or too large. */
export function toPng(image: Sharp): Promise<Uint8Array> {
  return explain(image.png().toBuffer())
}

/** @throws ImageError if the image proves broken or too large. */
export async function toPixels(image: Sharp): Promise<Pixels> {
  const { data, info } = await explain(
    image.toColourspace('srgb').removeAlpha().raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true }),
  )
  return { data, width: info.width, height: info.height }
}

/** The image that {@link toPixels} decoded. */
export function fromPixels({ data, width, height }: Pixels): Sharp {
  return sharp(data, { raw: { width, height, channels: 3 } })
}

async function explain<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (cause) {
    const reason = (cause as Error).message.trim()
    if (/pixel limit/i.test(reason)) {
      throw new ImageError('image-too-large', `the image has more than ${MAX_PIXELS} pixels`, cause)
    }
    throw new ImageError('image-broken', `the image cannot be read: ${reason}`, cause)
  }
}

function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '.')
}
