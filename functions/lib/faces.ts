import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate'

/** Most faces that one photograph may have. */
export const MAX_FACES = 256
/** Most bytes that the files of an archive may have together, unpacked. */
const MAX_ARCHIVE_BYTES = 256 * 2 ** 20

/** Name of the list of faces in an archive. */
const FACES_FILE = 'faces.json'

/** In pixels, from the upper left corner of the upright photograph. */
export interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export interface Face {
  /** How sure the detector is, from 0 to 1. */
  readonly score: number
  readonly box: Box
  /** What of the photograph the face's crop shows, once there is one: the box and a margin. */
  readonly crop?: Box
}

/** The faces of one photograph, whose size is given in pixels. */
export interface FaceList {
  readonly width: number
  readonly height: number
  readonly faces: readonly Face[]
}

/** An archive is not what the function before should have made. */
class ArchiveError extends Error {
  override readonly name = 'ArchiveError'
  readonly code = 'archive-broken'
}

/** Packs `faces.json` and other files as a zip, stored and without times: equal content gives equal bytes. */
export function packFaces(list: FaceList, files: Readonly<Record<string, Uint8Array>>): Uint8Array {
  const entries = { ...files, [FACES_FILE]: strToU8(`${JSON.stringify(list)}\n`) }
  // A zip holds local time, and none before 1980.
  return zipSync(entries, { level: 0, mtime: new Date(1980, 0, 1) })
}

/** Unpacks what {@link packFaces} packed. @throws ArchiveError */
export function unpackFaces(zip: Uint8Array): { list: FaceList; files: Record<string, Uint8Array> } {
  let bytes = 0
  let entries = 0
  let files: Record<string, Uint8Array>
  try {
    files = unzipSync(zip, {
      filter: ({ originalSize }) => {
        bytes += originalSize
        entries += 1
        if (entries > MAX_FACES + 1) throw new ArchiveError(`more than ${MAX_FACES + 1} files`)
        if (bytes > MAX_ARCHIVE_BYTES) throw new ArchiveError(`more than ${MAX_ARCHIVE_BYTES} bytes`)
        return true
      },
    })
  } catch (cause) {
    throw new ArchiveError(`the input is no archive of faces: ${(cause as Error).message}`, { cause })
  }
  const { [FACES_FILE]: json, ...others } = files
  if (!json) throw new ArchiveError(`the input is no archive of faces: ${FACES_FILE} is missing`)
  return { list: readFaceList(json), files: others }
}

function readFaceList(json: Uint8Array): FaceList {
  let list: unknown
  try {
    list = JSON.parse(strFromU8(json))
  } catch (cause) {
    throw new ArchiveError(`${FACES_FILE} is no JSON: ${(cause as Error).message}`, { cause })
  }
  if (!isFaceList(list)) throw new ArchiveError(`${FACES_FILE} is no list of at most ${MAX_FACES} faces`)
  return list
}

function isFaceList(value: unknown): value is FaceList {
  const { width, height, faces } = (value ?? {}) as Partial<FaceList>
  return (
    [width, height].every(Number.isFinite) &&
    Array.isArray(faces) &&
    faces.length <= MAX_FACES &&
    faces.every(
      (face: Partial<Face> | null) =>
        Number.isFinite(face?.score) && isBox(face?.box) && (face?.crop === undefined || isBox(face.crop)),
    )
  )
}

function isBox(value: Partial<Box> | null | undefined): boolean {
  return [value?.x, value?.y, value?.width, value?.height].every(Number.isFinite)
}
