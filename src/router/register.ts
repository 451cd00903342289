import type { Endpoint } from '../endpoint/index.ts'
import { Component, Name, type Signer } from '../packet/index.ts'
import { ControlStatus, decodeControlResponse, encodeControlParameters } from './control.ts'

/** RouteOrigin "app" and the flag CHILD_INHERIT of NFD's RIB. */
const ORIGIN_APP = 0
const CHILD_INHERIT = 1

/** How long a router may take over a command, in milliseconds. */
const COMMAND_LIFETIME_MS = 4000

/** A router refused a management command. */
export class CommandError extends Error {
  override readonly name = 'CommandError'
  readonly code = 'command-refused'
  readonly statusCode: number

  constructor(statusCode: number, message: string) {
    super(message)
    this.statusCode = statusCode
  }
}

/**
 * Asks the router to lead a prefix to this endpoint (NFD RIB management, `rib/register`). The route goes when the
 * face closes.
 * @throws CommandError; TimeoutError, NackError where no router with management answers
 */
export async function registerPrefix(endpoint: Endpoint, prefix: Name, signer: Signer): Promise<void> {
  await command(endpoint, 'register', prefix, signer)
}

/** Takes `registerPrefix` back. @throws as `registerPrefix` */
export async function unregisterPrefix(endpoint: Endpoint, prefix: Name, signer: Signer): Promise<void> {
  await command(endpoint, 'unregister', prefix, signer)
}

async function command(endpoint: Endpoint, verb: string, name: Name, signer: Signer): Promise<void> {
  const isRegister = verb === 'register'
  const parameters = encodeControlParameters({
    name,
    origin: ORIGIN_APP,
    ...(isRegister ? { cost: 0, flags: CHILD_INHERIT } : {}),
  })
  const data = await endpoint.express(
    Name.parse(`/localhost/nfd/rib/${verb}`).append(new Component(8, parameters)),
    {
      mustBeFresh: true,
      lifetime: COMMAND_LIFETIME_MS,
      applicationParameters: new Uint8Array(),
      signer,
    },
  )
  const { statusCode, statusText } = decodeControlResponse(data.content)
  if (statusCode !== ControlStatus.Ok)
    throw new CommandError(statusCode, `the router refused to ${verb} ${name}: ${statusText}`)
}
