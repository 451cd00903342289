import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { imageArchitecture } from '../../src/engine/index.ts'
import type { BaseImage } from '../../src/repository/base.ts'
import { openBase } from '../../src/repository/base-image.ts'
import { type Descriptor, MEDIA_TYPES } from '../../src/repository/oci.ts'
import type { Repository } from '../../src/repository/repository.ts'
import { type ArchiveEntry, archiveOf } from './craft.ts'
import type { Home } from './fixture.ts'

const run = promisify(execFile)

/** Another architecture than this machine's. */
export const OTHER = imageArchitecture() === 'arm64' ? 'amd64' : 'arm64'

/** A program in an image that is never run. */
export const program = (path: string): ArchiveEntry => [{ name: path, mode: 0o755 }, '#!/bin/sh\n']

/** This host's programs with their libraries, at their places. */
export async function hostPrograms(...names: string[]): Promise<ArchiveEntry[]> {
  const files = new Set<string>()
  for (const name of names) {
    const { stdout: path } = await run('sh', ['-c', `command -v ${name}`])
    files.add(path.trim())
    const { stdout } = await run('ldd', [path.trim()])
    for (const [library] of stdout.matchAll(/\/\S+(?= \()/g)) files.add(library)
  }
  return await Promise.all(
    [...files].map(
      async (file): Promise<ArchiveEntry> => [{ name: file.slice(1), mode: 0o755 }, await readFile(file)],
    ),
  )
}

export interface BaseOptions {
  readonly architecture?: string
  readonly environment?: readonly string[]
  readonly mediaType?: string
  /** Default: the archives are compressed. */
  readonly isPlain?: boolean
}

export interface MadeBase {
  readonly config: Buffer
  readonly manifest: Buffer
  /** Archives as they are in blobs. */
  readonly layers: readonly Buffer[]
}

/** An image by hand. */
export async function makeBase(
  layers: readonly (readonly ArchiveEntry[])[],
  {
    architecture = imageArchitecture(),
    environment,
    mediaType = MEDIA_TYPES.layer,
    isPlain = false,
  }: BaseOptions = {},
): Promise<MadeBase> {
  const archives = await Promise.all(layers.map((entries) => archiveOf(...entries)))
  const blobs = isPlain ? archives : archives.map((archive) => gzipSync(archive))
  const config = json({
    architecture,
    os: 'linux',
    config: { Env: environment ?? null },
    rootfs: { type: 'layers', diff_ids: archives.map(digestOf) },
  })
  const manifest = json({
    schemaVersion: 2,
    mediaType: MEDIA_TYPES.manifest,
    config: describe(MEDIA_TYPES.config, config),
    layers: blobs.map((blob) => describe(mediaType, blob)),
  })
  return { config, manifest, layers: blobs }
}

/** Puts images into a registry, several as one index. */
export async function publishBase(
  { contents }: Repository,
  home: Home,
  place: string,
  tag: string,
  ...images: readonly (MadeBase & { readonly architecture?: string })[]
): Promise<void> {
  for (const { config, manifest, layers } of images) {
    for (const blob of [config, ...layers]) {
      const descriptor = describe('', blob)
      await home.store.write(Readable.from([blob]))
      await contents.putBlob(place, descriptor, home.store.path(descriptor.digest), undefined)
      await home.store.remove(descriptor.digest)
    }
    await contents.putManifest(
      place,
      images.length === 1 ? tag : digestOf(manifest),
      MEDIA_TYPES.manifest,
      manifest,
    )
  }
  if (images.length === 1) return
  const manifests = images.map(({ manifest, architecture = imageArchitecture() }) => {
    return { ...describe(MEDIA_TYPES.manifest, manifest), platform: { architecture, os: 'linux' } }
  })
  const index = json({ schemaVersion: 2, mediaType: MEDIA_TYPES.index, manifests })
  await contents.putManifest(place, tag, MEDIA_TYPES.index, index)
}

/** A folder of the OCI Image Layout. */
export async function writeLayout(folder: string, { config, manifest, layers }: MadeBase): Promise<string> {
  const blobs = join(folder, 'blobs', 'sha256')
  await mkdir(blobs, { recursive: true })
  for (const blob of [config, manifest, ...layers])
    await writeFile(join(blobs, digestOf(blob).slice(7)), blob)
  const manifests = [describe(MEDIA_TYPES.manifest, manifest)]
  await writeFile(join(folder, 'index.json'), json({ schemaVersion: 2, manifests }))
  return folder
}

export function open(
  home: Home,
  reference: string,
  registry = 'http://127.0.0.1:1',
  architecture = imageArchitecture(),
): Promise<BaseImage> {
  const { store, folder } = home
  const retry = { attempts: 1 }
  return openBase(reference, { store, home: folder, architecture, registry: { registry, retry } })
}

function describe(mediaType: string, blob: Buffer): Descriptor {
  return { mediaType, digest: digestOf(blob), size: blob.length }
}

function digestOf(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value))
}
