import { setTimeout as delay } from 'node:timers/promises'
import { Argument, Command } from 'commander'
import { commandNode, commandSigner, type NodeCommandParameters, type SlotState } from '../control/index.ts'
import type { Endpoint } from '../endpoint/index.ts'
import {
  AVAILABILITIES,
  type Availability,
  LabelError,
  type NodeFacts,
  parseLabelChanges,
} from '../facts/index.ts'
import { homeOf, openEndpoint, type RouterChoice, routerAddress } from './client.ts'
import {
  addNodeNameOptions,
  isControlled,
  listControlledNodes,
  type NodeChoice,
  showControlledNode,
} from './controlled-nodes.ts'
import { addControllerOptions, type ControllerChoice, withController } from './controller-client.ts'
import { askNode, fetchDataset } from './dataset.ts'
import { CliError, ExitCode } from './exit-code.ts'
import { formatFacts, formatLabels } from './node-text.ts'
import { examples, homeOption, jsonOption, routerOption } from './options.ts'
import { paintFor } from './paint.ts'
import { formatCount } from './text.ts'

/** How often it is looked whether a node is drained, in milliseconds. */
const POLL_MS = 200

/** How long a node may take to say how its functions are, in milliseconds: many may be starting. */
const PATIENCE_MS = 60_000

/** States that a function does not stay in. */
const UNSETTLED: Readonly<Record<string, readonly SlotState[]>> = {
  active: ['starting', 'restarting', 'withdrawn'],
  pause: ['starting', 'restarting'],
  drain: ['starting', 'restarting', 'ready'],
}

type Options = RouterChoice & NodeChoice & { readonly wait?: true }

export function nodeCommand(): Command {
  return withNodeOptions(new Command('node'))
    .summary('what the node is, its labels, whether it works')
    .description(
      `Tells what the node is: vCPUs and their speed, memory, architecture, labels, images that it holds, how busy it is. That is the node of
the home folder; with --name, one that a controller has.`,
    )
    .addOption(jsonOption())
    .addHelpText(
      'after',
      examples(
        ['ndn-sfc node', 'all of it'],
        ['ndn-sfc node --json | jq .cpu.speed', 'million instructions per second of a vCPU'],
        ['ndn-sfc node label camera=true zone-', 'set one label, remove another'],
        ['ndn-sfc node availability drain --wait', 'finish what is in hand, then run no function'],
        ['ndn-sfc node ls', 'all nodes of the network, through the controller'],
        [
          'ndn-sfc node availability drain --name edge',
          'through the controller: what runs there moves first',
        ],
      ),
    )
    .action(async (options: Options) => {
      if (isControlled(options)) return await showControlledNode(options)
      const facts = await askNode(options, 'facts')
      const { stdout } = process
      stdout.write(options.json ? `${JSON.stringify(facts)}\n` : formatFacts(facts, paintFor(stdout)))
    })
    .addCommand(lsCommand())
    .addCommand(labelCommand())
    .addCommand(availabilityCommand())
    .addCommand(calibrateCommand())
}

function lsCommand(): Command {
  return addControllerOptions(new Command('ls'))
    .summary('all nodes of the network')
    .description('Lists the nodes that the controller has, and how they are.')
    .addHelpText('after', examples(['ndn-sfc node ls', 'all of them']))
    .action(async (_, command: Command) => {
      await listControlledNodes(command.optsWithGlobals<ControllerChoice>())
    })
}

function labelCommand(): Command {
  return withNodeOptions(new Command('label'))
    .summary('set and remove labels')
    .description(
      'Sets labels of the node and removes others, all or none. They stay when it starts again, and come before those of its configuration.',
    )
    .argument('<label...>', 'KEY=VALUE, or KEY- to remove one')
    .addHelpText(
      'after',
      examples(
        ['ndn-sfc node label camera=true zone=edge', 'set two'],
        ['ndn-sfc node label camera-', 'remove one'],
      ),
    )
    .action(async (words: string[], _, command: Command) => {
      const changes = readLabels(words)
      const choice = command.optsWithGlobals<Options>()
      if (isControlled(choice)) {
        const view = await withController(choice, (controller) =>
          controller.changeLabels(choice.name, changes),
        )
        process.stdout.write(`labels: ${formatLabels(view.facts?.labels ?? {})}\n`)
        return
      }
      const facts = await giveCommand(command, 'label', changes, (endpoint) =>
        fetchDataset(endpoint, 'facts'),
      )
      process.stdout.write(`labels: ${formatLabels(facts.labels)}\n`)
    })
}

function availabilityCommand(): Command {
  return withNodeOptions(new Command('availability'))
    .summary('whether the node works: active, pause, drain')
    .description(
      `Says whether the node works, also when it starts again. active: it runs its functions. pause: what runs goes on, and is started
again where it ends, but no new function is taken. drain: no new work is taken, other nodes are asked; what is in hand is finished, and then
the functions end. With --name a controller first moves what runs there to other nodes, and the command waits for that.`,
    )
    .addArgument(new Argument('<availability>', 'what it is to be').choices(AVAILABILITIES))
    .option('--wait', 'until that is so: no function runs, or none is starting')
    .addHelpText(
      'after',
      examples(
        ['ndn-sfc node availability drain --wait', 'before the host is switched off'],
        ['ndn-sfc node availability active', 'work again'],
      ),
    )
    .action(async (availability: Availability, { wait }: Options, command: Command) => {
      const choice = command.optsWithGlobals<Options>()
      if (isControlled(choice)) {
        await withController(choice, (controller) => controller.setAvailability(choice.name, availability))
        process.stdout.write(`${availability}\n`)
        return
      }
      const left = await giveCommand(command, 'availability', { availability }, async (endpoint) => {
        let unsettled = await countUnsettled(endpoint, availability)
        for (; wait === true && unsettled > 0; unsettled = await countUnsettled(endpoint, availability))
          await delay(POLL_MS)
        return unsettled
      })
      const what = availability === 'drain' ? 'to finish' : 'to start'
      process.stdout.write(
        `${availability}${left === 0 ? '' : `, ${formatCount(left, 'function')} ${what}`}\n`,
      )
    })
}

function calibrateCommand(): Command {
  return withNodeOptions(new Command('calibrate'))
    .summary('measure the speed again')
    .description(
      'Measures how fast the node is, in million instructions per second of one vCPU (MIPS), and keeps it.',
    )
    .addHelpText(
      'after',
      examples(['ndn-sfc node calibrate', 'e.g. after something else on the host was stopped']),
    )
    .action(async (_, command: Command) => {
      const choice = command.optsWithGlobals<Options>()
      if (isControlled(choice)) {
        const { facts } = await withController(choice, (controller) => controller.calibrate(choice.name))
        process.stdout.write(facts === undefined ? 'done\n' : `${describeSpeed(facts.cpu)}\n`)
        return
      }
      const { cpu } = await giveCommand(command, 'calibrate', {}, (endpoint) =>
        fetchDataset(endpoint, 'facts'),
      )
      process.stdout.write(`${describeSpeed(cpu)}\n`)
    })
}

function describeSpeed({ speed, measuredAt }: NodeFacts['cpu']): string {
  return measuredAt === undefined ? `${speed} MIPS, as the configuration says` : `${speed} MIPS`
}

function withNodeOptions(command: Command): Command {
  return addNodeNameOptions(command).addOption(routerOption()).addOption(homeOption())
}

/** @throws CliError */
function readLabels(words: readonly string[]): NodeCommandParameters['label'] {
  try {
    const { set, removed } = parseLabelChanges(words)
    return { set, removed: [...removed] }
  } catch (error) {
    throw error instanceof LabelError ? new CliError(ExitCode.Usage, error.message, error) : error
  }
}

/** Functions that are not yet, or still, what an availability makes of them. */
async function countUnsettled(endpoint: Endpoint, availability: string): Promise<number> {
  const functions = await fetchDataset(endpoint, 'functions', PATIENCE_MS)
  return functions.filter(({ state }) => UNSETTLED[availability]?.includes(state)).length
}

/** Gives a command, and asks for what has come of it. */
async function giveCommand<Verb extends keyof NodeCommandParameters, T>(
  command: Command,
  verb: Verb,
  parameters: NodeCommandParameters[Verb],
  ask: (endpoint: Endpoint) => Promise<T>,
): Promise<T> {
  // Options that stand before the subcommand's name, or that the command above takes as well.
  const choice = command.optsWithGlobals<RouterChoice>()
  const address = routerAddress(choice)
  const endpoint = await openEndpoint(address)
  try {
    await commandNode(endpoint, verb, parameters, await commandSigner(address, homeOf(choice)))
    return await ask(endpoint)
  } finally {
    endpoint.close()
  }
}
