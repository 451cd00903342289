import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { MANIFEST_FILE } from '../function/index.ts'

const FOLDER = fileURLToPath(new URL('../../../functions/', import.meta.url))

/** The folders of the functions that ship, in alphabetical order. */
export async function shippedFunctions(): Promise<string[]> {
  const entries = await readdir(FOLDER)
  return entries
    .map((entry) => join(FOLDER, entry))
    .filter((folder) => existsSync(join(folder, MANIFEST_FILE)))
    .sort()
}
