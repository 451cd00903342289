import { join } from 'node:path'

/** Where the node of a home answers, unless its configuration says otherwise. */
export function defaultAddress(home: string): string {
  return `unix://${join(home, 'router.sock')}`
}
