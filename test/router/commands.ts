import type { Endpoint } from '../../src/endpoint/index.ts'
import {
  type ControlParameters,
  type ControlResponse,
  controlParameters,
  controlResponse,
} from '../../src/management/index.ts'
import { Component, Name, type Signer, TT } from '../../src/packet/index.ts'

/** Sends a command of NFD's management protocol; without a signer it is no signed Interest. */
export async function sendCommand(
  endpoint: Endpoint,
  command: string,
  parameters: ControlParameters,
  signer?: Signer,
): Promise<ControlResponse> {
  const octets = controlParameters.encode(parameters)
  const name = Name.parse(`/localhost/nfd/${command}`).append(new Component(TT.GenericNameComponent, octets))
  const signed = { applicationParameters: new Uint8Array(), ...(signer !== undefined && { signer }) }
  const data = await endpoint.express(name, { mustBeFresh: true, ...signed })
  return controlResponse.decode(data.content)
}
