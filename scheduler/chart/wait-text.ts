import type { Wait } from '../measures/index.ts'

/** What a task waits for, in words: `data of t1`, `the image of resize`; empty where it waits for nothing. */
export function describeWait({ kind, of }: Wait): string {
  const other = of ?? 'another workflow'
  switch (kind) {
    case 'nothing':
      return ''
    case 'input':
      return 'input from the file server'
    case 'data':
      return `data of ${other}`
    case 'image':
      return `the image of ${other}`
    case 'vcpu':
      return `its vCPU, after ${other}`
    case 'cap':
      return `its core, after ${other}`
  }
}
