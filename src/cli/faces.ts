import { Command } from 'commander'
import type { FaceStatus } from '../control/index.ts'
import type { RouterChoice } from './client.ts'
import { askNode } from './dataset.ts'
import { examples, homeOption, jsonOption, routerOption } from './options.ts'
import { formatTable } from './table.ts'
import { formatBytes, formatNumber } from './text.ts'

export function facesCommand(): Command {
  return new Command('faces')
    .summary('the links of the node, and what went over them')
    .description(
      'Shows each face: to a function, a producer, a consumer or another router; and the packets that it received (in) and sent (out).',
    )
    .addOption(jsonOption())
    .addOption(routerOption())
    .addOption(homeOption())
    .addHelpText(
      'after',
      examples(['ndn-sfc faces', 'the table'], ['ndn-sfc faces --json', 'with all counters']),
    )
    .action(async (options: RouterChoice & { json?: true }) => {
      const faces = await askNode(options, 'faces')
      process.stdout.write(options.json ? `${JSON.stringify(faces)}\n` : formatFaces(faces))
    })
}

export function formatFaces(faces: readonly FaceStatus[]): string {
  if (faces.length === 0) return 'This node has no faces.\n'
  const both = (received: number, sent: number): string => `${formatNumber(received)}/${formatNumber(sent)}`
  return formatTable<FaceStatus>(
    [
      { head: 'face', align: 'right', cell: ({ id }) => String(id) },
      {
        head: 'to',
        cell: ({ remote, function: name }) => (name === undefined ? remote : `function ${name}`),
      },
      { head: 'form', cell: ({ form }) => form },
      { head: 'Interests in/out', align: 'right', cell: (face) => both(face.interestsIn, face.interestsOut) },
      { head: 'Data in/out', align: 'right', cell: (face) => both(face.dataIn, face.dataOut) },
      { head: 'Nacks in/out', align: 'right', cell: (face) => both(face.nacksIn, face.nacksOut) },
      {
        head: 'bytes in/out',
        align: 'right',
        cell: (face) => `${formatBytes(face.bytesIn)}/${formatBytes(face.bytesOut)}`,
      },
      { head: 'dropped', cell: formatDrops },
    ],
    [...faces].sort((a, b) => a.id - b.id),
  )
}

function formatDrops({ drops, queueDrops }: FaceStatus): string {
  const reasons = Object.entries(drops).map(([reason, count]) => `${formatNumber(count)} ${reason}`)
  if (queueDrops > 0) reasons.push(`${formatNumber(queueDrops)} queue full`)
  return reasons.join(', ')
}
