import { createHash } from 'node:crypto'

/** A node's name as part of a file's or a container's name; names that differ stay different. */
export function nodeSlug(nodeName: string): string {
  if (/^[a-z0-9][a-z0-9-]{0,47}$/.test(nodeName)) return nodeName
  const readable = nodeName
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 32)
  const hash = createHash('sha256').update(nodeName).digest('hex').slice(0, 8)
  return readable === '' ? `node-${hash}` : `${readable}-${hash}`
}
