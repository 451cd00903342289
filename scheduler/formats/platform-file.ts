import { checkSize, keysOf, validate, yamlSource } from '../../files/index.ts'
import type { Host, Platform } from '../model/index.ts'
import { baseName } from './base-name.ts'
import { type HostEntry, hostNamesOf } from './host-entry.ts'
import { type LimitOptions, limitsOf } from './limits.ts'
import { checkHostNames, checkLimits, checkMachines, checkNetworks, checkServers } from './platform-check.ts'
import { platformFile } from './platform-schema.ts'

/**
 * Reads a platform in YAML, as `topologies/README.md` says.
 * @param file its name, for what is said of it
 * @throws FileError with all that is wrong
 */
export function parsePlatform(text: string, file: string, options: LimitOptions = {}): Platform {
  const limits = limitsOf(options)
  checkSize(text, file, limits.markupBytes)
  const source = yamlSource(text, file)
  const { problems } = source
  const { data, isWrong } = validate(platformFile, source)
  const raw = (source.value ?? {}) as {
    readonly networks?: unknown
    readonly hosts?: Readonly<Record<string, { readonly machines?: unknown }>>
  }
  const networks = keysOf(raw.networks)
  const entries = keysOf(raw.hosts).flatMap((name): HostEntry[] => {
    const fields = data?.hosts[name]
    return fields === undefined ? [] : [{ name, fields, machines: keysOf(raw.hosts?.[name]?.machines) }]
  })
  checkLimits(entries, limits, problems)
  if (data === undefined) problems.throwIfAny()
  const wrong = keysOf(raw.hosts).filter((name) => isWrong('hosts', name))
  checkHostNames(entries, problems)
  checkNetworks(entries, networks, problems)
  checkMachines(
    entries.filter(({ name }) => !wrong.includes(name)),
    problems,
  )
  checkServers(data, entries, wrong, problems)
  problems.throwIfAny()
  return {
    name: data?.name ?? baseName(file),
    networks: networks.map((name) => ({ name, bandwidth: data?.networks[name]?.bandwidth as number })),
    hosts: entries.flatMap(hostsOf),
    repository: data?.repository,
    fileServer: data?.fileServer,
  }
}

function hostsOf(entry: HostEntry): Host[] {
  const { count: _, machines, ...fields } = entry.fields
  const own = entry.machines.map((name) => ({ name, ...(machines[name] as (typeof machines)[string]) }))
  return hostNamesOf(entry).map((name) => ({ name, ...fields, machines: own }))
}
