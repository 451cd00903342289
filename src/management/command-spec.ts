import type { ControlParameters } from './control-parameters.ts'
import { CommandError, ControlStatus } from './status-codes.ts'

export type ParameterName = keyof ControlParameters

/** Which ControlParameters a command takes (NFD wiki, ControlCommand). */
export interface CommandSpec {
  readonly required?: readonly ParameterName[]
  readonly optional?: readonly ParameterName[]
  /** Whether what it takes is in ApplicationParameters, and no ControlParameters are in its name. False by default. */
  readonly isInApplicationParameters?: boolean
}

/**
 * @throws CommandError 400 where one is missing, one is there that the command does not take, or one of Flags and Mask is
 * there without the other
 */
export function checkParameters(
  parameters: ControlParameters,
  { required = [], optional = [] }: CommandSpec,
): void {
  const refuse = (reason: string): never => {
    throw new CommandError(ControlStatus.BadParameters, reason)
  }
  for (const name of required)
    if (parameters[name] === undefined) refuse(`${elementName(name)} is required but missing`)
  for (const [name, value] of Object.entries(parameters) as [ParameterName, unknown][])
    if (value !== undefined && !required.includes(name) && !optional.includes(name))
      refuse(`${elementName(name)} is forbidden but present`)
  if (optional.includes('mask') && (parameters.flags === undefined) !== (parameters.mask === undefined))
    refuse('Flags must be accompanied by Mask')
}

/** The element's name in NFD's protocol. */
function elementName(name: ParameterName): string {
  return name.charAt(0).toUpperCase() + name.slice(1)
}

/** Whether a bit is to be set or cleared; undefined where Mask leaves it as it is. */
export function maskedFlag({ flags = 0, mask = 0 }: ControlParameters, bit: number): boolean | undefined {
  return (mask & bit) === 0 ? undefined : (flags & bit) !== 0
}
