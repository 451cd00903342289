import type { Name } from '../packet/index.ts'

/** A prefix that is in a `NameTree`, or on the way to one. */
export class NameNode<T> {
  readonly parent: NameNode<T> | undefined
  /** The last component, as octets. */
  readonly key: string
  value: T | undefined
  /** By their last components. */
  children: Map<string, NameNode<T>> | undefined

  constructor(parent: NameNode<T> | undefined, key: string) {
    this.parent = parent
    this.key = key
  }
}

/** Values by prefix, so that all below a prefix can be found without a look at the others. */
export class NameTree<T> {
  readonly root = new NameNode<T>(undefined, '')

  find(name: Name): NameNode<T> | undefined {
    let node: NameNode<T> | undefined = this.root
    for (let i = 0; i < name.length && node !== undefined; i++)
      node = node.children?.get(componentKey(name, i))
    return node
  }

  /** The node of a name; makes it, and those on the way to it. Whoever leaves it without a value calls `prune`. */
  reach(name: Name): NameNode<T> {
    let node = this.root
    for (let i = 0; i < name.length; i++) {
      const key = componentKey(name, i)
      node.children ??= new Map()
      let child = node.children.get(key)
      if (child === undefined) {
        child = new NameNode(node, key)
        node.children.set(key, child)
      }
      node = child
    }
    return node
  }

  /** Takes a node away that is of no use, and those on the way to it likewise. */
  prune(from: NameNode<T>): void {
    let node = from
    while (node.parent !== undefined && node.value === undefined && node.children === undefined) {
      const { parent } = node
      parent.children?.delete(node.key)
      if (parent.children?.size === 0) parent.children = undefined
      node = parent
    }
  }

  /** All values; a prefix comes before what is below it. */
  *values(): Generator<T> {
    const waiting = [this.root]
    for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
      if (node.value !== undefined) yield node.value
      for (const child of node.children?.values() ?? []) waiting.push(child)
    }
  }
}

function componentKey(name: Name, index: number): string {
  return name.key.slice(index === 0 ? 0 : name.ends[index - 1], name.ends[index])
}
