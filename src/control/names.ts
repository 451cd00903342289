import { Component, Name } from '../packet/index.ts'

/** Where a node says what it is: `<this>/<dataset>`, each a JSON object. */
export const STATUS_PREFIX = Name.parse('/localhost/ndn-sfc')

/** Where a node takes commands that NFD's protocol has none for: `<this>/node/<verb>`. */
export const CONTROL_PREFIX = STATUS_PREFIX.append(Component.generic('control'))

/** Module of these commands, for whom may give them. */
export const CONTROL_MODULE = 'node'

/** Where a node says what one instance wrote last: `<this>/<instance>`. */
export const LOGS_PREFIX = STATUS_PREFIX.append(Component.generic('logs'))

/** Where a node says what its instances have done since: `<this>/<cursor>`. */
export const WORKS_PREFIX = STATUS_PREFIX.append(Component.generic('works'))

/** Name of a dataset. */
export function datasetName(dataset: string): Name {
  return STATUS_PREFIX.append(Component.generic(dataset))
}
