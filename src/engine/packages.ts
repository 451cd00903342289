import { readFile, realpath } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { EngineError } from './engine.ts'
import { copyFiles, type FolderFile, listFolder } from './folder.ts'

/** Most npm packages that one function may bring, dependencies included. */
export const PACKAGES_MAX = 2000

/** An installed npm package and its place in an artifact. */
export interface PlacedPackage {
  readonly name: string
  readonly version: string
  /** Folder that it is copied from, absolute. */
  readonly from: string
  /** Folder inside the artifact, e.g. `node_modules/a/node_modules/b`. */
  readonly to: string
}

interface PackageJson {
  readonly version?: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
}

/**
 * Finds packages as Node.js does from a folder upward, and all that they depend on as far as it is installed here.
 * A package goes to the top `node_modules` unless another version is there already.
 * @throws EngineError `build-failed` if a package that is needed is not installed.
 */
export async function placePackages(folder: string, names: readonly string[]): Promise<PlacedPackage[]> {
  const places = new Map<string, PlacedPackage>()
  const queue: { package: PlacedPackage; json: PackageJson }[] = []

  const place = async (name: string, from: string, parent: string, neededBy?: string): Promise<void> => {
    const found = await findPackage(name, from)
    if (found === undefined) {
      if (neededBy === undefined) return
      const message = `${neededBy} needs the package ${name}, which is not installed: npm install ${name}`
      throw new EngineError('build-failed', message)
    }
    const visible = visiblePlace(places, parent, name)
    if (visible?.from === found) return
    const to = `${visible === undefined ? '' : parent}node_modules/${name}`
    const json = await readPackageJson(found)
    const placed = { name, version: json.version ?? '', from: found, to }
    places.set(to, placed)
    queue.push({ package: placed, json })
    if (places.size > PACKAGES_MAX) {
      throw new EngineError('build-failed', `${folder} needs more than ${PACKAGES_MAX} npm packages`)
    }
  }

  for (const name of [...names].sort()) await place(name, folder, '', folder)
  // Breadth first: nothing is placed beside a package any more once its own dependencies are looked at.
  for (let entry = queue.shift(); entry !== undefined; entry = queue.shift()) {
    const { from, to, name: dependent } = entry.package
    const { dependencies = {}, optionalDependencies = {}, peerDependencies = {} } = entry.json
    const optional = { ...peerDependencies, ...optionalDependencies }
    for (const name of Object.keys({ ...dependencies, ...optional }).sort()) {
      await place(name, from, `${to}/`, name in optional ? undefined : dependent)
    }
  }
  return [...places.values()].sort((a, b) => (a.to < b.to ? -1 : 1))
}

/** Files of a package without the packages inside it, which have places of their own. */
export async function listPackage({ from }: PlacedPackage): Promise<FolderFile[]> {
  return await listFolder(from, (path) => path === 'node_modules')
}

/** Copies packages whole into an artifact. */
export async function copyPackages(packages: readonly PlacedPackage[], artifact: string): Promise<void> {
  for (const placed of packages) {
    await copyFiles(placed.from, join(artifact, placed.to), await listPackage(placed))
  }
}

async function findPackage(name: string, from: string): Promise<string | undefined> {
  const folders = createRequire(join(from, 'package.json')).resolve.paths(name) ?? []
  for (const folder of folders) {
    const found = join(folder, name)
    const isThere = await readFile(join(found, 'package.json')).then(
      () => true,
      () => false,
    )
    // The real folder, as Node.js takes it: its dependencies are looked for from there.
    if (isThere) return await realpath(found)
  }
  return undefined
}

/** What Node.js would find in the artifact for a package in the folder `parent`, which ends in `/` or is empty. */
function visiblePlace(
  places: ReadonlyMap<string, PlacedPackage>,
  parent: string,
  name: string,
): PlacedPackage | undefined {
  for (let folder = parent; folder !== ''; folder = folder.slice(0, folder.lastIndexOf('node_modules/'))) {
    const placed = places.get(`${folder}node_modules/${name}`)
    if (placed !== undefined) return placed
  }
  return places.get(`node_modules/${name}`)
}

async function readPackageJson(folder: string): Promise<PackageJson> {
  return JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as PackageJson
}
