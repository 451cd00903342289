import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { type Artifact, buildArtifact, createEngine, type Engine } from '../../src/engine/index.ts'
import type { Cleanup } from '../cleanup.ts'
import type { Figure } from '../figures.ts'
import { Samples } from '../samples.ts'
import { removeImages } from './images.ts'
import { InstanceDoor } from './instance-door.ts'
import { functionModule, nodeName } from './ndn-chain.ts'
import type { EngineName } from './node-process.ts'

const FUNCTION = 'copy-1'

/** How long an instance is left alone before its memory is read, in milliseconds. */
const IDLE_MS = 1000

export interface InstanceOptions {
  readonly engines: readonly EngineName[]
  readonly rounds: number
  /** Folder for state. */
  readonly folder: string
  readonly cleanup: Cleanup
  readonly progress: (message: string) => void
}

interface Subject {
  readonly name: string
  readonly engine: Engine
  readonly artifact: Artifact
  readonly home: string
}

/** Time from `engine.start` (for docker: create, attach, start) to an instance's first answer, and its memory. */
export async function measureInstance(options: InstanceOptions): Promise<Figure[]> {
  const samples = new Samples()
  const subjects: Subject[] = []
  for (const engine of options.engines) subjects.push(await newSubject(engine, options))
  for (let round = 0; round < options.rounds; round++) {
    for (const subject of subjects) {
      const { connected, answered, memory } = await startOnce(subject, round)
      samples.add('instance: start to connected', subject.name, 'ms', connected)
      samples.add('instance: start to first answer', subject.name, 'ms', answered)
      samples.add('memory of an idle function', subject.name, 'MiB', memory / 2 ** 20)
      options.progress(
        `instance ${round + 1}/${options.rounds} ${subject.name}: answered after ${answered.toFixed(0)} ms`,
      )
    }
  }
  return samples.figures()
}

async function newSubject(kind: EngineName, { folder, cleanup }: InstanceOptions): Promise<Subject> {
  const home = join(folder, `instance-${kind}`)
  await mkdir(home)
  const artifact = await buildArtifact(functionModule(FUNCTION), { cacheDirectory: join(home, 'artifacts') })
  if (kind === 'docker') cleanup.add(() => removeImages([{ name: FUNCTION, digest: artifact.digest }], false))
  const { engine } = await createEngine(kind, {
    nodeName: nodeName(`${kind}-instance`),
    stateDirectory: home,
  })
  cleanup.add(() => engine.close())
  await engine.prepare(artifact)
  return { name: `ndn-sfc/${kind}`, engine, artifact, home }
}

/** Starts an instance, asks it for one piece of work and stops it. Milliseconds and bytes. */
async function startOnce(
  { engine, artifact, home }: Subject,
  round: number,
): Promise<{ connected: number; answered: number; memory: number }> {
  const door = await InstanceDoor.open(join(home, `door-${round}`), FUNCTION, artifact.digest)
  const id = `${FUNCTION}-${round}`
  try {
    const began = performance.now()
    await engine.start({ id, artifact, doorDirectory: door.folder })
    const ask = await door.connected()
    const connected = performance.now() - began
    await ask()
    const answered = performance.now() - began
    await delay(IDLE_MS)
    const { memory } = await engine.stats(id)
    return { connected, answered, memory }
  } finally {
    await engine.stop(id, 0)
    await door.close()
  }
}
