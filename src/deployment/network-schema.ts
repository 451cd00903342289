import { z } from 'zod'
import { DEFAULT_REGISTRY } from '../repository/index.ts'
import { nodeName, ownName, text } from './fields.ts'

/** Most nodes of a network. */
export const MAX_NODES = 1024

/** Least and most bandwidth of a node's link, in MB/s. */
const MIN_BANDWIDTH = 0.001
const MAX_BANDWIDTH = 1_000_000

const node = z.strictObject({
  control: text()
    .optional()
    .describe('FaceUri at which it takes commands, such as unix:///run/edge-1/router.sock'),
  home: text().optional().describe('Instead of control: folder of the node on this machine'),
  address: text().describe('FaceUri to which other nodes connect, such as tcp://192.0.2.1:6363'),
  network: z
    .string()
    .regex(
      /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/,
      'is no name of a network: one has 1 to 63 letters, digits and . _ -',
    )
    .optional()
    .describe('Network that it is in; without: as the node says itself'),
  bandwidth: z
    .number()
    .min(MIN_BANDWIDTH)
    .max(MAX_BANDWIDTH)
    .optional()
    .describe('Of its link, in MB/s; without: as the node says itself'),
  config: text().optional().describe('Configuration file of the node, for whoever is to start it'),
})

export const networkFile = z.strictObject({
  name: ownName().describe('Name of the network'),
  registry: z
    .url({ protocol: /^https?$/, error: 'must be a URL, such as http://127.0.0.1:5000' })
    .default(DEFAULT_REGISTRY)
    .describe('URL of the SF repository'),
  nodes: z.record(nodeName(), node).describe('By name'),
})

export type NetworkText = z.output<typeof networkFile>
export type NodeText = NetworkText['nodes'][string]
