import { type AgeAndGenderPrediction, nets } from '@vladmandic/face-api/dist/face-api.node-wasm.js'
import weights from '@vladmandic/face-api/model/age_gender_model.bin'
import layout from '@vladmandic/face-api/model/age_gender_model-weights_manifest.json' with { type: 'json' }
import { defineFunction } from 'ndn-sfc'
import {
  type Box,
  imageSize,
  openImage,
  type Person,
  type Pixels,
  toPixels,
  unpackFaces,
} from '../lib/index.ts'
import { loadWeights, startTensorflow, withTensor } from '../lib/models/index.ts'

/** Width and height of what the model looks at, in pixels. */
const INPUT_SIZE = 112
/** Black bars where a face is not square, as face-api itself has them. */
const FIT = { fit: 'contain', background: 'black' } as const

const model = nets.ageGenderNet

export default defineFunction({
  async prepare() {
    await startTensorflow()
    await loadWeights(model, weights, layout)
  },

  async apply(archive) {
    const { list, files } = unpackFaces(archive)
    const people: Person[] = []
    for (const [index, { score, box, crop }] of list.faces.entries()) {
      const file = `${index + 1}.jpg`
      const image = files[file]
      if (!image) throw new Error(`the archive of crops has no ${file}`)
      const { age, gender, genderProbability } = await predict(await readFace(image, box, crop))
      people.push({ age: round(age, 1), gender, genderScore: round(genderProbability, 4), score, box })
    }
    return `${JSON.stringify({ people })}\n`
  },
})

/** The face alone: the model has learnt from faces without a margin, and is led astray by one. */
async function readFace(image: Uint8Array, box: Box, crop: Box | undefined): Promise<Pixels> {
  const size = await imageSize(image)
  const region = crop ? within(size, box, crop) : { left: 0, top: 0, ...size }
  const face = openImage(image).extract(region).resize(INPUT_SIZE, INPUT_SIZE, FIT)
  return await toPixels(face)
}

/** Where the box is in the image of the crop. */
function within(image: { width: number; height: number }, box: Box, crop: Box) {
  const left = clamp(box.x - crop.x, 0, image.width - 1)
  const top = clamp(box.y - crop.y, 0, image.height - 1)
  const width = clamp(box.width, 1, image.width - left)
  const height = clamp(box.height, 1, image.height - top)
  return { left, top, width, height }
}

async function predict(face: Pixels): Promise<AgeAndGenderPrediction> {
  return (await withTensor(face, (tensor) => model.predictAgeAndGender(tensor))) as AgeAndGenderPrediction
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits))
}

function clamp(value: number, minimum: number, maximum: number): number {
  return Math.min(Math.max(Math.round(value), minimum), maximum)
}
