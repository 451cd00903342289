import type { Path, ProblemList } from '../../files/index.ts'
import { formatChain } from '../packet/index.ts'
import { readDemand } from './demand.ts'
import { type ContentText, type FunctionText, fn } from './deployment-schema.ts'
import type { DeployedChain, DeployedContent, DeployedFunction } from './model.ts'
import { readChain, readContentName } from './texts.ts'

/** What is said of a function of which nothing is said. */
export const UNSAID: FunctionText = fn.parse({})

export function readFunction(
  name: string,
  { version, instances, idle, queue, demands }: FunctionText,
  problems: ProblemList,
): DeployedFunction {
  return {
    name,
    version,
    instances: typeof instances === 'number' ? { min: instances, max: instances } : instances,
    idle,
    queue,
    demands: demands.flatMap(
      (text, index) => readDemand(text, ['functions', name, 'demands', index], problems) ?? [],
    ),
  }
}

/** Of a list without a fault each chain has its index in the file. */
export function readChains(texts: readonly string[], problems: ProblemList): DeployedChain[] {
  const seen = new Map<string, number>()
  return texts.flatMap((text, index) => {
    const path = ['chains', index]
    const chain = readChain(text, path, problems)
    if (chain === undefined) return []
    const same = seen.get(formatChain(chain))
    if (same !== undefined) problems.addAt(path, `the same as chains.${same}`)
    seen.set(formatChain(chain), index)
    return [{ text, ...chain }]
  })
}

/** @param places is told where each is */
export function readContents(
  entries: readonly (readonly [prefix: string, fields: ContentText])[],
  places: Map<DeployedContent, Path>,
  problems: ProblemList,
): DeployedContent[] {
  const seen = new Map<string, string>()
  return entries.flatMap(([text, { node, type, size }]) => {
    const path = ['content', text]
    const prefix = readContentName(text, path, problems)
    if (prefix === undefined) return []
    const same = seen.get(prefix.key)
    if (same !== undefined) problems.addAt(path, `the same name as ${same}`)
    seen.set(prefix.key, text)
    const content = { prefix, node, mediaType: type, size }
    places.set(content, path)
    return [content]
  })
}
