import { DIGEST } from './digest.ts'
import { RepositoryError } from './errors.ts'

/** Which image of a registry is meant. */
export interface BaseReference {
  /** Address of another registry than that of the functions. */
  readonly registry?: string | undefined
  readonly repository: string
  /** Tag or digest. */
  readonly target: string
}

const REPOSITORY = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*$/
const TAG = /^\w[\w.-]{0,127}$/

/** What Docker calls its registry, and where that is. */
const DOCKER_HUB = { name: 'docker.io', host: 'registry-1.docker.io' }

/**
 * Reads `PATH[:TAG]` or `PATH@sha256:…` in the registry of the functions, or after `HOST[:PORT]/` in another one; the tag is
 * `latest` where there is none.
 * @throws RepositoryError `bad-reference`
 */
export function parseBaseReference(text: string): BaseReference {
  const [, first = '', rest = ''] = /^([^/]*)\/(.*)$/s.exec(text) ?? []
  const isHost = /^\w.*[.:]/.test(first) || first === 'localhost'
  const [, path = '', tag = 'latest', digest] =
    /^([^:@]*)(?::([^@]*))?(?:@(.*))?$/s.exec(isHost ? rest : text) ?? []
  if (REPOSITORY.test(path) && TAG.test(tag) && (digest === undefined || DIGEST.test(digest))) {
    const target = digest ?? tag
    if (!isHost) return { repository: path, target }
    if (first !== DOCKER_HUB.name) return { registry: first, repository: path, target }
    const repository = path.includes('/') ? path : `library/${path}`
    return { registry: DOCKER_HUB.host, repository, target }
  }
  throw new RepositoryError(
    'bad-reference',
    `'${text}' names no base image: write PATH:TAG for one in the registry, such as base/debian:12, HOST/PATH:TAG for one elsewhere, or a file that docker save wrote`,
  )
}
