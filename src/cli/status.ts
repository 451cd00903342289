import { Command } from 'commander'
import type { FunctionStatus, NodeStatus } from '../control/index.ts'
import type { Endpoint } from '../endpoint/index.ts'
import { openEndpoint, type RouterChoice, routerAddress } from './client.ts'
import { fetchDataset } from './dataset.ts'
import { examples, homeOption, jsonOption, routerOption } from './options.ts'
import { type Paint, paintFor, plain } from './paint.ts'
import { formatPairs } from './table.ts'
import { formatBytes, formatCount, formatNumber, formatTime, printable } from './text.ts'

export function statusCommand(): Command {
  return new Command('status')
    .summary('how the node is')
    .description('Tells how the node is: its engine, its functions, its tables and how full they are.')
    .addOption(jsonOption())
    .addOption(routerOption())
    .addOption(homeOption())
    .addHelpText(
      'after',
      examples(
        ['ndn-sfc status', 'a summary'],
        ['ndn-sfc status --json | jq .contentStore', 'the Content Store'],
      ),
    )
    .action(show)
}

async function show(options: RouterChoice & { json?: true }): Promise<void> {
  const endpoint: Endpoint = await openEndpoint(routerAddress(options))
  try {
    const status = await fetchDataset(endpoint, 'status')
    if (options.json) {
      process.stdout.write(`${JSON.stringify(status)}\n`)
      return
    }
    const functions = await fetchDataset(endpoint, 'functions')
    process.stdout.write(formatStatus(status, functions, paintFor(process.stdout)))
  } finally {
    endpoint.close()
  }
}

export function formatStatus(
  status: NodeStatus,
  functions: readonly FunctionStatus[],
  paint: Paint = plain,
): string {
  const {
    name,
    version,
    uptime,
    availability,
    why,
    addresses,
    pit,
    contentStore,
    fib,
    anchor,
    memory,
    disconnects,
  } = status
  const ready = functions.filter(({ state }) => state === 'ready').length
  const others = functions
    .filter(({ state }) => state !== 'ready')
    .map(({ name, state }) => paint(state === 'failed' ? 'red' : 'yellow', `${name} ${state}`))
  const { hits, misses } = contentStore
  const asked = hits + misses
  const rate = asked === 0 ? '' : ` (${Math.round((100 * hits) / asked)} %)`
  const gone = Object.entries(disconnects)
    .filter(([reason]) => reason !== 'closed-by-peer')
    .map(([reason, count]) => `${formatNumber(count)} ${reason}`)
  return formatPairs([
    [
      'node',
      `${paint('bold', name)}, ndn-sfc ${version}, up for ${formatTime(uptime)}, ${formatBytes(memory)} of memory`,
    ],
    ['availability', paint(availability === 'active' ? 'green' : 'yellow', availability)],
    ['engine', printable(why)],
    ['functions', [`${ready} of ${functions.length} ready`, ...others].join(', ')],
    ['addresses', addresses.join(', ')],
    ['FIB', formatCount(fib.prefixes, 'prefix', 'prefixes')],
    ['PIT', `${formatNumber(pit.entries)} of at most ${formatCount(pit.max, 'pending Interest')}`],
    [
      'Content Store',
      `${formatCount(contentStore.packets, 'packet')} of at most ${formatNumber(contentStore.maxPackets)}, ` +
        `${formatBytes(contentStore.bytes)} of at most ${formatBytes(contentStore.maxBytes)}, ` +
        `${formatCount(hits, 'hit')} in ${formatCount(asked, 'look-up')}${rate}, ${formatNumber(contentStore.evictions)} evicted`,
    ],
    ...(gone.length === 0 ? [] : [['disconnected', gone.join(', ')] as const]),
    ['trust anchor', anchor],
  ])
}
