import { Forwarder, type FwFace } from '@ndn/fw'
import { ControlParameters, type ControlResponse, invoke, list, type StatusDataset } from '@ndn/nfdmgmt'
import { TcpTransport, UnixTransport } from '@ndn/node-transport'
import type { Test } from 'tap'
import type { Node } from '../../src/router/index.ts'
import { homeAddress } from './fixture.ts'

/** A program of another NDN library at a node. */
export interface NdntsClient {
  readonly fw: Forwarder
  readonly face: FwFace
  command(name: Parameters<typeof invoke>[0], parameters: object): Promise<ControlResponse>
  dataset<R>(dataset: StatusDataset<R>): Promise<R[]>
}

/** Connects to a node's Unix socket, or to the TCP address at which it listens besides; ends with the test. */
export async function ndntsAt(t: Test, node: Node, transport: 'unix' | 'tcp' = 'unix'): Promise<NdntsClient> {
  const fw = Forwarder.create()
  const path = homeAddress(node).slice('unix://'.length)
  const port = Number(node.addresses[1]?.split(':').at(-1))
  const face =
    transport === 'unix'
      ? await UnixTransport.createFace({ fw }, path)
      : await TcpTransport.createFace({ fw }, { host: '127.0.0.1', port })
  t.teardown(() => {
    face.close()
    fw.close()
  })
  return {
    fw,
    face,
    command: (name, parameters) => invoke(name, parameters as never, { cOpts: { fw } }),
    dataset: (dataset) => list(dataset, { cOpts: { fw } }),
  }
}

/** The parameters that a command was answered with. */
export function body(response: ControlResponse): ControlParameters {
  return ControlParameters.decodeFromResponseBody(response)
}
