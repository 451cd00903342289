import { type Component, ContentType, type Data, formatName, type Name, TT } from '../packet/index.ts'
import { pause } from './clock.ts'
import type { Endpoint } from './endpoint.ts'
import { FetchError, functionFailed, NackError, TimeoutError, tooLarge } from './errors.ts'
import {
  DEFAULT_ATTEMPT_MS,
  DEFAULT_FETCH_TIMEOUT_MS,
  DEFAULT_MAX_OBJECT_BYTES,
  type FetchedObject,
  type FetchOptions,
} from './fetch-options.ts'
import { fetchSegments } from './fetch-segments.ts'
import { backOffAfter } from './window.ts'

/**
 * Fetches the newest version of an object that is to be had, or the version that the name ends in. A name that ends in a
 * segment stands for that one.
 * @param name flat name, e.g. of a chain
 * @throws FetchError; UnreachableError when the face closes; what `verify` throws; the signal's reason
 */
export async function fetchObject(
  endpoint: Endpoint,
  name: Name,
  options: FetchOptions = {},
): Promise<FetchedObject> {
  const { clock } = endpoint
  const { timeout = DEFAULT_FETCH_TIMEOUT_MS, lifetime, signal } = options
  const started = clock.now()
  const discoveryEnd = lifetime === undefined ? started + timeout : Number.POSITIVE_INFINITY
  const { data, attempts } = await discover(endpoint, name, discoveryEnd, options)
  await options.verify?.(data)
  signal?.throwIfAborted()
  const base = objectNameOf(data, name)
  if (data.contentType === ContentType.Nack) throw functionFailed(data)
  const last = data.name.at(-1) as Component
  const isOnly = data.finalBlockId?.equals(last) === true && last.number === 0
  if (base === data.name || isOnly) return asObject(base, data, attempts - 1, options)
  const deadline = (lifetime === undefined ? started : clock.now()) + timeout
  const found = await fetchSegments(endpoint, base, data, deadline, options)
  return {
    name: base,
    content: found.content,
    mediaType: data.mediaType,
    freshnessPeriod: data.freshnessPeriod,
    segments: found.segments,
    retransmissions: attempts - 1 + found.retransmissions,
  }
}

/**
 * The name of the object that a Data is a segment of, or of the Data itself where that is no segment: what was asked
 * for, with a version if it has one. CanBePrefix lets any other below that name answer, too.
 */
function objectNameOf(data: Data, asked: Name): Name {
  const isSegment = data.name.length > asked.length && data.name.typeAt(-1) === TT.SegmentNameComponent
  const base = isSegment ? data.name.slice(0, -1) : data.name
  const more = base.length - asked.length
  if (more <= 0 || (more === 1 && base.typeAt(-1) === TT.VersionNameComponent)) return base
  throw new FetchError(
    'bad-object',
    `${formatName(asked)} is not an object: what answers is ${data.name}. Ask for the whole name of one`,
  )
}

/** An object in one packet: its only segment, or a Data that is no segment. */
function asObject(name: Name, data: Data, retransmissions: number, options: FetchOptions): FetchedObject {
  const { content, mediaType, freshnessPeriod } = data
  const { maxBytes = DEFAULT_MAX_OBJECT_BYTES } = options
  if (content.length > maxBytes) throw tooLarge(name, maxBytes)
  options.onProgress?.(content.length, 1, 1)
  return { name, content, mediaType, freshnessPeriod, segments: 1, retransmissions }
}

/** Asks until there is an answer that is not a passing refusal. */
async function discover(
  endpoint: Endpoint,
  name: Name,
  deadline: number,
  options: FetchOptions,
): Promise<{ data: Data; attempts: number }> {
  const { clock } = endpoint
  const { signal, hopLimit, mustBeFresh = true } = options
  let refusals = 0
  let lastRefusal: NackError | undefined
  for (let attempts = 1; ; attempts++) {
    const left = deadline - clock.now()
    const lifetime = Math.min(left, options.lifetime?.() ?? DEFAULT_ATTEMPT_MS)
    if (lifetime <= 0) throw outOfTime(name, lastRefusal)
    try {
      const data = await endpoint.express(name, {
        canBePrefix: true,
        mustBeFresh,
        lifetime,
        signal,
        hopLimit,
      })
      return { data, attempts }
    } catch (error) {
      lastRefusal = undefined
      if (error instanceof TimeoutError) continue
      if (!(error instanceof NackError)) throw error
      if (error.isFinal) throw noRoute(name)
      lastRefusal = error
    }
    const rest = deadline - clock.now()
    await pause(clock, Math.max(0, Math.min(backOffAfter(++refusals), rest)), signal)
  }
}

function outOfTime(name: Name, refusal: NackError | undefined): FetchError {
  if (refusal !== undefined)
    return new FetchError('congestion', `${refusal.message}, and went on refusing until the time was over`)
  return new FetchError('timeout', `no answer to ${formatName(name)} in the time allowed`)
}

function noRoute(name: Name): FetchError {
  const first = name.at(0)
  if (first?.type !== TT.FunctionComponent) return new FetchError('no-route', `nobody has ${name}`)
  return new FetchError('no-route', `no node offers function '${first.text}'`)
}
