import { BlockList, isIP } from 'node:net'

const LOOPBACK = new BlockList()
LOOPBACK.addSubnet('127.0.0.0', 8)
LOOPBACK.addAddress('::1', 'ipv6')

/** Whether an address, or the name `localhost`, stands for this host alone. @param host an IPv6 address may be in brackets */
export function isLoopback(host: string): boolean {
  const address = host.replace(/^\[(.*)\]$/, '$1')
  const version = isIP(address)
  return version === 0 ? address === 'localhost' : LOOPBACK.check(address, version === 6 ? 'ipv6' : 'ipv4')
}
