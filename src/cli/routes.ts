import { Command } from 'commander'
import type { RouteStatus } from '../control/index.ts'
import type { RouterChoice } from './client.ts'
import { askNode } from './dataset.ts'
import { examples, homeOption, jsonOption, routerOption } from './options.ts'
import { formatTable } from './table.ts'
import { formatTime } from './text.ts'

export function routesCommand(): Command {
  return new Command('routes')
    .summary('where the node sends what it is asked for')
    .description(
      'Shows the FIB: for each prefix, of functions and of content, the faces that it leads to; who made each route, its flags, and when it ends.',
    )
    .addOption(jsonOption())
    .addOption(routerOption())
    .addOption(homeOption())
    .addHelpText(
      'after',
      examples(['ndn-sfc routes', 'the table'], ['ndn-sfc routes --json', 'for a program']),
    )
    .action(async (options: RouterChoice & { json?: true }) => {
      const routes = await askNode(options, 'routes')
      process.stdout.write(options.json ? `${JSON.stringify(routes)}\n` : formatRoutes(routes))
    })
}

export function formatRoutes(routes: readonly RouteStatus[]): string {
  if (routes.length === 0) return 'This node has no routes.\n'
  const rows = [...routes]
    .sort((a, b) => (a.prefix < b.prefix ? -1 : 1))
    .flatMap(({ prefix, hops }) => hops.map((hop, index) => ({ prefix: index === 0 ? prefix : '', ...hop })))
  return formatTable<(typeof rows)[number]>(
    [
      { head: 'prefix', cell: ({ prefix }) => prefix },
      { head: 'from', cell: ({ origin }) => origin },
      { head: 'cost', align: 'right', cell: ({ cost }) => String(cost) },
      { head: 'face', align: 'right', cell: ({ face }) => String(face) },
      { head: 'flags', cell: ({ flags = [] }) => flags.join(', ') },
      {
        head: 'ends in',
        align: 'right',
        cell: ({ expiresIn }) => (expiresIn === undefined ? '' : formatTime(expiresIn)),
      },
      { head: 'leads to', cell: ({ remote }) => remote },
    ],
    rows,
  )
}
