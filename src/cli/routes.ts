import { Command } from 'commander'
import type { RouteStatus } from '../control/index.ts'
import type { RouterChoice } from './client.ts'
import {
  type ControllerChoice,
  controllerOption,
  tokenFileOption,
  withController,
} from './controller-client.ts'
import { askNode } from './dataset.ts'
import { examples, homeOption, jsonOption, routerOption } from './options.ts'
import { type Column, formatTable } from './table.ts'
import { formatTime, printable } from './text.ts'

type Options = RouterChoice & ControllerChoice & { readonly all?: true }

export function routesCommand(): Command {
  return new Command('routes')
    .summary('where the node sends what it is asked for')
    .description(
      'Shows the FIB: for each prefix, of functions and of content, the faces that it leads to; who made each route, its flags, and when it ends.',
    )
    .option('--all', 'of all nodes, through the controller; so does --controller')
    .addOption(controllerOption())
    .addOption(tokenFileOption())
    .addOption(jsonOption())
    .addOption(routerOption())
    .addOption(homeOption())
    .addHelpText(
      'after',
      examples(
        ['ndn-sfc routes', 'the table'],
        ['ndn-sfc routes --json', 'for a program'],
        ['ndn-sfc routes --all', 'the tables of all nodes, with the plan that each route comes from'],
      ),
    )
    .action(async (options: Options, command: Command) => {
      // In the environment it says where the controller is, not that it is to be asked.
      const isAll = options.all === true || command.getOptionValueSource('controller') === 'cli'
      const routes = isAll
        ? await withController(options, (controller) => controller.routes())
        : await askNode(options, 'routes')
      process.stdout.write(options.json ? `${JSON.stringify(routes)}\n` : formatRoutes(routes))
    })
}

/** @param routes of one node, or of several by the name of each */
export function formatRoutes(routes: readonly (RouteStatus & { readonly node?: string })[]): string {
  if (routes.length === 0) return 'This node has no routes.\n'
  const rows = [...routes]
    .sort((a, b) => compare(a.node, b.node) || compare(a.prefix, b.prefix))
    .flatMap(({ node = '', prefix, hops }) =>
      hops.map((hop, index) => ({ node, prefix: index === 0 ? prefix : '', ...hop })),
    )
  type Row = (typeof rows)[number]
  const nodes: Column<Row>[] = [{ head: 'node', cell: ({ node }) => printable(node) }]
  const plans: Column<Row>[] = [{ head: 'plan', cell: ({ plan = '' }) => printable(plan) }]
  return formatTable<Row>(
    [
      ...(rows.some(({ node }) => node !== '') ? nodes : []),
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
      ...(rows.some(({ plan }) => plan !== undefined) ? plans : []),
      { head: 'leads to', cell: ({ remote }) => remote },
    ],
    rows,
  )
}

function compare(a = '', b = ''): number {
  return a === b ? 0 : a < b ? -1 : 1
}
