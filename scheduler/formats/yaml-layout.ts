import { Document, type Node } from 'yaml'

/** A mapping in the order of its entries, without those that are undefined. */
export function mapping(entries: Iterable<readonly [string, unknown]>): Map<string, unknown> {
  return new Map([...entries].filter(([, value]) => value !== undefined))
}

/** What is to stand on one line. */
export class OneLine {
  readonly value: unknown

  constructor(value: unknown) {
    this.value = value
  }
}

/** A value as YAML. */
export function layOut(value: Map<string, unknown>): string {
  const document = new Document()
  document.contents = document.createNode(value, (_, one) => {
    if (!(one instanceof OneLine)) return one
    const node = document.createNode(one.value) as Node & { flow?: boolean }
    node.flow = true
    return node
  }) as typeof document.contents
  return document.toString({ lineWidth: 0 })
}

/** Undefined instead of what is the default, or has nothing in it. */
export function unless<T>(value: T, fallback?: unknown): T | undefined {
  if (value === fallback) return undefined
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0 ? undefined : value
}
