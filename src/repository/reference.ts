import { imageName } from '../engine/index.ts'
import { DIGEST } from './digest.ts'
import { RepositoryError } from './errors.ts'

/** Which function is meant: by version, by digest, or with neither the newest version. */
export interface Reference {
  /** Name of the function. */
  readonly name: string
  readonly version?: string | undefined
  readonly digest?: string | undefined
}

const NAME = /^[a-z0-9-]{1,64}$/
const VERSION = /^[0-9A-Za-z][0-9A-Za-z.+-]{0,127}$/

/**
 * Reads `NAME`, `NAME:VERSION` or `NAME@sha256:…`.
 * @throws RepositoryError `bad-reference`
 */
export function parseReference(text: string): Reference {
  const [, name = '', version, digest] = /^([^:@]*)(?::([^@]*))?(?:@(.*))?$/.exec(text) ?? []
  const isGood =
    NAME.test(name) &&
    (version === undefined || VERSION.test(version)) &&
    (digest === undefined || DIGEST.test(digest)) &&
    !(version !== undefined && digest !== undefined)
  if (isGood) return { name, version, digest }
  throw new RepositoryError(
    'bad-reference',
    `'${text}' names no function: write NAME, NAME:VERSION or NAME@sha256:…, for example resize:1.0.0`,
  )
}

export function formatReference({ name, version, digest }: Reference): string {
  if (digest !== undefined) return `${name}@${digest}`
  return version === undefined ? name : `${name}:${version}`
}

/** A version as a tag, which has no `+`; `_`, which a version does not have, stands for it. */
export function tagOf(version: string): string {
  return version.replaceAll('+', '_')
}

export function versionOf(tag: string): string {
  return tag.replaceAll('_', '+')
}

/** The repository of a function's images. @param namespace - empty, or what is before the last part */
export function repositoryOf(namespace: string, name: string): string {
  return namespace === '' ? imageName(name) : `${namespace}/${imageName(name)}`
}

/** Orders versions from old to new (Semantic Versioning 2.0.0 §11); what is no version comes before all that are. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [parseVersion(a), parseVersion(b)]
  if (left === undefined || right === undefined) {
    return Number(left !== undefined) - Number(right !== undefined) || compareText(a, b)
  }
  for (let part = 0; part < 3; part++) {
    const difference = (left.core[part] as number) - (right.core[part] as number)
    if (difference !== 0) return difference
  }
  return comparePrereleases(left.prerelease, right.prerelease) || compareText(a, b)
}

function parseVersion(text: string): { core: number[]; prerelease: string[] } | undefined {
  const match = /^(\d+)\.(\d+)\.(\d+)(?:-([^+]*))?(?:\+.*)?$/.exec(text)
  if (match === null) return undefined
  return { core: match.slice(1, 4).map(Number), prerelease: match[4]?.split('.') ?? [] }
}

/** One without is newer than one with. */
function comparePrereleases(a: readonly string[], b: readonly string[]): number {
  if (a.length === 0 || b.length === 0) return b.length - a.length
  for (let index = 0; index < Math.min(a.length, b.length); index++) {
    const [left = '', right = ''] = [a[index], b[index]]
    if (left === right) continue
    const [isLeftNumber, isRightNumber] = [/^\d+$/.test(left), /^\d+$/.test(right)]
    if (isLeftNumber && isRightNumber) return Number(left) - Number(right)
    if (isLeftNumber !== isRightNumber) return isLeftNumber ? -1 : 1
    return compareText(left, right)
  }
  return a.length - b.length
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
