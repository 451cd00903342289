import {
  DEFAULT_USAGE,
  type Edge,
  type Host,
  type Platform,
  type SfType,
  type Task,
  type Workflow,
} from '../../scheduler/index.ts'
import {
  type DeployedChain,
  type DeployedContent,
  type DeployedWorkflow,
  type Deployment,
  resultPrefix,
} from '../deployment/index.ts'
import type { Manifest } from '../function/index.ts'
import { type FunctionCall, flatName, type Name } from '../packet/index.ts'
import { type Costs, DEFAULT_INPUT_BYTES } from './costs.ts'
import type { WantedFunction } from './placement-facts.ts'
import { takesLabel } from './platform.ts'

const MB = 1e6

/** A chain or a workflow as the scheduler takes it. */
export interface PartDraft {
  readonly name: string
  readonly workflow: Workflow
  /** Of each task, in the workflow's order: NDN URI of its result's prefix. */
  readonly prefixes: readonly string[]
  /** The host that has the content; undefined where nobody says: then it takes no time. */
  readonly fileServer: string | undefined
}

/** What is known of functions and hosts when a part is drawn up. */
export interface DraftContext {
  readonly platform: Platform
  readonly functions: ReadonlyMap<string, WantedFunction>
  readonly costs: Costs
}

/** A piece of work: a task of a workflow, or a function of a chain. */
interface Piece {
  readonly name: string
  readonly call: FunctionCall
  readonly inputs: readonly (string | undefined)[]
  readonly prefix: Name
}

/** Chains first, in the order of the file. */
export function draftsOf({ chains, workflows, contents }: Deployment, context: DraftContext): PartDraft[] {
  return [
    ...chains.map((chain) => draft(chain.text, chain.content, contents, piecesOfChain(chain), context)),
    ...workflows.map((workflow) =>
      draft(workflow.name, workflow.content, contents, piecesOfWorkflow(workflow), context),
    ),
  ]
}

/** In the order in which they are done: the last function first. */
function piecesOfChain({ functions, content }: DeployedChain): Piece[] {
  const calls = functions.toReversed()
  const names = calls.map(({ name }, index) => {
    const before = calls.slice(0, index).filter((call) => call.name === name).length
    return before === 0 ? name : `${name} ${before + 1}`
  })
  return calls.map((call, index) => ({
    name: names[index] as string,
    call,
    inputs: [names[index - 1]],
    prefix: flatName({ functions: functions.slice(functions.length - 1 - index), content }),
  }))
}

function piecesOfWorkflow(workflow: DeployedWorkflow): Piece[] {
  return workflow.tasks.map((task) => ({ ...task, prefix: resultPrefix(workflow, task) }))
}

function draft(
  name: string,
  content: Name,
  contents: readonly DeployedContent[],
  pieces: readonly Piece[],
  context: DraftContext,
): PartDraft {
  const { node: fileServer, size: said = DEFAULT_INPUT_BYTES } = contentAt(content, contents) ?? {}
  const size = context.costs.contentBytes(content) ?? said
  const hosts = context.platform.hosts.filter(({ sockets }) => sockets.length > 0)
  const architecture = commonest(hosts)
  const sizes = new Map<string, number>()
  const tasks: Task[] = []
  const edges: Edge[] = []
  for (const { name: task, call, inputs } of pieces) {
    const from = inputs.flatMap((input) => (input === undefined ? [] : [input]))
    const own = size * (inputs.length - from.length)
    const inputBytes = from.reduce((sum, input) => sum + (sizes.get(input) as number), own)
    const { work, outputBytes } = context.costs.estimate(call, architecture, inputBytes)
    sizes.set(task, outputBytes)
    tasks.push({
      name: task,
      type: call.name,
      work,
      times: timesElsewhere(call, inputBytes, work, architecture, hosts, context.costs),
      usage: usageOf(context.functions.get(call.name)?.facts.manifest),
      input: fileServer === undefined ? 0 : own / MB,
      demands: { architecture: undefined, labels: { [takesLabel(call.name)]: 'true' } },
    })
    // What is taken twice comes once.
    for (const input of new Set(from))
      edges.push({ from: input, to: task, data: (sizes.get(input) as number) / MB })
  }
  const types = [...new Set(tasks.map(({ type }) => type))].map((type) => typeOf(type, architecture, context))
  const prefixes = pieces.map(({ prefix }) => prefix.toString())
  return { name, workflow: { name, types, tasks, edges }, prefixes, fileServer }
}

/** The longest prefix counts. */
function contentAt(name: Name, contents: readonly DeployedContent[]): DeployedContent | undefined {
  return contents
    .filter(({ prefix }) => prefix.isPrefixOf(name))
    .sort((a, b) => b.prefix.length - a.prefix.length)[0]
}

/** The architecture of most cores. */
function commonest(hosts: readonly Host[]): string {
  const cores = new Map<string, number>()
  for (const { architecture, sockets } of hosts) {
    const own = sockets.reduce((sum, socket) => sum + socket.cores, 0)
    cores.set(architecture, own + (cores.get(architecture) ?? 0))
  }
  return [...cores].sort(([, a], [, b]) => b - a)[0]?.[0] ?? 'unknown'
}

/** Execution times on hosts of architectures where a function takes more or less work than on the commonest; undefined of none. */
function timesElsewhere(
  call: FunctionCall,
  inputBytes: number,
  commonWork: number,
  commonArchitecture: string,
  hosts: readonly Host[],
  costs: Costs,
): Task['times'] {
  const times = hosts.flatMap(({ name: host, architecture, sockets }) => {
    if (architecture === commonArchitecture) return []
    const { work } = costs.estimate(call, architecture, inputBytes)
    return work === commonWork ? [] : [[host, work / meanSpeed(sockets)] as const]
  })
  return times.length === 0 ? undefined : Object.fromEntries(times)
}

function meanSpeed(sockets: Host['sockets']): number {
  const vcpus = sockets.map(({ cores, vcpusPerCore }) => cores * vcpusPerCore)
  const sum = sockets.reduce((total, { speed }, index) => total + speed * (vcpus[index] as number), 0)
  return sum / vcpus.reduce((total, count) => total + count, 0)
}

/** Percent of a vCPU: what its limit leaves it, and no more than the scheduler reckons with where nothing is said. */
function usageOf(manifest: Manifest | undefined): number {
  return Math.min(DEFAULT_USAGE, (manifest?.limits.cpus ?? 1) * 100)
}

/** Layers of all architectures: hosts need not fetch those for others, see `platformOf`. */
function typeOf(name: string, architecture: string, { functions }: DraftContext): SfType {
  const { architectures = [] } = functions.get(name)?.facts ?? {}
  const own = architectures.filter((image) => image.architecture === architecture)
  const sizes = new Map<string, number>()
  for (const { layers } of [...own, ...architectures])
    for (const { digest, size } of layers) sizes.set(digest, size / MB)
  const layers = [...sizes].map(([digest, size]) => ({ name: digest, size }))
  return { name, layers, architectures: undefined }
}
