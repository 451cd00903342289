import {
  DEFAULT_MAXIMUM_USAGE,
  DEFAULT_VCPUS_PER_CORE,
  type Host,
  type ImageHolder,
  type Platform,
  type Socket,
} from '../model/index.ts'
import { DEFAULT_ARCHITECTURE } from './platform-schema.ts'
import { layOut, mapping, OneLine, unless } from './yaml-layout.ts'

/**
 * Writes a platform in YAML, without what is the default. `parsePlatform` makes the same platform of it; images and layers of a
 * host with machines, which do not count, are left out.
 */
export function formatPlatform({ name, networks, hosts, repository, fileServer }: Platform): string {
  return layOut(
    mapping([
      ['name', name],
      ['networks', mapping(networks.map(({ name, bandwidth }) => [name, new OneLine({ bandwidth })]))],
      ['repository', repository],
      ['fileServer', fileServer],
      ['hosts', mapping(hosts.map((host) => [host.name, hostFields(host)]))],
    ]),
  )
}

function hostFields(host: Host): Map<string, unknown> {
  const { network, bandwidth, architecture, labels, sockets, machines } = host
  return mapping([
    ['network', network],
    ['bandwidth', bandwidth],
    ['architecture', unless(architecture, DEFAULT_ARCHITECTURE)],
    ['labels', oneLine(labels)],
    ['sockets', unless(sockets.map(socketFields))],
    ...(machines.length === 0 ? holderFields(host) : [machinesField(host)]),
  ])
}

function socketFields({ speed, cores, vcpusPerCore, maximumUsage }: Socket): OneLine {
  return new OneLine(
    mapping([
      ['speed', speed],
      ['cores', cores],
      ['vcpusPerCore', unless(vcpusPerCore, DEFAULT_VCPUS_PER_CORE)],
      ['maximumUsage', unless(maximumUsage, DEFAULT_MAXIMUM_USAGE)],
    ]),
  )
}

function machinesField({ machines }: Host): [string, unknown] {
  const own = machines.map((machine): [string, unknown] => [
    machine.name,
    new OneLine(mapping([['vcpus', machine.vcpus], ...plain(machine)])),
  ])
  return ['machines', mapping(own)]
}

function holderFields(holder: ImageHolder): [string, unknown][] {
  return plain(holder).map(([field, value]) => [field, oneLine(value)])
}

function plain({ images, layers }: ImageHolder): [string, object | undefined][] {
  return [
    ['images', unless(images)],
    ['layers', unless(layers)],
  ]
}

function oneLine(value: object | undefined): OneLine | undefined {
  return value === undefined || unless(value) === undefined ? undefined : new OneLine(value)
}
