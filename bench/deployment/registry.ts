import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Cleanup } from '../cleanup.ts'

/**
 * The reference OCI registry on a free port, with storage in a folder.
 * @param address of this host where the nodes reach it
 * @returns its URL
 */
export async function startRegistry(folder: string, address: string, cleanup: Cleanup): Promise<string> {
  const config = join(folder, 'registry.yml')
  const storage = join(folder, 'registry')
  await mkdir(storage, { recursive: true })
  await writeFile(
    config,
    `version: 0.1\nstorage:\n  filesystem: { rootdirectory: ${storage} }\n  delete: { enabled: true }\nhttp: { addr: '${address}:0' }\nlog: { level: info }\n`,
  )
  const child = spawn('docker-registry', ['serve', config], {
    env: { ...process.env, OTEL_TRACES_EXPORTER: 'none' },
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  })
  cleanup.add(async () => {
    if (child.exitCode !== null || child.pid === undefined) return
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  })
  let said = ''
  return await new Promise((resolve, reject) => {
    child.once('error', (error) =>
      reject(new Error(`no registry: ${error.message}: apt-get install docker-registry`)),
    )
    child.once('exit', (code) => reject(new Error(`the registry ended (${code}): ${said.slice(-500)}`)))
    child.stderr.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-10_000)
      const port = /listening on [\d.]+:(\d+)/.exec(said)?.[1]
      if (port !== undefined) resolve(`http://${address}:${port}`)
    })
  })
}
