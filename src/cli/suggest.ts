import type { Endpoint } from '../endpoint/index.ts'
import type { Chain } from '../packet/index.ts'
import { fetchDataset } from './dataset.ts'
import { formatList, nearest } from './text.ts'

/** How long a node may take to say what it has, in milliseconds. */
const SUGGESTION_TIMEOUT_MS = 1500

/** Most names that are listed. */
const MAX_LISTED = 20

/** What the user may have meant by a chain that leads nowhere, as far as the node can tell. Empty if it cannot. */
export async function suggest(endpoint: Endpoint, { functions, content }: Chain): Promise<string> {
  try {
    const offered = (await fetchDataset(endpoint, 'functions', SUGGESTION_TIMEOUT_MS)).map(({ name }) => name)
    const missing = functions.filter(({ name }) => !offered.includes(name))
    if (missing.length > 0)
      return suggestFunctions(
        missing.map(({ name }) => name),
        offered,
      )
    const routes = await fetchDataset(endpoint, 'routes', SUGGESTION_TIMEOUT_MS)
    const prefixes = routes
      .filter(({ hops }) => hops.some(({ origin }) => origin === 'client' || origin === 'static'))
      .map(({ prefix }) => prefix)
    return suggestContent(content.toString(), prefixes)
  } catch {
    return ''
  }
}

function suggestFunctions(missing: readonly string[], offered: readonly string[]): string {
  const lines = missing.flatMap((name) => {
    const near = nearest(name, offered)
    return near.length === 0 ? [] : [`for '${name}', did you mean ${formatList(near.map(quoted), 'or')}?`]
  })
  lines.push(offered.length === 0 ? 'this node offers no function' : `this node offers ${list(offered)}`)
  return lines.join('\n')
}

/** Content prefixes that lead somewhere; those of certificates are of no interest. */
function suggestContent(content: string, prefixes: readonly string[]): string {
  const known = prefixes.filter((prefix) => !/\/KEY(\/|$)/.test(prefix))
  if (known.length === 0) return `nobody publishes anything at this node: see 'ndn-sfc put --help'`
  if (known.some((prefix) => `${content}/`.startsWith(`${prefix}/`))) return ''
  return `this node has routes to ${list(known)}`
}

function list(names: readonly string[]): string {
  const shown = [...names].sort().slice(0, MAX_LISTED)
  const more = names.length - shown.length
  return formatList(more > 0 ? [...shown, `${more} more`] : shown)
}

function quoted(name: string): string {
  return `'${name}'`
}
