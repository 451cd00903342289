import { once } from 'node:events'
import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { build } from 'esbuild'
import { loadManifest, type Manifest, readParameters } from '../../src/function/index.ts'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))

/** The functions that ship. */
export const FUNCTIONS = join(ROOT, 'functions')

/** What stands around the function in the worker: no network, and a line to the test. */
const HARNESS = `
import { parentPort } from 'node:worker_threads'
import definition from './index.ts'
globalThis.fetch = (url) => { throw new Error('a function has no network, and asked for ' + url) }
await definition.prepare?.()
parentPort.on('message', async ({ contents, parameters }) => {
  const inputs = contents.map((content) => ({ name: '/test', mediaType: 'application/octet-stream', content }))
  const context = { parameters, input: inputs[0], inputs, log() {},
    signal: new AbortController().signal, deadline: Date.now() + 10_000 }
  try {
    const result = await definition.apply(contents[0], context)
    const output = typeof result === 'string' ? new TextEncoder().encode(result) : new Uint8Array(result)
    parentPort.postMessage({ output, tensors: globalThis._tfengine?.memory().numTensors })
  } catch (error) {
    parentPort.postMessage({ error, code: error.code })
  }
})
parentPort.postMessage({})
`

/** A function that ships, bundled as it is for an instance, in a thread of its own. */
export interface RunningFunction {
  readonly manifest: Manifest
  /** Tensors that were held after the last piece of work. */
  readonly tensors: number | undefined
  /** One piece of work, on one input or several. Rejects with what the function throws. */
  run(input: Uint8Array | readonly Uint8Array[], parameters?: Record<string, string>): Promise<Buffer>
}

interface Report {
  readonly output?: Uint8Array
  readonly tensors?: number
  readonly error?: Error
  /** The error's, which is lost on the way between threads. */
  readonly code?: string
}

/** Bundles and starts the function in `functions/NAME`, until the test ends. */
export async function startFunction(
  t: { teardown(end: () => Promise<unknown>): void },
  name: string,
): Promise<RunningFunction> {
  const directory = join(FUNCTIONS, name)
  const manifest = await loadManifest(directory)
  const bundle = await mkdtemp(join(tmpdir(), `ndn-sfc-${name}-`))
  t.teardown(() => rm(bundle, { recursive: true, force: true }))
  await symlink(join(ROOT, 'node_modules'), join(bundle, 'node_modules'))
  await build({
    stdin: { contents: HARNESS, resolveDir: directory, sourcefile: 'harness.ts', loader: 'ts' },
    outfile: join(bundle, 'main.mjs'),
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    external: [...manifest.packages],
    alias: { 'ndn-sfc': join(ROOT, 'src/function/define.ts') },
    loader: { '.bin': 'file', '.wasm': 'file' },
    banner: { js: COMMONJS_GLOBALS },
    logLevel: 'error',
  })
  const worker = new Worker(join(bundle, 'main.mjs'))
  t.teardown(() => worker.terminate())
  await once(worker, 'message')
  let tensors: number | undefined

  return {
    manifest,
    get tensors() {
      return tensors
    },
    async run(input, parameters = {}) {
      const entries = Object.entries(parameters).map(([key, value]) => ({ key, value }))
      worker.postMessage({ contents: [input].flat(), parameters: readParameters(manifest, entries) })
      const [report] = (await once(worker, 'message')) as [Report]
      if (report.error) throw Object.assign(report.error, { code: report.code })
      tensors = report.tensors
      return Buffer.from(report.output as Uint8Array)
    },
  }
}

/** For CommonJS packages that require Node's own modules. */
const COMMONJS_GLOBALS = `
import { createRequire as $createRequire } from 'node:module'
import { dirname as $dirname } from 'node:path'
import { fileURLToPath as $fileURLToPath } from 'node:url'
const require = $createRequire(import.meta.url)
const __filename = $fileURLToPath(import.meta.url)
const __dirname = $dirname(__filename)
`

/** Photographs with people, 1 to 6, 1920 pixels wide. */
export function readPhotograph(number: number): Promise<Buffer> {
  return readFile(join(ROOT, `node_modules/@vladmandic/face-api/demo/sample${number}.jpg`))
}
