import { checkCount, didYouMean, type ProblemList } from '../../files/index.ts'
import { type HostEntry, hostNamesOf } from './host-entry.ts'
import type { FileLimits } from './limits.ts'
import type { PlatformFile } from './platform-schema.ts'

function vcpusOf({ sockets }: HostEntry['fields']): number {
  return sockets.reduce((sum, { cores, vcpusPerCore }) => sum + cores * vcpusPerCore, 0)
}

/** @throws FileError where there are too many hosts or vCPUs: they are not to be made even for the other checks */
export function checkLimits(entries: readonly HostEntry[], limits: FileLimits, problems: ProblemList): void {
  let hosts = 0
  let vcpus = 0
  for (const { fields } of entries) {
    const count = fields.count ?? 1
    hosts += count
    vcpus += count * vcpusOf(fields)
  }
  checkCount(hosts, limits.hosts, 'hosts', problems)
  checkCount(vcpus, limits.vcpus, 'vCPUs', problems)
}

export function checkHostNames(entries: readonly HostEntry[], problems: ProblemList): void {
  const taken = new Map<string, string>()
  for (const entry of entries) {
    for (const name of hostNamesOf(entry)) {
      const other = taken.get(name)
      if (other !== undefined)
        problems.addAt(
          ['hosts', entry.name],
          `there are two hosts with the name ${name}; the other is of ${other}`,
        )
      taken.set(name, entry.name)
    }
  }
}

export function checkNetworks(
  entries: readonly HostEntry[],
  networks: readonly string[],
  problems: ProblemList,
): void {
  const known = new Set(networks)
  for (const { name, fields } of entries) {
    if (known.has(fields.network)) continue
    const reason = `there is no network ${fields.network}${didYouMean(fields.network, networks)}`
    problems.addAt(['hosts', name, 'network'], reason)
  }
}

export function checkMachines(entries: readonly HostEntry[], problems: ProblemList): void {
  for (const { name, fields } of entries) {
    const machines = Object.values(fields.machines)
    if (machines.length === 0) continue
    const [has, own] = [machines.reduce((sum, { vcpus }) => sum + vcpus, 0), vcpusOf(fields)]
    if (has !== own)
      problems.addAt(['hosts', name, 'machines'], `they have ${has} vCPUs together, and the host has ${own}`)
    for (const field of ['images', 'layers'] as const) {
      if (fields[field].length > 0)
        problems.addAt(
          ['hosts', name, field],
          'a host with machines holds none itself: say it of the machines',
        )
    }
  }
}

/** @param wrong entries whose hosts are not known, since something else is wrong with them */
export function checkServers(
  data: PlatformFile | undefined,
  entries: readonly HostEntry[],
  wrong: readonly string[],
  problems: ProblemList,
): void {
  const known = new Set(entries.flatMap(hostNamesOf))
  for (const field of ['repository', 'fileServer'] as const) {
    const name = data?.[field]
    if (name === undefined || known.has(name) || wrong.some((entry) => name.startsWith(entry))) continue
    problems.addAt([field], `there is no host ${name}${didYouMean(name, known)}`)
  }
}
