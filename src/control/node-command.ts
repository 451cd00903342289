import type { Endpoint } from '../endpoint/index.ts'
import { ControlStatus, controlResponse } from '../management/index.ts'
import { Component, type Signer } from '../packet/index.ts'
import type { NodeCommandParameters } from './commands.ts'
import { CONTROL_MODULE, CONTROL_PREFIX } from './names.ts'
import { CommandError } from './register.ts'

/** How long a node may take over a command, in milliseconds: it calibrates in less, and the disk may be slow. */
const COMMAND_LIFETIME_MS = 10_000

const MODULE_PREFIX = CONTROL_PREFIX.append(Component.generic(CONTROL_MODULE))

/**
 * Gives a command to the node itself.
 * @param lifetime for which its answer is waited, in milliseconds
 * @throws CommandError; TimeoutError, NackError where no ndn-sfc node answers; PacketError where its answer cannot be read
 */
export async function commandNode<Verb extends keyof NodeCommandParameters>(
  endpoint: Endpoint,
  verb: Verb,
  parameters: NodeCommandParameters[Verb],
  signer: Signer,
  lifetime = COMMAND_LIFETIME_MS,
): Promise<void> {
  const data = await endpoint.express(MODULE_PREFIX.append(Component.generic(verb)), {
    mustBeFresh: true,
    lifetime,
    applicationParameters: Buffer.from(JSON.stringify(parameters)),
    signer,
  })
  const { statusCode, statusText } = controlResponse.decode(data.content)
  if (statusCode !== ControlStatus.Ok)
    throw new CommandError(statusCode, `the node refused the command: ${statusText}`)
}
