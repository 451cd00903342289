import { Command } from 'commander'
import type { FunctionStatus } from '../control/index.ts'
import { describeAllowed, formatMediaTypes } from '../function/index.ts'
import type { RouterChoice } from './client.ts'
import { askNode } from './dataset.ts'
import { CliError, ExitCode } from './exit-code.ts'
import { examples, homeOption, jsonOption, routerOption } from './options.ts'
import { type Paint, paintFor, plain } from './paint.ts'
import { formatPairs, formatTable } from './table.ts'
import { formatBytes, formatList, formatTime, nearest, printable } from './text.ts'

export function functionsCommand(): Command {
  return new Command('functions')
    .summary('the functions that the node offers')
    .description(
      'Lists the functions that the node offers, or tells all about one: what it takes and gives, its parameters.',
    )
    .argument('[name]', 'one function')
    .addOption(jsonOption())
    .addOption(routerOption())
    .addOption(homeOption())
    .addHelpText(
      'after',
      examples(
        ['ndn-sfc functions', 'all of them, and how they are'],
        ['ndn-sfc functions resize', 'the parameters of one'],
        ['ndn-sfc functions --json | jq \'.[] | select(.state != "ready")\'', 'those that are not ready'],
      ),
    )
    .action(show)
}

async function show(name: string | undefined, options: RouterChoice & { json?: true }): Promise<void> {
  const all = await askNode(options, 'functions')
  const { stdout } = process
  const paint = paintFor(stdout)
  if (name === undefined) {
    stdout.write(options.json ? `${JSON.stringify(all)}\n` : formatFunctions(all, Date.now(), paint))
    return
  }
  const found = all.find((status) => status.name === name)
  if (found === undefined) {
    const names = all.map((status) => status.name)
    const near = nearest(name, names)
    const hint =
      near.length > 0 ? `did you mean ${formatList(near, 'or')}?` : `it offers ${formatList(names)}`
    throw new CliError(ExitCode.NoRoute, `this node offers no function '${name}'; ${hint}`)
  }
  stdout.write(options.json ? `${JSON.stringify(found)}\n` : formatFunction(found, Date.now(), paint))
}

/** @param now milliseconds since the epoch */
export function formatFunctions(all: readonly FunctionStatus[], now: number, paint: Paint = plain): string {
  if (all.length === 0) return 'This node offers no function.\n'
  const rows = [...all].sort((a, b) => (a.name < b.name ? -1 : 1))
  const table = formatTable<FunctionStatus>(
    [
      { head: 'function', cell: ({ name }) => name },
      { head: 'version', cell: ({ version }) => version },
      { head: 'state', cell: ({ state }) => paintState(state, paint) },
      { head: 'for', align: 'right', cell: ({ since }) => formatTime(Math.max(0, now - since)) },
      { head: 'restarts', align: 'right', cell: ({ restarts }) => String(restarts) },
      {
        head: 'memory',
        align: 'right',
        cell: ({ memory }) => (memory === undefined ? '' : formatBytes(memory)),
      },
      // One that could not be built has said nothing of itself.
      {
        head: 'takes → gives',
        cell: ({ input, output }) => (output === '' ? '' : `${formatMediaTypes(input)} → ${output}`),
      },
    ],
    rows,
  )
  const causes = rows
    .filter(({ cause }) => cause !== undefined)
    .map(({ name, cause = '' }) => `${paint('yellow', name)}: ${printable(cause)}\n`)
  return causes.length === 0 ? table : `${table}\n${causes.join('')}`
}

/** @param now milliseconds since the epoch */
export function formatFunction(status: FunctionStatus, now: number, paint: Paint = plain): string {
  const { name, version, description, input, output, parameters, state, since, cause, digest, restarts } =
    status
  const pairs = formatPairs([
    ['takes', formatMediaTypes(input)],
    ['gives', output],
    [
      'state',
      `${paintState(state, paint)} for ${formatTime(Math.max(0, now - since))}, ${restarts} restarts`,
    ],
    ...(cause === undefined ? [] : [['cause', printable(cause)] as const]),
    ['digest', digest],
  ])
  const rows = Object.entries(parameters)
  const table =
    rows.length === 0
      ? 'It has no parameters.\n'
      : formatTable<(typeof rows)[number]>(
          [
            { head: 'parameter', cell: ([key]) => key },
            { head: 'default', cell: ([, { default: value }]) => (value === undefined ? '' : String(value)) },
            { head: 'takes', cell: ([, spec]) => describeAllowed(spec) },
            { head: 'what it is', cell: ([, { description: text = '' }]) => text },
          ],
          rows,
        )
  const title = paint('bold', `${name} ${version}`)
  return `${title}${description ? `: ${description}` : ''}\n${pairs}\n${table}`
}

function paintState(state: FunctionStatus['state'], paint: Paint): string {
  return paint(state === 'ready' ? 'green' : state === 'failed' ? 'red' : 'yellow', state)
}
