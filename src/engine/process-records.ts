import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { nodeSlug } from './node-slug.ts'
import { processIdentity } from './process-info.ts'

/** A child process of this node, as written down for the case that the node crashes. */
export interface ProcessRecord {
  readonly id: string
  readonly pid: number
  /** See `processIdentity`. */
  readonly identity: string
  readonly function: string
  readonly digest: string
  /** Milliseconds since the epoch. */
  readonly startedAt: number
}

/** One file for each running instance of a node in the node's state folder. */
export class ProcessRecords {
  readonly #directory: string

  constructor(stateDirectory: string, nodeName: string) {
    this.#directory = join(stateDirectory, 'processes', nodeSlug(nodeName))
  }

  async write(record: ProcessRecord): Promise<void> {
    await mkdir(this.#directory, { recursive: true, mode: 0o700 })
    const temporary = join(this.#directory, `${record.id}.tmp`)
    await writeFile(temporary, JSON.stringify(record), { mode: 0o600 })
    // Renamed, so that no crash leaves half a record.
    await rename(temporary, this.#file(record.id))
  }

  async remove(id: string): Promise<void> {
    await rm(this.#file(id), { force: true })
  }

  /** Records of processes that still run; others are removed. Those of `known` instances are left out. */
  async readAlive(known: ReadonlySet<string>): Promise<ProcessRecord[]> {
    const names = await readdir(this.#directory).catch(() => [])
    const ids = names.filter((name) => name.endsWith('.json')).map((name) => name.slice(0, -'.json'.length))
    const left = ids.filter((id) => !known.has(id))
    const records = await Promise.all(left.map((id) => this.findAlive(id)))
    return records.filter((record) => record !== undefined)
  }

  /** The record of one instance if its process still runs. */
  async findAlive(id: string): Promise<ProcessRecord | undefined> {
    const record = await readFile(this.#file(id), 'utf8')
      .then(parseRecord)
      .catch(() => undefined)
    if (record !== undefined && (await isAlive(record))) return record
    await this.remove(id)
    return undefined
  }

  #file(id: string): string {
    return join(this.#directory, `${id}.json`)
  }
}

function parseRecord(text: string): ProcessRecord | undefined {
  const record: Partial<ProcessRecord> | null = JSON.parse(text)
  const isWhole = typeof record?.pid === 'number' && record.pid > 1 && typeof record.identity === 'string'
  return isWhole ? (record as ProcessRecord) : undefined
}

/** Whether the process still runs, and is not another one that was given its pid since. */
export async function isAlive({ pid, identity }: Pick<ProcessRecord, 'pid' | 'identity'>): Promise<boolean> {
  return (await processIdentity(pid)) === identity
}
