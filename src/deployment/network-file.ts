import { dirname, resolve } from 'node:path'
import {
  checkCount,
  checkSize,
  entriesOf,
  keysOf,
  type Path,
  type ProblemList,
  readText,
  validate,
  yamlSource,
} from '../../files/index.ts'
import { defaultAddress } from '../control/index.ts'
import { type FaceError, parseAddress } from '../face/index.ts'
import { MAX_FILE_BYTES } from './fields.ts'
import type { DescribedNode, NetworkDescription } from './model.ts'
import { MAX_NODES, type NetworkText, type NodeText, networkFile } from './network-schema.ts'

/**
 * Reads a network in YAML, as `deployments/README.md` says. Paths in it are relative to the file.
 * @throws FileError with all that is wrong, each as `FILE:LINE: FIELD: REASON`
 */
export async function readNetwork(file: string): Promise<NetworkDescription> {
  return parseNetwork(await readText(file, MAX_FILE_BYTES), file)
}

/** @throws FileError */
export function parseNetwork(text: string, file: string): NetworkDescription {
  checkSize(text, file, MAX_FILE_BYTES)
  const source = yamlSource(text, file)
  const { problems } = source
  const { data, isWrong } = validate(networkFile, source, { standIns: { name: '-', nodes: {} } })
  if (data === undefined) problems.throwIfAny()
  const { name, registry, nodes } = data as NetworkText
  const raw = (source.value ?? {}) as { readonly nodes?: unknown }
  checkCount(keysOf(raw.nodes).length, MAX_NODES, 'nodes', problems)
  if (problems.isEmpty && keysOf(raw.nodes).length === 0) problems.addAt(['nodes'], 'there is none')
  const base = dirname(resolve(file))
  const described = entriesOf(raw.nodes, nodes).map(([key, fields]) => {
    const isKnown = !isWrong('nodes', key, 'home') && !isWrong('nodes', key, 'control')
    if (isKnown) checkDoor(key, fields, problems)
    return describe(key, fields, base, problems)
  })
  for (const field of ['control', 'address'] as const) checkRepeats(described, field, problems)
  problems.throwIfAny()
  return { name, registry, nodes: described }
}

/** Where commands are taken must be said once. */
function checkDoor(name: string, { control, home }: NodeText, problems: ProblemList): void {
  if ((control === undefined) !== (home === undefined)) return
  const reason =
    control === undefined
      ? 'it does not say where it takes commands'
      : 'it says twice where it takes commands'
  problems.addAt(
    ['nodes', name],
    `${reason}: give either home, its folder on this machine, or control, a FaceUri`,
  )
}

function describe(
  name: string,
  { control, home, address, network, bandwidth, config }: NodeText,
  base: string,
  problems: ProblemList,
): DescribedNode {
  const path = ['nodes', name]
  const own = home === undefined ? undefined : defaultAddress(resolve(base, home))
  checkAddress(own, [...path, 'home'], problems)
  checkAddress(control, [...path, 'control'], problems)
  checkAddress(address, [...path, 'address'], problems)
  return {
    name,
    control: control ?? own ?? '',
    address,
    network,
    bandwidth,
    config: config === undefined ? undefined : resolve(base, config),
  }
}

function checkAddress(uri: string | undefined, path: Path, problems: ProblemList): void {
  try {
    if (uri !== undefined) parseAddress(uri)
  } catch (error) {
    problems.addAt(path, (error as FaceError).message)
  }
}

/** No two nodes can be reached at one address. */
function checkRepeats(
  nodes: readonly DescribedNode[],
  field: 'control' | 'address',
  problems: ProblemList,
): void {
  const seen = new Map<string, string>()
  for (const node of nodes) {
    const address = canonical(node[field])
    if (address === undefined) continue
    const other = seen.get(address)
    if (other !== undefined) problems.addAt(['nodes', node.name], `its ${field} is that of ${other}`)
    seen.set(address, node.name)
  }
}

/** One text for all spellings; undefined for what is no address. */
function canonical(uri: string): string | undefined {
  try {
    return JSON.stringify(parseAddress(uri))
  } catch {
    return undefined
  }
}
