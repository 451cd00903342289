import { randomBytes } from 'node:crypto'
import { appendFile, chmod, copyFile, cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { FunctionStatus } from '../../src/control/index.ts'
import { shippedFunctions } from '../../src/router/index.ts'
import type { Cleanup } from '../cleanup.ts'
import type { Figure } from '../figures.ts'
import { Samples } from '../samples.ts'
import { removeImages } from './images.ts'
import { nodeName } from './ndn-chain.ts'
import { type EngineName, NodeProcess } from './node-process.ts'

const NODE_MODULES = fileURLToPath(new URL('../../../node_modules', import.meta.url))

/** How long a node is left alone before its memory is read, in milliseconds. */
const IDLE_MS = 1000

export interface UpOptions {
  readonly engines: readonly EngineName[]
  readonly rounds: number
  /** Folder for state. */
  readonly folder: string
  readonly cleanup: Cleanup
  readonly progress: (message: string) => void
}

/** Time from `ndn-sfc up` to ready with all functions that ship: the first time, and with all made already. */
export async function measureUp(options: UpOptions): Promise<Figure[]> {
  const samples = new Samples()
  for (const engine of options.engines) {
    const start = await prepareFirstTime(engine, options)
    for (let round = 0; round <= options.rounds; round++) {
      options.progress(
        round === 0 ? `${engine}: up for the first time` : `${engine}: up ${round}/${options.rounds}`,
      )
      const node = await start()
      const impl = `ndn-sfc/${engine}`
      const name = round === 0 ? 'up to ready, first time' : 'up to ready'
      samples.add(name, impl, 'ms', node.startTime)
      await delay(round === 0 ? 0 : IDLE_MS)
      if (round > 0)
        samples.add('memory of the idle router', impl, 'MiB', (await node.status()).memory / 2 ** 20)
      await node.stop()
    }
  }
  return samples.figures()
}

/**
 * Copies of the functions, and for docker of Node.js, that differ from the originals in what is of no matter. So every
 * artifact and every image has to be made, and the images that this machine has stay as they are.
 */
async function prepareFirstTime(
  engine: EngineName,
  { folder, cleanup }: UpOptions,
): Promise<() => Promise<NodeProcess>> {
  const root = join(folder, `up-${engine}`)
  const sources = await shippedFunctions()
  await mkdir(root)
  await symlink(NODE_MODULES, join(root, 'node_modules'))
  // The folder itself may be a link, and what is behind it must not be changed.
  await cp(dirname(sources[0] as string), join(root, 'functions'), { recursive: true, dereference: true })
  const functions = sources.map((source) => source.replace(dirname(source), join(root, 'functions')))
  for (const path of functions) await changeVersion(join(path, 'function.yaml'))
  const executable = engine === 'docker' ? await copyNode(root) : process.execPath

  let running: NodeProcess | undefined
  let made: readonly FunctionStatus[] = []
  cleanup.add(async () => {
    await running?.stop()
    if (engine === 'docker') await removeImages(made, true)
  })
  return async () => {
    running = await NodeProcess.start({
      engine,
      home: join(root, 'home'),
      name: nodeName(`${engine}-up`),
      functions,
      executable,
      cleanup,
    })
    made = await running.functions()
    return running
  }
}

async function changeVersion(file: string): Promise<void> {
  const text = await readFile(file, 'utf8')
  const changed = text.replace(/^version: .*$/m, `version: 0.0.${process.pid}`)
  if (changed === text) throw new Error(`${file} has no version`)
  await writeFile(file, changed)
}

/** An executable may have octets after its end; with them its image is another. */
async function copyNode(folder: string): Promise<string> {
  const copy = join(folder, 'node')
  await copyFile(process.execPath, copy)
  await appendFile(copy, randomBytes(16))
  await chmod(copy, 0o755)
  return copy
}
