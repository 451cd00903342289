/** What can go wrong with a repository. Stable: programs may depend on them. */
export type RepositoryErrorCode =
  /** Nothing answers at the registry's address, or not in time, or the connection broke again and again. */
  | 'registry-unreachable'
  /** It answers with an error of its own (5xx, 429), also after several tries. */
  | 'registry-failed'
  /** It does not do what was asked: deletion is switched off, it has no catalog, it is no registry. */
  | 'registry-refused'
  | 'credentials-refused'
  /** No such function, version or blob. */
  | 'not-found'
  /** What came is not what its digest says. */
  | 'wrong-digest'
  /** The function is there, but not for this machine's architecture. */
  | 'no-such-architecture'
  /** This machine's disk, or the registry's. */
  | 'disk-full'
  /** What came is no image of a function. */
  | 'bad-image'
  /** A bound of ours is reached: the message says which. */
  | 'too-large'
  /** An address, name, version or option that cannot be used. */
  | 'bad-reference'

interface RepositoryErrorOptions {
  readonly cause?: unknown
  /** Whether the same might go well a little later; with a number, not before that many milliseconds. */
  readonly retry?: boolean | number | undefined
}

/** What this folder throws. `message` names the cause and what to do next. */
export class RepositoryError extends Error {
  override readonly name = 'RepositoryError'
  readonly code: RepositoryErrorCode
  readonly retry: boolean | number

  constructor(
    code: RepositoryErrorCode,
    message: string,
    { cause, retry = false }: RepositoryErrorOptions = {},
  ) {
    super(message, { cause })
    this.code = code
    this.retry = retry
  }
}

/** An error of this machine's files as ours, where it is that there is no space; otherwise the error as it is. */
export function explainDisk(error: unknown, folder: string): unknown {
  const { code, message } = error as NodeJS.ErrnoException
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return error
  return new RepositoryError(
    'disk-full',
    `no space left in ${folder} (${message}): free some and try again`,
    {
      cause: error,
    },
  )
}
