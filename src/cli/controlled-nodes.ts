import { type Command, Option } from 'commander'
import type { NodeView } from '../controller/index.ts'
import {
  type ControllerChoice,
  controllerOption,
  tokenFileOption,
  withController,
} from './controller-client.ts'
import { CliError, ExitCode } from './exit-code.ts'
import { formatFacts } from './node-text.ts'
import { type Paint, paintFor, plain } from './paint.ts'
import { formatTable } from './table.ts'
import { formatBytes, formatList, nearest, printable } from './text.ts'

/** A node that is reached through the controller. */
export interface ControlledNode extends ControllerChoice {
  readonly name: string
}

export interface NodeChoice extends ControllerChoice {
  readonly name?: string
}

export function addNodeNameOptions(command: Command): Command {
  return command
    .addOption(new Option('--name <node>', 'a node of the network, through the controller'))
    .addOption(controllerOption())
    .addOption(tokenFileOption())
}

export function isControlled(choice: NodeChoice): choice is ControlledNode {
  return choice.name !== undefined
}

export async function showControlledNode(choice: ControlledNode): Promise<void> {
  const nodes = await withController(choice, (controller) => controller.nodes())
  const found = nodes.find(({ name }) => name === choice.name)
  if (found === undefined) throw unknownNode(choice.name, nodes)
  const { stdout } = process
  stdout.write(choice.json ? `${JSON.stringify(found)}\n` : formatNode(found, paintFor(stdout)))
}

function unknownNode(name: string, nodes: readonly NodeView[]): CliError {
  const names = nodes.map((node) => node.name)
  const near = nearest(name, names)
  const hint = near.length > 0 ? `did you mean ${formatList(near, 'or')}?` : `there are ${formatList(names)}`
  return new CliError(ExitCode.NoRoute, `the network has no node '${name}'; ${hint}`)
}

export async function listControlledNodes(choice: ControllerChoice): Promise<void> {
  const nodes = await withController(choice, (controller) => controller.nodes())
  const { stdout } = process
  stdout.write(choice.json ? `${JSON.stringify(nodes)}\n` : formatNodes(nodes, paintFor(stdout)))
}

export function formatNodes(nodes: readonly NodeView[], paint: Paint = plain): string {
  if (nodes.length === 0) return 'The network has no nodes.\n'
  const rows = [...nodes].sort((a, b) => (a.name < b.name ? -1 : 1))
  const table = formatTable<NodeView>(
    [
      { head: 'node', cell: ({ name }) => printable(name) },
      { head: 'state', cell: (node) => describeNodeState(node, paint) },
      { head: 'vCPUs', align: 'right', cell: ({ facts }) => (facts ? String(facts.cpu.vcpus) : '') },
      {
        head: 'MIPS',
        align: 'right',
        // What a plan counts on.
        cell: ({ facts }) => (facts ? String(Math.round(facts.cpu.speed * facts.cpu.share)) : ''),
      },
      {
        head: 'free memory',
        align: 'right',
        cell: ({ facts }) => (facts ? formatBytes(facts.memory.free) : ''),
      },
      { head: 'arch', cell: ({ facts }) => printable(facts?.architecture ?? '') },
      { head: 'instances', align: 'right', cell: ({ facts }) => (facts ? String(facts.load.instances) : '') },
      { head: 'address', cell: ({ address }) => printable(address) },
    ],
    rows,
  )
  const problems = rows.flatMap(({ name, cause, problems }) =>
    [...(cause === undefined ? [] : [cause]), ...problems].map(
      (text) => `${paint('yellow', printable(name))}: ${printable(text)}\n`,
    ),
  )
  return problems.length === 0 ? table : `${table}\n${problems.join('')}`
}

function formatNode(node: NodeView, paint: Paint): string {
  const { facts, problems, revision, appliedRevision } = node
  const state = `${describeNodeState(node, paint)}, assignment ${appliedRevision ?? 'none'} of ${revision}\n`
  const told = problems.map((problem) => `${printable(problem)}\n`).join('')
  return `${facts === undefined ? `${printable(node.name)}\n` : formatFacts(facts, paint)}${state}${told}`
}

function describeNodeState({ isReachable, facts }: NodeView, paint: Paint): string {
  if (!isReachable) return paint('red', 'unreachable')
  const { availability = 'active' } = facts ?? {}
  return paint(availability === 'active' ? 'green' : 'yellow', availability)
}
