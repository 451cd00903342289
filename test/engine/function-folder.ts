import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Test } from 'tap'
import { temporaryFolder } from './fixture.ts'

/** In place of src/function: an instance that applies its function once, to "input", and prints what it knows. */
const RUNTIME = `
export const defineFunction = (definition) => definition
export const isFunctionDefinition = (value) => typeof value?.apply === 'function'
export async function serveInstance(definition, manifest) {
  await definition?.prepare?.()
  console.log(JSON.stringify({ manifest, output: await definition?.apply('input') }))
}
`

export const FUNCTION_YAML = `name: shout
version: 1.0.0
input: text/plain
output: text/plain
module: index.ts
limits: { memory: 64MiB }
`

export const FUNCTION_MODULE = `import { defineFunction } from 'ndn-sfc'
export default defineFunction({ apply: (input) => String(input).toUpperCase() })
`

/** Writes files, path to content, below a folder of the test's own. */
export async function writeFiles(folder: string, files: Record<string, string>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), content)
  }
}

export interface Workplace {
  folder: string
  /** Options for buildArtifact. */
  options: { cacheDirectory: string; runtime: string; progress: (step: string) => void }
  /** What buildArtifact said. */
  steps: string[]
}

export async function makeWorkplace(t: Test, files: Record<string, string>): Promise<Workplace> {
  const folder = await temporaryFolder(t)
  await writeFiles(folder, { ...files, 'ours/function/index.mjs': RUNTIME })
  const steps: string[] = []
  const options = {
    cacheDirectory: join(folder, 'cache'),
    runtime: join(folder, 'ours/function/index.mjs'),
    progress: (step: string) => void steps.push(step),
  }
  return { folder, options, steps }
}

/** Runs an artifact made with the runtime of {@link makeWorkplace}. */
export async function runArtifact(
  directory: string,
): Promise<{ manifest: { name: string }; output: unknown }> {
  const child = spawn(process.execPath, ['main.mjs'], { cwd: directory, stdio: ['ignore', 'pipe', 'pipe'] })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk) => {
    stdout += chunk
  })
  child.stderr.on('data', (chunk) => {
    stderr += chunk
  })
  await once(child, 'close')
  if (stdout === '') throw new Error(stderr)
  return JSON.parse(stdout)
}
