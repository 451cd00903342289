import type { NodeFacts } from '../facts/index.ts'
import { type Paint, plain } from './paint.ts'
import { formatPairs } from './table.ts'
import { formatBytes, formatCount, formatList, formatNumber, printable } from './text.ts'

/** For a person: what a node is. */
export function formatFacts(facts: NodeFacts, paint: Paint = plain): string {
  const { name, os, architecture, availability, cpu, memory, labels, images, layers, blobs, load } = facts
  const measured =
    cpu.measuredAt === undefined ? 'as its configuration says' : `measured ${day(cpu.measuredAt)}`
  const usage = cpu.maximumUsage === undefined ? '' : `, of a core at most ${cpu.maximumUsage} %`
  return formatPairs([
    ['node', `${paint('bold', name)}, ${os} on ${architecture}`],
    ['availability', paint(availability === 'active' ? 'green' : 'yellow', availability)],
    ['labels', formatLabels(labels)],
    ['network', `${facts.network}, ${formatNumber(facts.bandwidth)} MB/s`],
    ['CPU', printable(cpu.model)],
    ['vCPUs', `${cpu.vcpus}: ${formatList(cpu.sockets.map(describeSocket))}${usage}`],
    ['speed', `${describeSpeed(cpu)}, ${measured}`],
    ['memory', `${formatBytes(memory.total)}, ${formatBytes(memory.free)} of it free`],
    [
      'load',
      [
        ...(load.cpu === undefined ? [] : [`CPU ${Math.round(100 * load.cpu)} %`]),
        formatCount(load.instances, 'instance'),
        formatCount(load.pending, 'pending Interest'),
      ].join(', '),
    ],
    [
      'images',
      [
        images.length,
        ...(layers.length === 0 ? [] : [formatCount(layers.length, 'layer')]),
        ...(blobs.length === 0 ? [] : [`${formatCount(blobs.length, 'blob')} of the repository`]),
      ].join(', '),
    ],
    ...images.map(
      (image) => ['', `${image.function} ${image.digest.slice(0, 12)}, ${formatBytes(image.size)}`] as const,
    ),
  ])
}

export function formatLabels(labels: NodeFacts['labels']): string {
  const pairs = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1))
  return pairs.length === 0 ? 'none' : printable(pairs.map(([key, value]) => `${key}=${value}`).join(', '))
}

/** What a plan counts on. */
function describeSpeed({ speed, share }: NodeFacts['cpu']): string {
  const part = share === 1 ? '' : `, ${formatNumber(100 * share)} % of ${formatNumber(speed)}`
  return `${formatNumber(Math.round(speed * share))} MIPS a vCPU${part}`
}

function describeSocket({ cores, threads }: NodeFacts['cpu']['sockets'][number]): string {
  return `${formatCount(cores, 'core')} with ${formatCount(threads, 'thread')}`
}

function day(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10)
}
