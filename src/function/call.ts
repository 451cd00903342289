import { chainOf, type Name, PacketError } from '../packet/index.ts'
import type { Manifest } from './manifest-fields.ts'
import { ParameterError, type ParameterValue, readParameters } from './parameters.ts'
import { WorkError } from './work-error.ts'

/** What a flat name asks of the function that it begins with. */
export interface Call {
  readonly parameters: Record<string, ParameterValue>
  /** Flat name of what the function is to be applied to. */
  readonly input: Name
}

/** @throws WorkError bad-request | bad-parameter */
export function readCall(manifest: Manifest, name: Name): Call {
  try {
    const parameters = chainOf(name).functions[0]?.parameters ?? []
    const input = name.slice(parameters.length > 0 ? 2 : 1)
    return { parameters: readParameters(manifest, parameters), input }
  } catch (error) {
    if (error instanceof ParameterError) throw new WorkError('bad-parameter', error.message)
    if (error instanceof PacketError) throw new WorkError('bad-request', error.message)
    throw error
  }
}
