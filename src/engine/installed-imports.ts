import { readFile } from 'node:fs/promises'
import { isBuiltin } from 'node:module'
import { dirname, join, sep } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { PluginBuild } from 'esbuild'

/** Marks our own question to esbuild, so that it does not come back to us. */
const ASKED = Symbol('asked')

/**
 * Leaves npm packages where they are installed instead of bundling them. So a function can be loaded before it is known
 * which of its packages have native code.
 * @param ownRoot - modules below this folder are ours and bundled with what they import.
 */
export function importInstalled(setup: PluginBuild, ownRoot: string): void {
  setup.onResolve({ filter: /^[^./]/ }, async ({ path, importer, resolveDir, kind, pluginData }) => {
    if (pluginData === ASKED || isBuiltin(path) || importer.startsWith(ownRoot + sep)) return undefined
    const found = await setup.resolve(path, { importer, resolveDir, kind, pluginData: ASKED })
    // esbuild itself says what is not there, and lets pass what a package only tries to require.
    if (found.errors.length > 0) return undefined
    const isCode = /\.[cm]?js$/.test(found.path) && found.path.includes(`${sep}node_modules${sep}`)
    if (!isCode || found.external) return found
    if (await isModule(found.path)) return { path: pathToFileURL(found.path).href, external: true }
    return { path: found.path, namespace: 'common-js' }
  })
  // Through require, as Node.js does not see every name that a CommonJS file exports when it is imported.
  setup.onLoad({ filter: /./, namespace: 'common-js' }, ({ path }) => ({
    contents: `module.exports = globalThis.require(${JSON.stringify(path)})`,
  }))
}

/** Whether Node.js takes a file for an ES module (Node.js documentation, "Determining module system"). */
async function isModule(path: string): Promise<boolean> {
  if (!path.endsWith('.js')) return path.endsWith('.mjs')
  for (let folder = dirname(path); folder !== dirname(folder); folder = dirname(folder)) {
    const text = await readFile(join(folder, 'package.json'), 'utf8').catch(() => undefined)
    if (text !== undefined) return (JSON.parse(text) as { type?: string }).type === 'module'
  }
  return false
}
