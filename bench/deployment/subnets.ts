import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Cleanup } from '../cleanup.ts'

const run = promisify(execFile)

/** Subnet of the bridge, another one for each run; its hosts are numbered from 2. */
const SUBNET = `10.213.${process.pid % 256}`

/** What a link may send at once, beyond its rate, in octets; and how much may wait for it, in milliseconds. */
const BURST_BYTES = 64 * 1024
const QUEUE_MS = 1000

/** Address of this host on the bridge. */
export const OUTSIDE = `${SUBNET}.1`

/** A network namespace: a host of its own as far as its network goes. */
export interface Subnet {
  readonly address: string
  /** Command and arguments in front of a program that is to run in it. `ip netns exec` would hide the control groups. */
  readonly enter: readonly string[]
}

/** Why there can be none here; undefined where there can. */
export async function whyNoSubnets(): Promise<string | undefined> {
  if (process.getuid?.() !== 0) return 'network namespaces need root'
  for (const program of ['ip', 'tc', 'nsenter']) {
    const found = await run('which', [program]).then(
      () => true,
      () => false,
    )
    if (!found) return `there is no ${program}: apt-get install iproute2 util-linux`
  }
  return undefined
}

/**
 * Network namespaces on one bridge, each with a link of its own rate, in both directions (token bucket filter).
 * @param rates MB/s
 */
export async function makeSubnets(rates: readonly number[], cleanup: Cleanup): Promise<Subnet[]> {
  const bridge = `sfc${process.pid % 100_000}`
  await run('ip', ['link', 'add', bridge, 'type', 'bridge'])
  cleanup.add(() => run('ip', ['link', 'del', bridge]))
  await run('ip', ['addr', 'add', `${OUTSIDE}/24`, 'dev', bridge])
  await run('ip', ['link', 'set', bridge, 'up'])
  await allowForwarding(bridge, cleanup)
  return await Promise.all(rates.map((rate, index) => makeSubnet(bridge, index, rate, cleanup)))
}

async function makeSubnet(bridge: string, index: number, rate: number, cleanup: Cleanup): Promise<Subnet> {
  const name = `${bridge}n${index}`
  const [outside, inside] = [`${bridge}o${index}`, `${bridge}i${index}`]
  const address = `${SUBNET}.${index + 2}`
  await run('ip', ['netns', 'add', name])
  cleanup.add(() => run('ip', ['netns', 'del', name]))
  await run('ip', ['link', 'add', outside, 'type', 'veth', 'peer', 'name', inside])
  await run('ip', ['link', 'set', inside, 'netns', name])
  await run('ip', ['link', 'set', outside, 'master', bridge, 'up'])
  const within = (...command: string[]) => run('ip', ['netns', 'exec', name, ...command])
  await within('ip', 'addr', 'add', `${address}/24`, 'dev', inside)
  await within('ip', 'link', 'set', inside, 'up')
  await within('ip', 'link', 'set', 'lo', 'up')
  const limit = ['root', 'tbf', 'rate', `${Math.round(rate * 8000)}kbit`]
  const queue = ['burst', String(BURST_BYTES), 'latency', `${QUEUE_MS}ms`]
  await within('tc', 'qdisc', 'add', 'dev', inside, ...limit, ...queue)
  await run('tc', ['qdisc', 'add', 'dev', outside, ...limit, ...queue])
  return { address, enter: ['nsenter', `--net=/var/run/netns/${name}`] }
}

/** Where a Docker Engine has forbidden it to all bridges but its own. */
async function allowForwarding(bridge: string, cleanup: Cleanup): Promise<void> {
  const rule = ['FORWARD', '-i', bridge, '-o', bridge, '-j', 'ACCEPT']
  const added = await run('iptables', ['-I', ...rule]).then(
    () => true,
    () => false,
  )
  if (added) cleanup.add(() => run('iptables', ['-D', ...rule]))
}
