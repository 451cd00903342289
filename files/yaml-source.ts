import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type YAMLMap,
} from 'yaml'
import { fail, type Path, type Position, ProblemList } from './problem-list.ts'

/** A file as plain data, and where in its text each field is. */
export interface Source {
  readonly value: unknown
  readonly problems: ProblemList
}

/** How deep values may stand in one another; the formats need six. */
const MAX_DEPTH = 32

/** Values that aliases may make of one octet of text, on average: they can be nested to make very many. */
const MAX_VALUES_PER_OCTET = 10

/** The keys of mappings in the order of the file; that of an object puts numbers first. */
const keyOrder = new WeakMap<object, readonly string[]>()

/** The keys of a mapping out of a file, in their order. */
export function keysOf(mapping: unknown): readonly string[] {
  if (typeof mapping !== 'object' || mapping === null || Array.isArray(mapping)) return []
  return keyOrder.get(mapping) ?? Object.keys(mapping)
}

type PositionOf = (node: Node | null | undefined) => Position | undefined

/**
 * The entries of a mapping, in the order of the file, of which `validate` left something.
 * @param raw the mapping as it is in the file
 */
export function entriesOf<T>(
  raw: unknown,
  checked: Readonly<Record<string, T>> = {},
): [key: string, value: T][] {
  return keysOf(raw).flatMap((key): [string, T][] =>
    Object.hasOwn(checked, key) ? [[key, checked[key] as T]] : [],
  )
}

/** @throws FileError where it is no YAML */
export function yamlSource(text: string, file: string): Source {
  const lines = new LineCounter()
  const at: PositionOf = (node) => {
    const offset = node?.range?.[0]
    if (offset === undefined) return undefined
    const { line, col } = lines.linePos(offset)
    return { line, column: col }
  }
  try {
    // To have the parser look for double keys takes the square of their number.
    const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false })
    const syntax = new ProblemList(file)
    for (const { pos, message } of document.errors) {
      // The parser makes a fault of it, and goes on.
      if (/call stack/.test(message)) throw new RangeError(message)
      const { line, col } = lines.linePos(pos[0])
      syntax.add({ line, column: col }, message)
    }
    syntax.throwIfAny()
    const problems = new ProblemList(file, (path) => locate(document, path, at))
    const reader = new Reader(problems, at, (text.length + 1) * MAX_VALUES_PER_OCTET)
    return { value: reader.read(document.contents, 0), problems }
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause
    return fail(file, undefined, 'its values stand too deep in one another', cause)
  }
}

class Reader {
  readonly #problems: ProblemList
  readonly #at: PositionOf
  /** What aliases stand for, as far as it is read. The parser would look through the file for each. */
  readonly #anchors = new Map<string, Node>()
  #left: number

  constructor(problems: ProblemList, at: PositionOf, most: number) {
    this.#problems = problems
    this.#at = at
    this.#left = most
  }

  read(node: unknown, depth: number): unknown {
    if (depth > MAX_DEPTH) throw new RangeError('too deep')
    if (--this.#left < 0) fail(this.#problems.file, this.#at(node as Node), 'its aliases make too much of it')
    if (isAlias(node)) return this.#readAlias(node, depth)
    if (isNode(node) && node.anchor !== undefined) this.#anchors.set(node.anchor, node)
    if (isScalar(node)) return node.value
    if (isSeq(node)) return node.items.map((item) => this.read(item, depth + 1))
    return isMap(node) ? this.#readMapping(node, depth) : null
  }

  #readAlias(alias: Alias, depth: number): unknown {
    const node = this.#anchors.get(alias.source)
    if (node !== undefined) return this.read(node, depth + 1)
    return fail(this.#problems.file, this.#at(alias), `there is no anchor ${alias.source}`)
  }

  #readMapping({ items }: YAMLMap, depth: number): object {
    const mapping: Record<string, unknown> = {}
    const firsts = new Map<string, Node>()
    for (const { key, value } of items) {
      const name = keyText(key)
      // Assigned to, it would become the prototype.
      if (name === undefined || name === '__proto__') {
        this.#problems.add(this.#at(key as Node), `${name ?? 'this'} cannot be a name`)
        continue
      }
      const first = firsts.get(name)
      if (first !== undefined) {
        const line = this.#at(first)?.line
        this.#problems.add(
          this.#at(key as Node),
          `there are two with the name ${name}; the other is in line ${line}`,
        )
        continue
      }
      firsts.set(name, key as Node)
      mapping[name] = this.read(value, depth + 1)
    }
    keyOrder.set(mapping, [...firsts.keys()])
    return mapping
  }
}

/** As it is written: `007` is not 7. */
function keyText(key: unknown): string | undefined {
  if (!isScalar(key) || key.value === null) return undefined
  return key.type === 'PLAIN' && key.source !== undefined ? key.source : String(key.value)
}

/** Where a field is: its key in a mapping, its value in a list. Of what is not there, where it should be. */
function locate(document: Document, path: Path, at: PositionOf): Position | undefined {
  let node: unknown = document.contents
  let found = at(document.contents) ?? { line: 1, column: 1 }
  for (const step of path) {
    if (isAlias(node)) node = node.resolve(document)
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => keyText(key) === step)
      if (pair === undefined) break
      found = at(pair.key as Node) ?? found
      node = pair.value
    } else if (isSeq(node)) {
      node = node.items[step as number]
      found = at(node as Node) ?? found
    } else break
  }
  return found
}
