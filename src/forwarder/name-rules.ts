import { Component, type Name, TT } from '../packet/index.ts'

/**
 * Most components in the name of an Interest, and longest prefix of a Data by which it is found. A packet has room for
 * 4,000 components, and each prefix costs a look-up over all octets before it: 8 kB could keep a forwarder busy for long.
 */
export const MAX_NAME_COMPONENTS = 128

const LOCALHOST = Component.generic('localhost')

/** Whether a flat name begins with that function. */
export function isNameOf(functionName: string, name: Name): boolean {
  const first = name.at(0)
  return first?.type === TT.FunctionComponent && first.text === functionName
}

/** How many components of a flat name stand for functions and their parameters. */
function functionLength(name: Name): number {
  for (let length = 0; length < name.length; length++) {
    const type = name.typeAt(length)
    if (type !== TT.FunctionComponent && type !== TT.FunctionParametersComponent) return length
  }
  return name.length
}

/** Whether a flat name has functions and no content: there is no Interest for it in another form than flat. */
export function isWithoutContent(name: Name): boolean {
  return functionLength(name) === name.length
}

/**
 * Whether a name may not leave this host. That holds for the content of a chain too: otherwise who may not ask for
 * `/localhost/…` could ask a function of it, and the function may.
 */
export function isLocalhost(name: Name): boolean {
  const component = name.at(functionLength(name))
  return component !== undefined && LOCALHOST.equals(component)
}
