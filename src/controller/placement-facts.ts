import type { Demand, DeployedFunction, DescribedNode } from '../deployment/index.ts'
import type { NodeFacts } from '../facts/index.ts'
import { formatSize } from '../function/index.ts'
import type { ArchitectureFacts, FunctionFacts } from '../repository/index.ts'
import type { DesiredInstance } from './desired.ts'
import { ControllerError } from './errors.ts'

/** A function as those who place it must know it: what the deployment says, and the version that was chosen. */
export interface WantedFunction {
  readonly deployed: DeployedFunction
  readonly facts: FunctionFacts
}

/** Why a node does not meet a demand; undefined where it does. */
export function demandsFailed(
  demand: Demand,
  { name, architecture, labels, memory }: NodeFacts,
): string | undefined {
  const isDemanded = `and ${demand.text} is demanded`
  switch (demand.kind) {
    case 'label': {
      const { key, value, isEqual } = demand
      const own = Object.hasOwn(labels, key) ? labels[key] : undefined
      if ((own === value) === isEqual) return undefined
      return own === undefined
        ? `it has no label ${key}, ${isDemanded}`
        : `its label is ${key}=${own}, ${isDemanded}`
    }
    case 'architecture':
      if ((architecture === demand.value) === demand.isEqual) return undefined
      return `its architecture is ${architecture}, ${isDemanded}`
    case 'node':
      if ((name === demand.value) === demand.isEqual) return undefined
      return `its name is ${name}, ${isDemanded}`
    case 'memory':
      if (memory.free >= demand.atLeast) return undefined
      return `it has ${inMebibytes(memory.free)} of memory free, ${isDemanded}`
  }
}

/**
 * Why a node takes no instance of a function; undefined where it does.
 * @param there instances that there are: one of the same version on that node has its memory already
 */
export function refusalOf(
  { deployed, facts }: WantedFunction,
  node: NodeFacts,
  there: readonly DesiredInstance[],
): string | undefined {
  const { availability, architecture, cpu, memory } = node
  if (availability !== 'active') return `its availability is ${availability}, and it takes no instances`
  if (!(cpu.speed > 0))
    return 'the speed of its vCPUs is not known: let it measure it (ndn-sfc node calibrate)'
  if (imageOf(facts, architecture) === undefined) {
    const has = facts.architectures.map((image) => image.architecture).join(', ') || 'none'
    return `its architecture is ${architecture}, and there is an image of ${facts.name} ${facts.version} for ${has} only`
  }
  const isThere = there.some(
    (instance) =>
      instance.node === node.name && instance.function === facts.name && instance.digest === facts.digest,
  )
  for (const demand of deployed.demands) {
    if (demand.kind === 'memory' && isThere) continue
    const failed = demandsFailed(demand, node)
    if (failed !== undefined) return failed
  }
  const needed = facts.manifest.limits.memory
  if (isThere || memory.free >= needed) return undefined
  return `it has ${inMebibytes(memory.free)} of memory free, and ${facts.name} may need ${formatSize(needed)}`
}

/** Of a function, for a node's architecture: `arm` is for `arm/v7`, too. */
export function imageOf(
  { architectures }: FunctionFacts,
  architecture: string,
): ArchitectureFacts | undefined {
  const names = [architecture, architecture.split('/')[0]]
  return architectures.find((image) => names.includes(image.architecture))
}

/**
 * Why no node takes a function, node by node.
 * @param nodes those that answer and are to stay
 */
export function refusals(
  wanted: WantedFunction,
  network: { readonly nodes: readonly Pick<DescribedNode, 'name'>[] },
  nodes: readonly NodeFacts[],
  there: readonly DesiredInstance[],
): string[] {
  const facts = new Map(nodes.map((node) => [node.name, node]))
  return network.nodes.flatMap(({ name }) => {
    const node = facts.get(name)
    const reason =
      node === undefined ? 'it cannot be reached, or is being drained' : refusalOf(wanted, node, there)
    return reason === undefined ? [] : [`${name}: ${reason}`]
  })
}

/** @param reasons by function, one for each node */
export function cannotPlace(reasons: ReadonlyMap<string, readonly string[]>): ControllerError {
  const lines = [...reasons].flatMap(([name, own]) =>
    own.length === 0
      ? [`no node takes ${name}: the network has none`]
      : [`no node takes ${name}:`, ...own.map((reason) => `  ${reason}`)],
  )
  const problems = [...reasons].flatMap(([name, own]) => own.map((reason) => `${name}: ${reason}`))
  return new ControllerError('cannot-place', lines.join('\n'), { problems })
}

/** What can be had is no round number of anything. */
function inMebibytes(bytes: number): string {
  return `${Math.floor(bytes / 2 ** 20)} MiB`
}
