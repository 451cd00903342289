import {
  type FaceDetection,
  nets,
  TinyFaceDetectorOptions,
} from '@vladmandic/face-api/dist/face-api.node-wasm.js'
import weights from '@vladmandic/face-api/model/tiny_face_detector_model.bin'
import layout from '@vladmandic/face-api/model/tiny_face_detector_model-weights_manifest.json' with {
  type: 'json',
}
import { defineFunction } from 'ndn-sfc'
import {
  type Box,
  imageExtension,
  imageSize,
  MAX_FACES,
  openImage,
  type Pixels,
  packFaces,
  toPixels,
} from '../lib/index.ts'
import { loadWeights, startTensorflow, withTensor } from '../lib/models/index.ts'

const detector = nets.tinyFaceDetector
/** Least of the sizes that the detector takes, in pixels; memory grows with its square. */
const WARM_UP_SIZE = 224

export default defineFunction<{ 'minimum-score': number; 'input-size': number }>({
  async prepare() {
    await startTensorflow()
    await loadWeights(detector, weights, layout)
    // The first run takes several times as long as the next.
    await detect({ data: new Uint8Array(3), width: 1, height: 1 }, WARM_UP_SIZE, 0.5)
  },

  async apply(photograph, { parameters }) {
    const { width, height } = await imageSize(photograph)
    const inputSize = parameters['input-size']
    const pixels = await toPixels(openImage(photograph).resize(inputSize, inputSize, { fit: 'inside' }))
    const faces = (await detect(pixels, inputSize, parameters['minimum-score']))
      .slice(0, MAX_FACES)
      .map(({ score, relativeBox }) => ({ score: round(score), box: clip(relativeBox, width, height) }))
      .filter(({ box }) => box.width > 0 && box.height > 0)
      .sort((a, b) => a.box.x - b.box.x || a.box.y - b.box.y)
    return packFaces({ width, height, faces }, { [`photograph.${imageExtension(photograph)}`]: photograph })
  },
})

/** Faces in the order of their scores. */
function detect(pixels: Pixels, inputSize: number, scoreThreshold: number): Promise<FaceDetection[]> {
  const options = new TinyFaceDetectorOptions({ inputSize, scoreThreshold })
  return withTensor(pixels, (tensor) => detector.locateFaces(tensor, options))
}

/** Whole pixels, inside the photograph: a face at its rim is often given a box beyond it. */
function clip(box: Box, width: number, height: number): Box {
  const left = Math.round(Math.max(0, box.x) * width)
  const top = Math.round(Math.max(0, box.y) * height)
  const right = Math.round(Math.min(1, box.x + box.width) * width)
  const bottom = Math.round(Math.min(1, box.y + box.height) * height)
  return { x: left, y: top, width: right - left, height: bottom - top }
}

function round(score: number): number {
  return Math.round(score * 1e4) / 1e4
}
