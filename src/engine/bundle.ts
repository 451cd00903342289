import { existsSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  type BuildFailure,
  type BuildOptions,
  build,
  type Message,
  type Plugin,
  stop,
  version,
} from 'esbuild'
import { EngineError } from './engine.ts'
import { importInstalled } from './installed-imports.ts'

/** Most errors of a build that one message shows. */
const ERRORS_SHOWN = 5

export const ESBUILD_VERSION = version

export interface BundleOptions {
  /** The function's folder, absolute. */
  readonly folder: string
  /** The function's module inside the folder; undefined for a command. */
  readonly module: string | undefined
  /** Code of the generated entry point, which may import `module` as `function:module`. */
  readonly entry: string
  /** File to be written, absolute; assets go beside it. */
  readonly output: string
  /** npm packages that are left out and found at run time in `node_modules`; `all`: where they are installed now. */
  readonly packages: readonly string[] | 'all'
  /** The module that authors import as `ndn-sfc`. */
  readonly runtime: string
}

/** The door of src/function, as source or compiled, whichever this file is. */
export function runtimeModule(): string {
  const base = fileURLToPath(new URL('../function/index', import.meta.url))
  return existsSync(`${base}.js`) ? `${base}.js` : `${base}.ts`
}

/**
 * Bundles a function into one ESM file.
 * @returns the files that it was made of, absolute.
 * @throws EngineError `build-failed` with file, line and esbuild's message.
 */
export async function bundleFunction(options: BundleOptions): Promise<string[]> {
  const { folder, entry, output, packages } = options
  const { metafile } = await runEsbuild(folder, {
    absWorkingDir: folder,
    stdin: { contents: entry, resolveDir: folder, sourcefile: 'ndn-sfc-entry.mjs', loader: 'js' },
    outfile: output,
    bundle: true,
    metafile: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    // Names are kept by not shortening identifiers. esbuild's keepNames would cost a call for each closure made.
    minifyWhitespace: true,
    minifySyntax: true,
    // Node.js prints the line that threw: one line for the whole bundle would bury the error.
    lineLimit: 120,
    legalComments: 'none',
    charset: 'utf8',
    logLevel: 'silent',
    // Only a warning by itself, and then an instance that fails when it gets there.
    logOverride: { 'import-is-undefined': 'error' },
    // The author's tsconfig.json is no input of the build, so that the same code gives the same bundle.
    tsconfigRaw: '{}',
    loader: { '.bin': 'file', '.wasm': 'file' },
    assetNames: '[name]-[hash]',
    external: packages === 'all' ? [] : packages.flatMap((name) => [name, `${name}/*`]),
    banner: { js: COMMON_JS_BANNER },
    plugins: [functionImports(options)],
  })
  return Object.keys(metafile?.inputs ?? {})
    .filter((path) => path !== 'ndn-sfc-entry.mjs' && !path.startsWith('(disabled)'))
    .map((path) => resolve(folder, path))
}

/**
 * What CommonJS modules in the bundle expect. On globalThis, because a declaration would clash with the `require` that
 * many ESM modules declare for themselves.
 */
const COMMON_JS_BANNER = [
  `import{createRequire as ndnSfcCreateRequire}from'node:module';`,
  'globalThis.require??=ndnSfcCreateRequire(import.meta.url);',
  'globalThis.__dirname??=import.meta.dirname;globalThis.__filename??=import.meta.filename;',
].join('')

function functionImports({ folder, module, packages, runtime }: BundleOptions): Plugin {
  const ownRoot = dirname(dirname(runtime))
  return {
    name: 'ndn-sfc',
    setup(setup) {
      // Our own modules do nothing when imported, so what the instance does not use is left out.
      setup.onResolve({ filter: /^ndn-sfc$/ }, () => ({ path: runtime, sideEffects: false }))
      setup.onResolve({ filter: /^\.\.?\// }, ({ path, importer, resolveDir }) =>
        importer.startsWith(`${ownRoot}/`)
          ? { path: resolve(resolveDir, path), sideEffects: false }
          : undefined,
      )
      setup.onResolve({ filter: /^function:module$/ }, () => ({ path: resolve(folder, module ?? '') }))
      if (packages === 'all') importInstalled(setup, ownRoot)
    },
  }
}

let running = 0

/** esbuild's helper process is ended when no build needs it any more. */
async function runEsbuild(folder: string, options: BuildOptions) {
  running++
  try {
    return await build(options)
  } catch (cause) {
    const { errors } = cause as Partial<BuildFailure>
    if (errors === undefined) throw new EngineError('build-failed', `${folder}: ${cause}`, cause)
    throw new EngineError('build-failed', formatErrors(folder, errors), cause)
  } finally {
    if (--running === 0) await stop()
  }
}

function formatErrors(folder: string, errors: readonly Message[]): string {
  const shown = errors.slice(0, ERRORS_SHOWN).map(({ text, location, notes }) => {
    const hint = notes[0] === undefined ? '' : ` (${notes[0].text})`
    if (location === null) return `${folder}: ${text}${hint}`
    if (text.startsWith('No matching export') && text.endsWith('for import "default"')) {
      const file = /in "([^"]*)"/.exec(text)?.[1] ?? ''
      return `${showPath(folder, file)}: no default export; write "export default defineFunction({ … })"`
    }
    const { file, line, column, lineText } = location
    return `${showPath(folder, file)}:${line}:${column + 1}: ${text}${hint}\n    ${lineText.trim().slice(0, 200)}`
  })
  const more = errors.length - shown.length
  return more > 0 ? `${shown.join('\n')}\nand ${more} more` : shown.join('\n')
}

/** Relative to the current folder if it is inside. */
function showPath(folder: string, file: string): string {
  const path = resolve(folder, file)
  const short = relative(process.cwd(), path)
  return short.startsWith('..') ? path : join('.', short)
}
