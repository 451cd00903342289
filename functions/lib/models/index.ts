import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm'
import plain from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm'
import simd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm'
import * as tf from '@tensorflow/tfjs-core'
import type { Pixels } from '../index.ts'

/** The part of a model's `…-weights_manifest.json` that says how its `.bin` is laid out. */
type WeightsManifest = readonly { readonly weights: readonly object[] }[]

/** One of face-api's models. Its declarations have tensor types of their own, hence `never`. */
interface Model {
  loadFromWeightMap(weights: never): void
}

/** Starts the WASM backend, from files beside the bundle: an instance has no network to fetch them from. */
export async function startTensorflow(): Promise<void> {
  // An instance has one vCPU.
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false)
  setWasmPaths({
    'tfjs-backend-wasm.wasm': pathOf(plain),
    'tfjs-backend-wasm-simd.wasm': pathOf(simd),
    // All three must be named; threads being off, this one is never asked for.
    'tfjs-backend-wasm-threaded-simd.wasm': pathOf(simd),
  })
  if (!(await tf.setBackend('wasm'))) throw new Error('the WASM backend of TensorFlow.js does not start')
}

/** Loads the weights of one of face-api's models from its `.bin`. */
export async function loadWeights(model: Model, bin: string, manifest: WeightsManifest): Promise<void> {
  const { buffer, byteOffset, byteLength } = await readFile(pathOf(bin))
  const specs = manifest.flatMap(({ weights }) => weights) as tf.io.WeightsManifestEntry[]
  const weights = tf.io.decodeWeights(buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer, specs)
  model.loadFromWeightMap(weights as never)
}

/** Runs `work` on pixels as a tensor [height, width, 3] of 0 to 255, which is gone when the work is done. */
export async function withTensor<T>(pixels: Pixels, work: (tensor: tf.Tensor3D) => Promise<T>): Promise<T> {
  const tensor = tf.tensor3d(pixels.data, [pixels.height, pixels.width, 3], 'int32')
  try {
    return await work(tensor)
  } finally {
    tensor.dispose()
  }
}

function pathOf(asset: string): string {
  return fileURLToPath(new URL(asset, import.meta.url))
}
