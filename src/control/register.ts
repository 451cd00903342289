import type { Endpoint } from '../endpoint/index.ts'
import {
  ControlStatus,
  controlParameters,
  controlResponse,
  MANAGEMENT_PREFIX,
  RouteFlag,
  RouteOrigin,
} from '../management/index.ts'
import { Component, type Name, type Signer, TT } from '../packet/index.ts'

const RIB_PREFIX = MANAGEMENT_PREFIX.append(Component.generic('rib'))

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
 * @throws CommandError; TimeoutError, NackError where no router with management answers; PacketError where its answer cannot be read
 */
export async function registerPrefix(endpoint: Endpoint, prefix: Name, signer: Signer): Promise<void> {
  await send(endpoint, 'register', prefix, signer)
}

/** Takes `registerPrefix` back. @throws as `registerPrefix` */
export async function unregisterPrefix(endpoint: Endpoint, prefix: Name, signer: Signer): Promise<void> {
  await send(endpoint, 'unregister', prefix, signer)
}

async function send(endpoint: Endpoint, verb: string, name: Name, signer: Signer): Promise<void> {
  const parameters = controlParameters.encode({
    name,
    origin: RouteOrigin.App,
    ...(verb === 'register' && { cost: 0, flags: RouteFlag.ChildInherit }),
  })
  const command = RIB_PREFIX.append(
    Component.generic(verb),
    new Component(TT.GenericNameComponent, parameters),
  )
  const data = await endpoint.express(command, {
    mustBeFresh: true,
    lifetime: COMMAND_LIFETIME_MS,
    applicationParameters: new Uint8Array(),
    signer,
  })
  const { statusCode, statusText } = controlResponse.decode(data.content)
  if (statusCode !== ControlStatus.Ok)
    throw new CommandError(statusCode, `the router refused to ${verb} ${name}: ${statusText}`)
}
