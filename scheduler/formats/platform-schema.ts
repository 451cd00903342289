import { z } from 'zod'
import { DEFAULT_MAXIMUM_USAGE, DEFAULT_VCPUS_PER_CORE } from '../model/index.ts'
import { count, hostName, labels, name, names, percent, rate } from './fields.ts'

/** Of a host where nothing is said. */
export const DEFAULT_ARCHITECTURE = 'amd64'

const held = {
  images: names().default([]).describe('SF types whose images are there at the start'),
  layers: names().default([]).describe('Layers that are there at the start, beside those of images'),
}

const network = z.strictObject({
  bandwidth: rate().describe('To and from other networks, in MB/s'),
})

const socket = z.strictObject({
  speed: rate().describe('Of each vCPU, in million instructions per second (MIPS)'),
  cores: count().describe('Cores of the CPU'),
  vcpusPerCore: count().default(DEFAULT_VCPUS_PER_CORE).describe('vCPUs that a core shows'),
  maximumUsage: percent()
    .default(DEFAULT_MAXIMUM_USAGE)
    .describe("Most that may be used of a core, in percent: the mean of its vCPUs' usages"),
})

const machine = z.strictObject({
  vcpus: count().describe("vCPUs of the host's; its machines take all, in their order"),
  ...held,
})

const host = z.strictObject({
  count: count()
    .optional()
    .describe('How many there are; they are called NAME-1, NAME-2, …. Without: one, called NAME'),
  network: name().describe('Name of its network'),
  bandwidth: rate().describe('Of its network card, in MB/s'),
  architecture: name().default(DEFAULT_ARCHITECTURE).describe('Architecture of its CPUs'),
  labels: labels().default({}).describe('What tasks may demand, such as camera: lobby'),
  sockets: z
    .array(socket)
    .default([])
    .describe('CPUs; none: a host that computes nothing, such as a file server'),
  machines: z
    .record(hostName(), machine)
    .default({})
    .describe('Virtual machines by name, each with images of its own; none: the host is one node'),
  ...held,
})

/** A file of a platform. */
export const platformFile = z
  .strictObject({
    name: name().optional().describe('Name of the platform; without: that of the file'),
    networks: z.record(name(), network).describe('Data centres and sites by name'),
    hosts: z.record(hostName(), host).describe('Computers by name'),
    repository: hostName()
      .optional()
      .describe(
        'Host that keeps the images of all types, the SF repository; without: nothing can be fetched',
      ),
    fileServer: hostName().optional().describe("Host that keeps tasks' input; without: no task may have any"),
  })
  .meta({ title: 'Platform', description: 'Where workflows run: networks, hosts, CPUs and what they hold' })

export type PlatformFile = z.output<typeof platformFile>
