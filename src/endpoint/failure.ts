import { Component, ContentType, type Data, encodeData, type Name, type Signer } from '../packet/index.ts'
import { roomFor } from './room.ts'
import { newVersion } from './version.ts'

/** What went wrong in a chain. */
export type FailureCode =
  /** A function or the content is not to be had: nothing leads there. */
  | 'no-route'
  /** The function threw, exited, returned nothing, or took too long. */
  | 'function-failed'
  /** The instance died twice over the same piece of work, or cannot be started. */
  | 'instance-lost'
  /** Media types do not fit. */
  | 'type-mismatch'
  /** A parameter that the function does not have, or a value that it does not take. */
  | 'bad-parameter'
  /** The Interest asks for something that a function cannot give. */
  | 'bad-request'
  /** Input or result are larger than the function's bounds allow. */
  | 'too-large'
  /** The input was not to be had in time. */
  | 'timeout'

/** An error of a function, as a consumer gets it. */
export interface Failure {
  readonly code: FailureCode
  /** The function that says so. */
  readonly function: string
  /** For a person: what happened, and why. */
  readonly reason: string
}

/** How long a failure may answer from a Content Store, in milliseconds: long enough for those who asked together. */
const FAILURE_FRESHNESS_MS = 50

/** Longest reason, in characters; the rest is cut. */
const MAX_REASON_LENGTH = 2000

const MEDIA_TYPE = 'application/json'

/**
 * The Data that tells of a failure, as the only segment of a version of its own.
 * @returns undefined where the name leaves no room for that
 */
export function encodeFailure(name: Name, failure: Failure, signer: Signer): Uint8Array | undefined {
  const segment = Component.segment(0)
  const object = name.append(Component.version(newVersion()))
  const content = encodeContent(failure, roomFor(object, signer, MEDIA_TYPE))
  if (content === undefined) return undefined
  return encodeData(
    {
      name: object.append(segment),
      contentType: ContentType.Nack,
      freshnessPeriod: FAILURE_FRESHNESS_MS,
      finalBlockId: segment,
      mediaType: MEDIA_TYPE,
      content,
    },
    signer,
  )
}

/** With as much of the reason as there is room for. */
function encodeContent(failure: Failure, room: number): Uint8Array | undefined {
  for (let length = MAX_REASON_LENGTH; ; length = Math.floor(length / 2)) {
    const content = Buffer.from(JSON.stringify({ ...failure, reason: failure.reason.slice(0, length) }))
    if (content.length <= room) return content
    if (length === 0) return undefined
  }
}

/** The failure in a Data of ContentType Nack. One from elsewhere, in another form, is reported as it stands. */
export function decodeFailure(data: Data): Failure {
  const text = Buffer.from(data.content).toString()
  try {
    const { code, function: name, reason } = JSON.parse(text) as Record<string, unknown>
    if (typeof code === 'string' && typeof name === 'string' && typeof reason === 'string') {
      return { code: code as FailureCode, function: name, reason }
    }
  } catch {}
  return {
    code: 'function-failed',
    function: '',
    reason: `${data.name} is an application Nack: ${text || 'no reason given'}`,
  }
}
