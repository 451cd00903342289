import { readFile } from 'node:fs/promises'
import { parseCpuList } from './cpu-list.ts'
import { EngineError, type InstanceSpec } from './engine.ts'
import { findProgram } from './host-files.ts'

/** Keeps processes on the CPUs that they are given, by `taskset` (util-linux): Node.js cannot. */
export class Pinning {
  readonly #warn: (message: string) => void
  #taskset: Promise<string | undefined> | undefined

  /** @param warn - is told what cannot be had here. */
  constructor(warn: (message: string) => void) {
    this.#warn = warn
  }

  /**
   * What comes before a command, so that it runs on an instance's CPUs alone. It is replaced by the command and leaves no process.
   * @throws EngineError `start-failed` if there is no such CPU here
   */
  async commandPrefix({ id, cpus = [] }: Pick<InstanceSpec, 'id' | 'cpus'>): Promise<string[]> {
    if (cpus.length === 0) return []
    await checkCpus(id, cpus)
    this.#taskset ??= findProgram('taskset').catch(() => undefined)
    const taskset = await this.#taskset
    if (taskset !== undefined) return [taskset, '-c', cpus.join(',')]
    this.#warn('instances run on any CPU, since there is no program taskset here: install util-linux')
    return []
  }
}

/** The kernel itself leaves out of a list what it does not have. */
async function checkCpus(id: string, cpus: readonly number[]): Promise<void> {
  const status = await readFile('/proc/self/status', 'latin1').catch(() => '')
  const list = /^Cpus_allowed_list:\s*(\S+)$/m.exec(status)?.[1]
  const usable = parseCpuList(list)
  const missing = cpus.filter((cpu) => usable?.includes(cpu) === false)
  if (missing.length === 0) return
  const message = `${id} cannot run on CPU ${missing.join(', ')}: this node can use ${list}; give it one of these`
  throw new EngineError('start-failed', message)
}
